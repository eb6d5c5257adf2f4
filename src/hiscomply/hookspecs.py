"""Every hook of hiscomply, on one page.

A plugin is a module named in the entry-point group ``hiscomply``. Its hooks *register*: they return
lists; the work happens later, each piece behind its own guard.

    import hiscomply.hookspecs as hooks

    @hooks.hookimpl
    def hiscomply_collectors():
        return [MyCollector()]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, runtime_checkable

import pluggy

from hiscomply.configurations import Software
from hiscomply.frozen import dataclass
from hiscomply.model import AuditResult, Target, Text

if TYPE_CHECKING:
    from hiscomply.units import Item

hookspec = pluggy.HookspecMarker("hiscomply")
hookimpl = pluggy.HookimplMarker("hiscomply")

SECRET_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "x-secret": True,
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {
        "env": {
            "type": "string",
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
            "x-description": {
                "zh": "存放密钥的环境变量的名称。",
                "en": "Name of the environment variable that holds the secret.",
            },
        },
        "file": {
            "type": "string",
            "minLength": 1,
            "x-description": {
                "zh": "只含密钥的文件，从项目文件夹算起；其他用户不得有任何权限（chmod 600）。",
                "en": (
                    "File that holds nothing but the secret, from the project folder; others must have "
                    "no right on it (chmod 600)."
                ),
            },
        },
        "command": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "x-description": {
                "zh": (
                    "输出密钥的命令，程序和参数各为一项；不经 shell，在项目文件夹中运行，须在 30 秒内结束。"
                ),
                "en": (
                    "Command that prints the secret, program and arguments apart; run without a shell "
                    "in the project folder, for 30 seconds at most."
                ),
            },
        },
    },
    "x-description": {
        "zh": "密钥的所在：{env: NAME}、{file: PATH} 或 {command: [PROGRAM, ARGUMENT]}；不得写密钥本身。",
        "en": (
            "Where the secret is: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}; never "
            "the secret."
        ),
    },
}
"""The schema of an option that leads to a secret; ``CollectContext.secret`` takes its value."""

PARALLEL: Final = 4
"""How many targets of one collector are collected side by side where it does not say (``parallel``)."""


def _no_secrets(_spec: Mapping[str, Any]) -> str:
    raise CollectFailed(Text("此处不提供密钥", "there are no secrets to be had here"))


@dataclass(frozen=True, slots=True)
class Staged:
    """The rows of one kind that other targets of this collection gave, for a collector that derives from them.

    Attributes:
        files: JSON Lines, an object for each row: the fields in their stored form (times are UTC,
            ``YYYY-MM-DD HH:MM:SS.ffffff``), provenance in names that begin with ``_`` (``_observed_at``).
            A key may stand in several rows; the one that was observed last counts.
        gaps: the targets of which rows may be missing. The runner makes of it what has to be made: what is
            derived from them is partial.
    """

    files: tuple[Path, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectContext:
    """What a collector may know of the run.

    Attributes:
        project: the project folder; relative paths of options count from here.
        zone: IANA name of the zone for times that carry none.
        now: when the collection of this target began, UTC.
        fields: for each kind, the names of the fields that its schema lists.
        digest: turns a secret into ``hmac-sha256:…`` with the project's key, so that equal secrets can be
            seen to be equal and none can be read.
        secret: the secret that an option of ``SECRET_SCHEMA`` leads to. From then on the runner keeps it out of
            every record, reason and report of this collection. Raises CollectFailed where it cannot be had.
        staged: what the kinds of ``Deriving.derives_from`` hold; empty for every other collector.
    """

    project: Path
    zone: str
    now: datetime
    fields: Mapping[str, frozenset[str]]
    digest: Callable[[str], str]
    secret: Callable[[Mapping[str, Any]], str] = _no_secrets
    staged: Mapping[str, Staged] = field(default_factory=dict)


@runtime_checkable
class Collector(Protocol):
    """Turns one target into records. Read-only, offline unless the target itself is remote.

    ``collect`` yields records and rejected items as it goes. It raises ``CollectDenied`` when it was not
    allowed to read, ``CollectFailed`` when it could not; anything else that it raises is caught by the
    runner and counts as failed.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    summary: ClassVar[Text]
    options_schema: ClassVar[Mapping[str, Any]]
    """JSON Schema (object) of the target's options in ``hiscomply.yaml``."""

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The evidence kinds that a target with these options is expected to give."""
        ...

    def collect(self, target: Target, context: CollectContext) -> Iterator[Item]:
        """The target's records, one by one or in blocks (``units``), and what could not become one."""
        ...


class CollectFailed(Exception):
    """A collector could not read its target. ``reason`` is shown to the user.

    Args:
        kinds: the kinds of which records may be missing; empty means all that the target was to give.
    """

    def __init__(self, reason: Text, kinds: Sequence[str] = ()) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.kinds = tuple(kinds)


class CollectDenied(CollectFailed):
    """A collector was not allowed to read its target."""


class CollectTimedOut(CollectFailed):
    """One step of a collection did not end within its time."""


@runtime_checkable
class Fleet(Protocol):
    """A collector of which one target in ``hiscomply.yaml`` can stand for many: the hosts of an inventory."""

    def expand(self, target: Target, project: Path) -> Sequence[Target]:
        """The targets that it stands for, named ``<target>/<host>``; reads files of the project only.

        Raises:
            CollectFailed: the list cannot be read, or names nothing.
        """
        ...


@runtime_checkable
class Asking(Protocol):
    """A collector that can say beforehand what it would ask (``--dry-run``)."""

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """What would be asked, of whom, with which account: one line each. Touches neither target nor secret."""
        ...


@runtime_checkable
class Parallel(Protocol):
    """A collector that says how many of its targets may be collected side by side."""

    parallel: int


@runtime_checkable
class Deriving(Protocol):
    """A collector that concludes from what other targets gave: it runs once all of those have ended.

    It is given the rows in ``CollectContext.staged``. It cannot derive from what is derived itself.
    """

    def derives_from(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds that it reads. Where no target gives one of them, it is failed without being run."""
        ...


def limited(failure: CollectFailed, kinds: Sequence[str]) -> CollectFailed:
    """The failure of a part of a collection: where it names no kinds, those of the part."""
    return failure if failure.kinds else type(failure)(failure.reason, kinds)


def joined_failures(
    failures: Sequence[tuple[str, CollectFailed]], not_asked: Sequence[str] = ()
) -> CollectFailed:
    """Failures by source as one, for a target of several sources; denied or timed out only if every one is.

    Args:
        not_asked: kinds that nobody asked for any more after the failures.

    Returns:
        A failure of the kinds of all of them; of every kind where one of them names none.
    """
    shown = failures[:5]
    more = f" (+{len(failures) - len(shown)})" if len(failures) > len(shown) else ""
    reason = Text(
        ";".join(f"{source}:{failure.reason.zh}" for source, failure in shown) + more,
        "; ".join(f"{source}: {failure.reason.en}" for source, failure in shown) + more,
    )
    named = [failure.kinds for _, failure in failures]
    kinds = (
        tuple(dict.fromkeys([*(kind for part in named for kind in part), *not_asked])) if all(named) else ()
    )
    for one in (CollectDenied, CollectTimedOut):
        if all(isinstance(failure, one) for _, failure in failures):
            return one(reason, kinds)
    return CollectFailed(reason, kinds)


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a configuration file, where it stands. Positions count from 1.

    Attributes:
        key: dotted path (``services.db.image``), lower case where the format ignores case.
        value: as the software would read it, text; None for a key without value.
        is_effective: False for an occurrence that another one overrides.
        section: the block that limits it (a Match block, an INI section), else None.
    """

    key: str
    value: str | None
    line: int
    column: int
    is_effective: bool = True
    section: str | None = None


class FormatError(Exception):
    """A file is recognised, but it cannot be parsed. Positions count from 1."""

    def __init__(self, reason: Text, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.line = line
        self.column = column


@runtime_checkable
class FileFormat(Protocol):
    """One configuration format for the ``files`` collector."""

    @property
    def name(self) -> str:
        """For example ``sshd_config``: becomes ``setting.format`` and ``config_file.format``."""
        ...

    def recognises(self, path: str, head: bytes) -> bool:
        """True if the file at this POSIX path with these first 4096 bytes is of this format."""
        ...

    def parse(self, text: str) -> Iterator[Setting]:
        """The settings of the file in order; raises FormatError."""
        ...


@runtime_checkable
class Stating(Protocol):
    """A format that can write what it reads, for ``hiscomply explain``."""

    def stated(self, text: str, key: str, value: str) -> str | None:
        """The file's text with a line that states the setting, where it takes effect in this file.

        Args:
            key: as ``Setting.key``; the text does not state it yet.

        Returns:
            None where that cannot be said for sure.
        """
        ...


@runtime_checkable
class FormatUser(Protocol):
    """A collector that reads configuration files, and so wants the formats that all plugins bring."""

    def with_formats(self, formats: Sequence[FileFormat], software: Sequence[Software]) -> Collector:
        """A collector for these formats, asked in this order, and for the configurations of this software."""
        ...


@runtime_checkable
class Reporter(Protocol):
    """Writes one document about a run."""

    name: ClassVar[str]
    """The FORMAT of ``--output FORMAT=FILE``."""
    filename: ClassVar[str]
    """The file in the run folder, for example ``report.html``."""
    summary: ClassVar[Text]

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the document, and returns every file that it wrote."""
        ...


@runtime_checkable
class LeavingOut(Protocol):
    """A reporter whose reader takes only so much, and which says what is therefore not in its document."""

    def left_out(self, result: AuditResult) -> Sequence[Text]:
        """A sentence for each limit that the result exceeds."""
        ...


@hookspec
def hiscomply_collectors() -> list[Collector]:  # type: ignore[empty-body]
    """The collectors that a plugin brings."""


@hookspec
def hiscomply_formats() -> list[FileFormat]:  # type: ignore[empty-body]
    """The configuration formats that a plugin brings; more specific ones first."""


@hookspec
def hiscomply_software() -> list[Software]:  # type: ignore[empty-body]
    """The software that a plugin understands: what its configuration files amount to."""


@hookspec
def hiscomply_reporters() -> list[Reporter]:  # type: ignore[empty-body]
    """The report formats that a plugin brings."""


@hookspec
def hiscomply_packs() -> list[Path]:  # type: ignore[empty-body]
    """Folders with policies, ``<section>/<policy_id>/policy.yaml`` below each."""


@hookspec
def hiscomply_evidence_schemas() -> list[Path]:  # type: ignore[empty-body]
    """Folders with ``<kind>.schema.json`` files."""
