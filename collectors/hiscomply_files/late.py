"""Formats and software whose modules load when the first file comes that may be theirs: most trees need few of them."""

from __future__ import annotations

import importlib
import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from hiscomply.configurations import Configuration, Including, ReadFile, Software
from hiscomply.frozen import dataclass
from hiscomply.hookspecs import FileFormat, Setting
from hiscomply.model import Text


@cache
def _made(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(f"hiscomply_files.{module}"), name)()


@dataclass(frozen=True, slots=True)
class LateFormat:
    """A format of this package.

    Attributes:
        where: ``module:Class`` below ``hiscomply_files``.
        marks: what a path in lower case must hold, one of them, for the format to be asked at all.
    """

    name: str
    where: str
    marks: tuple[str, ...]

    def recognises(self, path: str, head: bytes) -> bool:
        """As the format itself says; False without loading it where the path has none of the marks."""
        lower = path.lower()
        return any(mark in lower for mark in self.marks) and self.real.recognises(path, head)

    def parse(self, text: str) -> Iterator[Setting]:
        """As the format itself."""
        return self.real.parse(text)

    @property
    def real(self) -> FileFormat:
        """The format itself."""
        made: FileFormat = _made(self.where)
        return made

    def __getattr__(self, name: str) -> Any:
        # What only some formats can do, such as ``stated``; asked for when a finding is explained.
        return getattr(self.real, name)


def asked(formats: Sequence[FileFormat], path: str) -> Iterator[FileFormat]:
    """The formats that may know a file of this path, in their order; no file is looked for in all of them."""
    lower = path.lower()
    for one in formats:
        if not isinstance(one, LateFormat):
            yield one
            continue
        for mark in one.marks:
            if mark in lower:
                yield one
                break


@dataclass(frozen=True, slots=True)
class LateSoftware:
    """A software of this package.

    Attributes:
        where: ``module:Class`` below ``hiscomply_files``.
        formats: of the files that it may want.
        marks: what a path in lower case may hold instead, for it to be asked.
        beside: formats of files that it only reads with files of its own, and with those of their folder.
    """

    name: str
    where: str
    formats: frozenset[str]
    marks: tuple[str, ...] = ()
    beside: frozenset[str] = frozenset()

    def wants(self, path: str, file_format: str) -> bool:
        """As the software itself says; False without loading it for a file of another format."""
        if file_format in self.beside:
            return True
        if file_format not in self.formats:
            lower = path.lower()
            if not any(mark in lower for mark in self.marks):
                return False
        return self.real.wants(path, file_format)

    def may_want(self, file_format: str) -> bool:
        """False where no file of this format is wanted, whatever its path."""
        return file_format in self.formats or bool(self.marks)

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """As the software itself; none without loading it where there is nothing but what it reads with others."""
        if self.beside and not unread and all(one.format in self.beside for one in files.values()):
            return
        yield from self.real.configurations(files, unread)

    def neighbours(self, file: ReadFile) -> Sequence[str] | None:
        """As the software itself; None, for all its files together, where it does not say."""
        if file.format in self.beside:
            return (f"{posixpath.dirname(file.path)}/",)
        neighbours = getattr(self.real, "neighbours", None)
        return None if neighbours is None else neighbours(file)

    @property
    def real(self) -> Software:
        """The software itself."""
        made: Software = _made(self.where)
        return made


class LateIncluding(LateSoftware):
    """A software of this package that includes files by their names alone."""

    __slots__ = ()

    def among(self, others: Collection[str]) -> Software:
        """As the software itself."""
        real = self.real
        assert isinstance(real, Including)
        return real.among(others)
