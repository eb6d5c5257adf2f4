"""What a program makes of its configuration files: the contract between formats, software and the ``files`` collector."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from hiscomply.frozen import dataclass
from hiscomply.model import Text

if TYPE_CHECKING:
    from hiscomply.hookspecs import Setting

Origin = Literal["written", "inherited", "conditional", "default"]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A configuration file that was read.

    Attributes:
        path: POSIX style, as records name it.
        format: the format's name.
        settings: in the order of the file.
    """

    path: str
    format: str
    settings: Sequence[Setting]


@dataclass(frozen=True, slots=True)
class Value:
    """A value in effect. Positions count from 1.

    Attributes:
        key: as in ``Setting``, without what ``Configuration.name`` says already.
        value: as the program reads it: units resolved to seconds or bytes, booleans ``true`` and ``false``.
        file: where it is written; for a default the main file.
        line: None for a default.
        origin: written for this configuration; inherited from an outer block; conditional, for some cases only
            (a Match block); or the program's default.
        section: the block that limits it.
        is_certain: False if something that was not read may override it.
    """

    key: str
    value: str | None
    file: str
    line: int | None = None
    column: int | None = None
    origin: Origin = "written"
    section: str | None = None
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that one program, container or virtual server reads.

    Attributes:
        software: what reads it: ``sshd``, ``nginx_server``, ``compose_service``.
        file: the main file.
        name: which part of the file it is (``services.db``); empty for the whole.
        line: where that part begins.
        version: of the software, where the files say it.
        missing: why it is not complete; nothing but a sure failure is then known of it.
    """

    software: str
    file: str
    values: Sequence[Value]
    name: str = ""
    line: int | None = None
    version: str | None = None
    missing: Sequence[Text] = ()

    @property
    def id(self) -> str:
        """Unique in a tree."""
        return f"{self.file}#{self.name}" if self.name else self.file


@runtime_checkable
class Software(Protocol):
    """How one software reads its files."""

    @property
    def name(self) -> str:
        """As in ``configuration.software``."""
        ...

    def wants(self, path: str, file_format: str) -> bool:
        """True if a file may belong to it; only such files are held until the whole tree was read."""
        ...

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """What the wanted files amount to.

        Args:
            files: those that were read, by path, in the order of the tree.
            unread: those that could not be read, with the reason. A main file among them is a configuration
                with that reason as ``missing``, and one that some file includes makes that one incomplete.
        """
        ...


@runtime_checkable
class Grouped(Protocol):
    """Software that need not see all its files at once: what one amounts to hangs on some of the others only."""

    def neighbours(self, file: ReadFile) -> Sequence[str] | None:
        """What else this file is read with: paths of files, whether they are there or not, and of folders with ``/``.

        Files that name each other, the same file or the same folder are given to ``configurations`` together, at
        once or over others. None for a file that any other may concern: then all are given together.
        """
        ...


@runtime_checkable
class Including(Protocol):
    """Software that includes files by their names alone, so that a file which no or another format reads may be its own."""

    def among(self, others: Collection[str]) -> Software:
        """The same software in a tree where these are the files that it did not want."""
        ...
