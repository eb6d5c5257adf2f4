"""Reading a file with what it includes where it stands, the last value of a key winning."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from hiscomply.configurations import Configuration, Origin, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import (
    MAIN_NOT_READ,
    NO_OTHERS,
    Default,
    Others,
    lost,
    resolve,
    value_of,
    with_defaults,
)

MAX_DEPTH = 10
MAX_NESTED = 128
"""Includes within includes, as sudo allows; what lies deeper is not read, and so not known."""
TEMPLATE = re.compile(r"\$\{|\$\(|\{\{|\{%|<%|\bENC\(|__[A-Z][A-Z0-9_]*__|!vault\b")
"""What stands for a value that the file does not hold."""


def read_value(
    setting: Setting, file: str, *, origin: Origin = "written", section: str | None = None
) -> Value:
    """A setting as a value in effect; one that is filled in elsewhere (``${…}``) is known to be there, not what it is."""
    value = value_of(setting, file, origin=origin)
    text = None if is_template(setting.value) else setting.value
    return replace(value, value=text, section=section if section is not None else setting.section)


FALLBACK = re.compile(r"\$\{[^}:]+:-?([^}]*)\}")
"""A variable with the value that holds when it is not set."""
_NESTED = re.compile(r"\$\{[^}:]+:-?(.*)\}")


def is_template(text: str | None) -> bool:
    """True if a value is filled in elsewhere."""
    return text is not None and TEMPLATE.search(text) is not None


def holds_published(text: str | None, published: Collection[str]) -> str:
    """``true`` if a file itself holds one of the passwords that everybody knows, also as the value for want of a variable.

    What a variable brings is not in the file and not judged here.
    """
    text = (text or "").strip()
    while (fallback := _NESTED.fullmatch(text)) is not None:
        text = fallback[1]
    return str(text in published).lower()


class Statements:
    """The statements of a main file and of what it includes, in order; a file that is included again adds nothing.

    Args:
        pattern: what a setting includes, as a glob; None if it is no include.
        others: the tree's other files, of which an include may name some.
    """

    def __init__(
        self,
        files: Mapping[str, ReadFile],
        unread: Mapping[str, Text],
        pattern: Callable[[Setting], str | None],
        others: Others = NO_OTHERS,
    ) -> None:
        self._files, self._unread, self._pattern, self._others = files, unread, pattern, others
        self.met: list[tuple[str, Setting]] = []
        self.missing: list[Text] = []
        self.seen: set[str] = set()

    def file(self, path: str, depth: int = 0) -> None:
        """Adds a file."""
        if path in self.seen:
            return
        if depth > MAX_NESTED:
            self.missing.append(Text(f"{path}:引用嵌套过深", f"{path}: includes are nested too deep"))
            return
        self.seen.add(path)
        self.missing += lost([path], self._unread)
        for setting in self._files[path].settings if path in self._files else ():
            pattern = self._pattern(setting)
            if pattern is None:
                self.met.append((path, setting))
                continue
            found = resolve(pattern, path, self._files, self._unread, others=self._others)
            if found.missing is not None:
                self.missing.append(found.missing)
            for name in found.files:
                self.file(name, depth + 1)


def whole_statements(
    files: Mapping[str, ReadFile],
    unread: Mapping[str, Text],
    pattern: Callable[[Setting], str | None],
    fragments: str,
    others: Others = NO_OTHERS,
) -> Iterator[tuple[str, Statements]]:
    """The statements of each main file, and of each fragment that none includes.

    Args:
        fragments: the name of the folder that fragments stand in.
    """
    taken: set[str] = set()
    for path in sorted((*files, *unread), key=lambda one: _is_in(one, fragments)):
        if path not in taken:
            reading = Statements(files, unread, pattern, others)
            reading.file(path)
            if _is_in(path, fragments):
                reading.missing.append(MAIN_NOT_READ)
            taken |= reading.seen
            yield path, reading


def _is_in(path: str, folder: str) -> bool:
    return PurePosixPath(path).parent.name == folder


class Following:
    """The values of a main file and of what it includes.

    Args:
        pattern: what a setting includes, as a glob; None if it is no include.
        cumulative: keys of which all occurrences hold.
        bare: what a key without a value means.
        read: makes a value of a setting and its file.
    """

    def __init__(
        self,
        files: Mapping[str, ReadFile],
        unread: Mapping[str, Text],
        pattern: Callable[[Setting], str | None],
        cumulative: Collection[str] = (),
        bare: str | None = None,
        read: Callable[[Setting, str], Value] = read_value,
        *,
        others: Others = NO_OTHERS,
    ) -> None:
        self._files, self._unread, self._others = files, unread, others
        self._pattern, self._cumulative, self._bare, self._read = pattern, cumulative, bare, read
        self._values: list[Value] = []
        self.missing: list[Text] = []
        self.seen: set[str] = set()

    def file(self, path: str, depth: int = 0) -> None:
        """Adds a file. What was said before a piece that was not read may be overridden by it."""
        self.seen.add(path)
        if path in self._unread:
            self._lose(self._unread[path])
            return
        for setting in self._files[path].settings:
            pattern = self._pattern(setting)
            if pattern is None:
                value = self._read(setting, path)
                self._values.append(replace(value, value=self._bare) if setting.value is None else value)
                continue
            found = resolve(pattern, path, self._files, self._unread, others=self._others)
            if found.missing is not None:
                self._lose(found.missing)
            for name in found.files:
                if depth >= MAX_DEPTH or name in self.seen:
                    self._lose(Text(f"{name} 被重复引用", f"{name} is included again"))
                else:
                    self.file(name, depth + 1)

    def values(self) -> list[Value]:
        """The last of each key, and all of the cumulative ones, in the order of reading."""
        last = {value.key: index for index, value in enumerate(self._values)}
        return [
            value
            for index, value in enumerate(self._values)
            if value.key in self._cumulative or last[value.key] == index
        ]

    def _lose(self, reason: Text) -> None:
        self.missing.append(reason)
        self._values = [replace(one, is_certain=False) for one in self._values]


def each_file(
    software: str,
    files: Mapping[str, ReadFile],
    unread: Mapping[str, Text],
    read: Callable[[ReadFile], Iterable[Value]],
    defaults: Mapping[str, Default],
) -> Iterator[Configuration]:
    """A configuration of each file by itself, for software that includes nothing."""
    for path in sorted((*files, *unread)):
        if path in unread:
            yield Configuration(software, path, (), missing=(unread[path],))
        else:
            yield Configuration(software, path, [*with_defaults(read(files[path]), defaults, path)])
