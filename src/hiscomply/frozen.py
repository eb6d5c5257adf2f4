"""Frozen data classes that cost little to define: ``dataclasses.dataclass(frozen=True, slots=True)``, made light.

Python writes and compiles six methods for each such class at each start, which for the sixty classes of a check takes
longer than reading its policies. Here all is shared code, and what the library itself would write is left until somebody
asks for it: a tenth of the time. Whoever reads a class need not know of it: fields, ``replace``, ``asdict``, equality
and errors are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from functools import cache
    from operator import attrgetter
    from types import FunctionType

    def dataclass(*, frozen, slots):
        """As ``dataclasses.dataclass``, for frozen classes with slots whose fields are all given to the constructor."""
        assert frozen and slots
        return _made

    def _made(cls):
        if any(dataclasses.is_dataclass(base) for base in cls.__bases__):
            made = dataclasses.dataclass(init=False, repr=False, eq=False, frozen=True, slots=True)(cls)
            fields, setters = dataclasses.fields(made), {}
            for name, method in _methods(cls, fields, setters).items():
                setattr(made, name, method)
        else:
            fields, setters = [*_fields(cls)], {}
            names = tuple(one.name for one in fields)
            left_out = {*names, "__dict__", "__weakref__"}
            body = {name: one for name, one in cls.__dict__.items() if name not in left_out}
            body |= _methods(cls, fields, setters)
            body |= {"__slots__": names, "__match_args__": names, "__qualname__": cls.__qualname__}
            made = type(cls)(cls.__name__, cls.__bases__, body)
            made.__dataclass_fields__ = _Late(cls, made, "__dataclass_fields__")
            made.__dataclass_params__ = _Late(cls, made, "__dataclass_params__")
        setters |= {f"set_{number}": getattr(made, one.name).__set__ for number, one in enumerate(fields)}
        return made

    def _fields(cls):
        """Of a class that has no fields from its bases, as much as is needed of them."""
        for name, annotation in cls.__annotations__.items():
            if "ClassVar" in str(annotation):
                continue
            one = cls.__dict__.get(name, dataclasses.MISSING)
            if not isinstance(one, dataclasses.Field):
                one = dataclasses.field(default=one)
            assert one.init and one.kw_only is not True and type(one.default).__hash__
            one.name = name
            yield one

    class _Late:
        """What the standard library writes into a data class: most are never asked for it."""

        def __init__(self, cls, made, name):
            self.cls, self.made, self.name = cls, made, name

        def __get__(self, _one, _owner):
            again = type(self.cls)(
                self.cls.__name__, self.cls.__bases__, dict(self.cls.__dict__)
            )  # threads may meet
            whole = dataclasses.dataclass(init=False, repr=False, eq=False)(again)
            whole.__dataclass_params__.frozen = True
            self.made.__dataclass_fields__ = whole.__dataclass_fields__
            self.made.__dataclass_params__ = whole.__dataclass_params__
            return getattr(whole, self.name)

    def _methods(cls, fields, setters):
        """What a class can do; ``setters`` is still empty."""
        eq, hash_ = _comparison([one.name for one in fields if one.compare])
        return {
            "__init__": _constructor(cls, fields, setters),
            "__eq__": eq,
            "__hash__": hash_,
            "__repr__": _shown,
            "__reduce__": _taken_apart,
            "__setattr__": _refuse,
            "__delattr__": _refuse,
        }

    def _constructor(cls, fields, setters):
        """``__init__``, which alone may set the slots, by what ``setters`` will hold."""
        factories = tuple(one.default_factory is not dataclasses.MISSING for one in fields)
        setters |= {f"make_{number}": one.default_factory for number, one in enumerate(fields)}
        setters["absent"] = dataclasses.MISSING
        defaults = []
        for one, has_factory in zip(fields, factories, strict=True):
            if has_factory or one.default is not dataclasses.MISSING:
                defaults.append(one.default)
            elif defaults:
                raise TypeError(f"non-default argument {one.name!r} follows default argument")
        code = _code(factories, hasattr(cls, "__post_init__")).replace(
            co_varnames=("self", *(one.name for one in fields)), co_qualname=f"{cls.__qualname__}.__init__"
        )
        return FunctionType(code, setters, "__init__", tuple(defaults))

    @cache
    def _code(factories, has_more):
        """What sets so many fields, whatever they are called: compiling it for each class would take most of its time."""
        lines = [
            f"    set_{number}(self, make_{number}() if f{number} is absent else f{number})"
            if has_factory
            else f"    set_{number}(self, f{number})"
            for number, has_factory in enumerate(factories)
        ]
        names, lines = ", ".join(f"f{number}" for number in range(len(factories))), "\n".join(lines)
        more = "\n    self.__post_init__()" if has_more else ""
        made = {}
        exec(f"def __init__(self, {names}):\n{lines}{more}", made)  # noqa: S102 - numbers
        return made["__init__"].__code__

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
