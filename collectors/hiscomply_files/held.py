"""The files that some software may read together, held until the whole tree was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hiscomply.configurations import Configuration, ReadFile, Software
from hiscomply.model import Rejected, Text

_KIND = "configuration"


class Held:
    """What of a tree is wanted, by software; everything else is let go at once."""

    def __init__(self, software: Sequence[Software]) -> None:
        self._software = software
        self._files: dict[str, dict[str, ReadFile]] = {}
        self._unread: dict[str, dict[str, Text]] = {}

    def read(self, file: ReadFile) -> None:
        """A file that was read."""
        for one in self._wanting(file.path, file.format):
            self._files.setdefault(one.name, {})[file.path] = file

    def not_read(self, path: str, file_format: str, reason: Text) -> None:
        """A file that was recognised and could not be read."""
        for one in self._wanting(path, file_format):
            self._unread.setdefault(one.name, {})[path] = reason

    def configurations(self) -> Iterator[Configuration | Rejected]:
        """Of all software, in its order. One that breaks down on its files is told, and costs no other."""
        for one in self._software:
            files, unread = self._files.get(one.name, {}), self._unread.get(one.name, {})
            if not files and not unread:
                continue
            try:
                yield from one.configurations(files, unread)
            except Exception as error:  # noqa: BLE001 - a stranger's plugin must not end the collection
                place = next(iter((*files, *unread)))
                name = type(error).__name__
                reason = Text(
                    f"{one.name}:软件插件出错({name})", f"{one.name}: the plugin broke down ({name})"
                )
                yield Rejected(_KIND, place, reason, subject=place)

    def _wanting(self, path: str, file_format: str) -> Iterator[Software]:
        for one in self._software:
            try:
                is_wanted = one.wants(path, file_format)
            except Exception:  # noqa: BLE001 - a stranger's plugin: it is given the file, and fails above
                is_wanted = True
            if is_wanted:
                yield one
