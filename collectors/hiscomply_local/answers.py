"""What a fact asks of a host, and what the host answered: plain data between fetch and parse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fnmatch import fnmatchcase

_MAGIC = re.compile(r"[*?[]")
MAX_FILE_BYTES = 8_000_000
SYSTEMD_RUNS = "/run/systemd/system"
"""A folder that is there exactly while systemd is the init system. Source: sd_booted(3)."""


class Outcome(StrEnum):
    """How one read or one command ended."""

    OK = "ok"
    ABSENT = "absent"
    """No such file, or no such program."""
    DENIED = "denied"
    TIMED_OUT = "timed_out"
    BROKEN = "broken"
    """An input/output error, or a file above the limit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One file's content or one command's output.

    Attributes:
        exit_code: of a command; 0 for a file. A command that ran is OK whatever its exit code.
        detail: why it is not OK, or the last line that a command said about it.
    """

    outcome: Outcome
    data: bytes = b""
    exit_code: int = 0
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Content is there: the file was read, or the command ended with exit code 0."""
        return self.outcome is Outcome.OK and self.exit_code == 0

    @property
    def text(self) -> str:
        """The content as UTF-8; a byte that is not UTF-8 becomes U+FFFD and so stays visible."""
        return self.data.decode("utf-8", "replace")

    def lines(self) -> Iterator[tuple[int, str]]:
        """Lines with their number from 1, split at line feeds only."""
        for number, line in enumerate(self.text.split("\n"), 1):
            yield number, line.rstrip("\r")


ABSENT = Answer(Outcome.ABSENT)


def from_epoch(seconds: str) -> datetime | None:
    """The moment of a count of seconds, UTC; None for what cannot be one."""
    if not re.fullmatch(r"[0-9]{1,11}", seconds):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def from_text(text: str, form: str) -> datetime | None:
    """The moment that ``form`` reads, UTC where it carries no zone; None for what cannot be one."""
    try:
        moment = datetime.strptime(text, form)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Command:
    """A command that changes nothing.

    Attributes:
        programs: the first one that the host has is run.
        unless_file: a host on which this file is there and not empty counts as without the command.
        if_folder: so does a host on which this folder is missing.
        if_empty: so does a host on which this folder is missing, holds anything, or does not show what it holds.
        unless: so does a host on which this other command is there: one question, and two ways to ask it.
    """

    programs: tuple[str, ...]
    args: tuple[str, ...] = ()
    unless_file: str = ""
    if_folder: str = ""
    if_empty: str = ""
    unless: Command | None = None

    @property
    def shown(self) -> str:
        """As people know it, for provenance and messages."""
        return " ".join((self.programs[0], *self.args))


@dataclass(frozen=True, slots=True)
class Ask:
    """The inputs of one fact.

    Attributes:
        files: absolute paths; the last part may be a pattern (``/etc/sudoers.d/*``), as may a folder.
        heads: paths or patterns of which the first ``HEAD_BYTES`` are enough.
        commands: run without shell, in the C locale, in UTC.
    """

    files: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """All that was fetched from one host."""

    files: Mapping[str, Answer]
    commands: Mapping[Command, Answer]

    def file(self, path: str) -> Answer:
        """The answer for a path; ABSENT for one that the host does not have."""
        return self.files.get(path, ABSENT)

    def command(self, command: Command) -> Answer:
        """The answer of a command; ABSENT when it was not asked."""
        return self.commands.get(command, ABSENT)

    def matching(self, pattern: str) -> list[tuple[str, Answer]]:
        """Files by pattern, in order of path; an unreadable folder answers under the pattern itself."""
        begin = _MAGIC.split(pattern, 1)[0]
        if begin == pattern:
            return [(pattern, self.files[pattern])] if pattern in self.files else []
        depth = pattern.count("/")
        return sorted(
            (path, answer)
            for path, answer in self.files.items()
            if path.startswith(begin) and path.count("/") == depth and fnmatchcase(path, pattern)
        )
