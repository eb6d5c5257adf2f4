"""Files of one machine: where its root stands in a tree, and programs whose last value wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import MAIN_NOT_READ, Default, lost, value_of, with_defaults

_MARKS = ("etc", "run", "usr", "lib")


def root_of(path: str) -> str:
    """The folder of the tree that is the root of the file's machine; empty for the tree itself.

    A file outside of ``etc``, ``run``, ``usr`` and ``lib`` belongs to its folder, a drop-in to the one above.
    """
    folder = PurePosixPath(path).parent
    for mark in _MARKS:
        if mark in folder.parts:
            last = len(folder.parts) - 1 - folder.parts[::-1].index(mark)
            return "/".join(folder.parts[:last])
    above = folder.parent if folder.name.endswith(".d") else folder
    return above.as_posix() if above.parts else ""


def unknown_last(name: str) -> tuple[bool, str]:
    """Drop-ins by name; those of a folder that could not be entered (``*.conf``) may stand behind all others."""
    return name.startswith("*"), name


def by_machine(paths: Iterable[str]) -> dict[str, list[str]]:
    """Paths in their order, by the root of their machine."""
    machines: dict[str, list[str]] = {}
    for path in paths:
        machines.setdefault(root_of(path), []).append(path)
    return machines


class LastWins:
    """A program that reads a main file and drop-ins of one format, of which the last value of a key is in effect."""

    name: ClassVar[str]
    file_format: ClassVar[str]
    main: ClassVar[str]
    """The main file's name."""
    is_main_last: ClassVar[bool] = False
    """Whether the main file is read after the drop-ins."""
    defaults: ClassVar[Mapping[str, Default]] = {}

    def wants(self, path: str, file_format: str) -> bool:
        """Files of its format."""
        return file_format == self.file_format

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each machine. Where the main file was not read, defaults are not assumed."""
        own = [path for path in files if files[path].format == self.file_format]
        own += [path for path in unread if self.is_own(path)]
        for root, paths in by_machine(own).items():
            ordered = self.in_order(paths)
            missing = [*lost(ordered, unread), *self.also_missing(root, unread)]
            mains = [path for path in ordered if PurePosixPath(path).name == self.main]
            if not mains:
                missing.append(MAIN_NOT_READ)
            last: dict[str, Value] = {}
            for position, path in enumerate(ordered):
                is_certain = not any(later in unread for later in ordered[position:]) and (
                    bool(mains) or not self.is_main_last
                )
                for setting in files[path].settings if path in files else ():
                    if setting.is_effective:
                        value = self.read(setting, path)
                        last[value.key] = replace(value, is_certain=is_certain)
            main = mains[-1] if mains else ordered[-1]
            values = [*last.values()]
            if not missing:
                values = [*with_defaults(values, self.defaults, main)]
            values = [*self.completed(values, root, files)]
            yield Configuration(self.name, main, values, missing=tuple(missing))

    def is_own(self, path: str) -> bool:
        """Whether a file that could not be read is of its format, and not one that it looks into besides."""
        return True

    def also_missing(self, root: str, unread: Mapping[str, Text]) -> Iterable[Text]:
        """What else of the machine it would have to read."""
        return ()

    def in_order(self, paths: list[str]) -> list[str]:
        """As they are read: drop-ins by name, of which a name in ``/etc`` hides the same name elsewhere."""
        mains = [path for path in paths if PurePosixPath(path).name == self.main]
        taken: dict[str, str] = {}
        for path in sorted((one for one in paths if one not in mains), key=_rank):
            taken.setdefault(PurePosixPath(path).name, path)
        drop_ins = [taken[name] for name in sorted(taken, key=unknown_last)]
        mains = sorted(mains, key=_rank)[:1]
        return [*drop_ins, *mains] if self.is_main_last else [*mains, *drop_ins]

    def read(self, setting: Setting, path: str) -> Value:
        """A setting as the program takes it."""
        return value_of(setting, path)

    def completed(self, values: list[Value], root: str, files: Mapping[str, ReadFile]) -> Iterator[Value]:
        """The values with what follows from several of them."""
        yield from values


def _rank(path: str) -> int:
    parts = PurePosixPath(path).parts
    return next((rank for rank, mark in enumerate(_MARKS) if mark in parts), len(_MARKS))
