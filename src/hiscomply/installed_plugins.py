"""Which plugins are installed: as ``importlib.metadata`` says, without its cost where there are none but ours.

Importing that library and letting it read what every distribution declares takes as long as judging some files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

GROUP: Final = "hiscomply"
_DISTRIBUTION = "hiscomply"
_METADATA = (".dist-info", ".egg-info")
_DECLARED = "entry_points.txt"


class Point(Protocol):
    """A plugin as its distribution declares it."""

    @property
    def name(self) -> str:
        """Of the plugin."""
        ...

    @property
    def value(self) -> str:
        """Where it is, as ``module`` or ``module:object``."""
        ...

    def load(self) -> Any:
        """The plugin, imported."""
        ...


class OwnPoint(NamedTuple):
    """A plugin of the product itself: a module."""

    name: str
    value: str

    def load(self) -> Any:
        """The module, imported."""
        return import_module(self.value)


def plugin_points() -> Sequence[Point]:
    """Every plugin of this environment, in order of name; those of the product are ``OwnPoint`` if there are no others."""
    points = _own_alone()
    if points is None:
        from importlib.metadata import entry_points

        points = list(entry_points(group=GROUP))
    return sorted(points, key=lambda one: one.name)


def _own_alone() -> list[Point] | None:
    """The product's own plugins, or None unless it is sure that no other distribution declares any.

    Archives, eggs and finders that bring distributions of their own are left to the library.
    """
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if finder is not PathFinder):
        return None
    places = [Path(place) for place in dict.fromkeys(sys.path)]
    try:
        concerned = [folder for place in places for folder in _concerned(place)]
        if len(concerned) != 1 or not _is_own(concerned[0]) or any(one.suffix == ".egg" for one in places):
            return None
        return _declared((concerned[0] / _DECLARED).read_text(encoding="utf-8"))
    except OSError:
        return None


def _concerned(place: Path) -> Iterator[Path]:
    """The folders of metadata in a place of ``sys.path`` that are the product's own or name the group.

    Raises:
        OSError: that cannot be said: the place is no folder, say, but an archive.
    """
    try:
        names = os.listdir(place)  # noqa: PTH208 - no more than names is needed
    except FileNotFoundError:
        return
    for name in names:
        if not name.lower().endswith(_METADATA):
            continue
        folder = place / name
        if _is_own(folder) or GROUP.encode() in _content(f"{place}/{name}/{_DECLARED}"):
            yield folder


def _is_own(folder: Path) -> bool:
    return folder.stem.lower().partition("-")[0] == _DISTRIBUTION


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a hundred of them at each start
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return b""  # most distributions declare none; metadata may also be a single file


def _declared(text: str) -> list[Point] | None:
    """The plugins in the text of the product's own ``entry_points.txt``; None if it is not as this product writes it."""
    _, _, rest = text.partition(f"[{GROUP}]\n")
    pairs = [line.partition("=") for line in rest.partition("\n[")[0].splitlines() if line]
    points = [OwnPoint(name.strip(), value.strip()) for name, _, value in pairs]
    is_plain = points and all(part.isidentifier() for one in points for part in one.value.split("."))
    return list(points) if is_plain else None
