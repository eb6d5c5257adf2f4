"""Frozen data classes that cost little to define: ``dataclasses.dataclass(frozen=True, slots=True)``, made light.

Python writes and compiles six methods for each such class at each start, which for the sixty classes of a check takes
longer than reading its policies. Here the constructor alone is written, and the rest is shared code: a third of the
time. Whoever reads a class need not know of it: fields, ``replace``, ``asdict``, equality and errors are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(*, frozen, slots):
        """As ``dataclasses.dataclass``, for frozen classes with slots whose fields are all given to the constructor."""
        assert frozen and slots
        return _made

    def _made(cls):
        is_derived = any(dataclasses.is_dataclass(base) for base in cls.__bases__)
        made = dataclasses.dataclass(init=False, repr=False, eq=False, frozen=is_derived, slots=True)(cls)
        made.__dataclass_params__.frozen = True
        fields = dataclasses.fields(made)
        assert all(one.init and not one.kw_only for one in fields)
        made.__init__ = _constructor(made, fields)
        made.__eq__, made.__hash__ = _comparison([one.name for one in fields if one.compare])
        made.__repr__, made.__reduce__ = _shown, _taken_apart
        made.__setattr__ = made.__delattr__ = _refuse
        return made

    def _constructor(made, fields):
        """``__init__``, which alone may set the slots."""
        names, parameters, lines = {"absent": dataclasses.MISSING}, ["self"], []
        for number, one in enumerate(fields):
            names[f"set_{number}"] = getattr(made, one.name).__set__
            parameter = value = one.name
            if one.default is not dataclasses.MISSING:
                names[f"default_{number}"] = one.default
                parameter += f"=default_{number}"
            elif one.default_factory is not dataclasses.MISSING:
                names[f"make_{number}"] = one.default_factory
                parameter += "=absent"
                value = f"make_{number}() if {value} is absent else {value}"
            parameters.append(parameter)
            lines.append(f"    set_{number}(self, {value})")
        if hasattr(made, "__post_init__"):
            lines.append("    self.__post_init__()")
        exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines), names)  # noqa: S102 - names of fields
        names["__init__"].__qualname__ = f"{made.__qualname__}.__init__"
        return names["__init__"]

    def _comparison(names):
        """``__eq__`` and ``__hash__``."""
        values = attrgetter(*names)

        def is_equal(self, other):
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        return is_equal, lambda self: hash(values(self))

    def _shown(self):
        shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def _taken_apart(self):
        """For copies and pickles, which the constructor puts together again."""
        return type(self), tuple(getattr(self, one.name) for one in dataclasses.fields(self))

    def _refuse(self, name, *_value):
        raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


__all__ = ["dataclass"]
