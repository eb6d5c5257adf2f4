"""Settings put together again to the document that they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from hiscomply.configurations import ReadFile, Value
from hiscomply.frozen import dataclass
from hiscomply.hookspecs import Setting

EMPTY = frozenset({"[]", "{}"})
_STEP = re.compile(r"\[\d+\]|[^.\[]+|\[|\.")


@dataclass(frozen=True, slots=True)
class Placed(Setting):
    """A setting that knows its file: a document may be put together from several."""

    file: str = ""


class Part:
    """A mapping or list (``below``, by name or by ``[0]``), or a scalar (``leaf``)."""

    __slots__ = ("below", "leaf")

    def __init__(self, leaf: Placed | None = None, below: dict[str, Part] | None = None) -> None:
        self.leaf = leaf
        self.below: dict[str, Part] = {} if below is None else below

    def at(self, *path: str) -> Part | None:
        """What is below these names, if it is there."""
        part = self
        for name in path:
            found = part.below.get(name)
            if found is None:
                return None
            part = found
        return part

    def scalar(self, *path: str) -> Placed | None:
        """The scalar below these names; None if there is none, or no value in it."""
        part = self.at(*path)
        leaf = None if part is None else part.leaf
        return None if leaf is None or leaf.value is None else leaf

    def text(self, *path: str) -> str | None:
        """Its value."""
        found = self.scalar(*path)
        return found.value if found else None

    def elements(self, *path: str) -> list[Part]:
        """The elements of the list below these names; empty if it is no list."""
        part = self.at(*path)
        return [] if part is None else [one for name, one in part.below.items() if name[0] == "["]

    def first(self) -> Placed | None:
        """The first scalar at or below it: about where it stands."""
        return next(self.leaves(), None)

    def first_in(self, file: str) -> Placed | None:
        """The first scalar that stands in this file, else the first at all."""
        return next((one for one in self.leaves() if one.file == file), None) or self.first()

    def leaves(self) -> Iterator[Placed]:
        """The scalars at and below it, in order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if part.leaf is not None:
                yield part.leaf
            waiting.extend(reversed(part.below.values()))

    def is_empty(self) -> bool:
        """Nothing but an empty list or mapping, or a key without a value."""
        return not self.below and (self.leaf is None or self.leaf.value is None or self.leaf.value in EMPTY)


def documents(file: ReadFile) -> Iterator[Part]:
    """The documents of a file, of the settings in effect."""
    sections: dict[str | None, Part] = {}
    for one in file.settings:
        if one.is_effective:
            part = sections.get(one.section) or sections.setdefault(one.section, Part())
            for step in _steps(one.key):
                below = part.below.get(step)
                if below is None:
                    below = part.below[step] = Part()
                part = below
            part.leaf = Placed(one.key, one.value, one.line, one.column, True, one.section, file.path)
    yield from sections.values()


def steps(key: str) -> list[str]:
    """The names of a key path: ``a.b[0].c`` gives ``a``, ``b``, ``[0]``, ``c``."""
    return [*_steps(key)]


@lru_cache(maxsize=4096)
def _steps(key: str) -> tuple[str, ...]:
    return tuple(step for step in _STEP.findall(key) if step != ".")


def standing_at(line: int | None, values: Iterable[Value]) -> Iterator[Value]:
    """Defaults at the line where their part begins: one file has many parts."""
    for value in values:
        if value.origin == "default":
            yield Value(
                value.key,
                value.value,
                value.file,
                line,
                value.column,
                "default",
                value.section,
                value.is_certain,
            )
        else:
            yield value
