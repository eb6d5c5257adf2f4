"""What every fact knows of the host it describes, and how its records and refusals are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply.units import MAX_ROWS, Passage, Row, Rows, Stretch
from hiscomply_kit.settings import OWN
from hiscomply_local.answers import Answer, Command, Outcome


@dataclass(frozen=True, slots=True)
class About:
    """The host, by the name that its records carry.

    Attributes:
        now: when the collection began, UTC.
        zone: of times in the host's own logs; None when nobody knows it.
        max_list_age_days: package lists older than this say nothing of pending updates.
        fixed_repositories: ids of repositories that never change, so that their age says nothing.
    """

    asset_id: str
    now: datetime
    zone: tzinfo | None
    max_list_age_days: int = 7
    fixed_repositories: frozenset[str] = frozenset()

    def from_file(self, kind: str, path: str, fields: Mapping[str, Any], line: int | None = None) -> Record:
        """A record that stands in a file; fields that are ``...`` are not known and left out."""
        return Record(kind, known(fields), self.file_uri(path), self.now, line=line)

    def from_command(
        self, kind: str, command: Command, fields: Mapping[str, Any], line: int | None = None
    ) -> Record:
        """A record that a command printed; fields that are ``...`` are not known and left out."""
        return Record(
            kind, known(fields), f"host:{self.asset_id}", self.now, line=line, pointer=command.shown
        )

    def passages(
        self, kind: str, command: Command, own: Mapping[str, Any]
    ) -> Callable[[Stretch, int], Passage]:
        """Makes what a command that prints thousands of records says in one stretch, which begins in some line.

        Args:
            own: fields of this host.
        """
        source, pointer = f"host:{self.asset_id}", command.shown
        return lambda stretch, line: Passage(kind, own, stretch, source, self.now, line, pointer)

    def settings(self, rows: Sequence[Row]) -> Iterator[Rows]:
        """``setting`` records, each with the ``own_of`` its place: in blocks, for hosts have most of them alike."""
        for start in range(0, len(rows), MAX_ROWS):
            yield Rows("setting", OWN, self.now, rows[start : start + MAX_ROWS])

    def bad_line(self, kind: str, place: str | Command, line: int, reason: Text) -> Rejected:
        """A line that could not be understood. Its text is not repeated: it may hold anything."""
        if isinstance(place, Command):
            return Rejected(kind, f"host:{self.asset_id}", reason, line=line, pointer=place.shown)
        return Rejected(kind, self.file_uri(place), reason, line=line)

    def unknown(self, kind: str, place: str | Command, reason: Text) -> Rejected:
        """A fact that stays unknown, as a whole."""
        if isinstance(place, Command):
            return Rejected(kind, f"host:{self.asset_id}", reason, pointer=place.shown)
        return Rejected(kind, self.file_uri(place), reason)

    def refused(self, kind: str, place: str | Command, line: int | None, reason: Text) -> Rejected:
        """A line that could not be understood, or, without one, a fact that stays unknown as a whole."""
        return self.unknown(kind, place, reason) if line is None else self.bad_line(kind, place, line, reason)

    def file_uri(self, path: str) -> str:
        """``file://<asset>/etc/passwd``."""
        return f"file://{self.asset_id}{path}"


def known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without those whose value is ``...``: not known. None stays: known to be none."""
    if ... not in fields.values():
        return dict(fields)
    return {name: value for name, value in fields.items() if value is not ...}


def why(answer: Answer) -> Text:
    """Why an answer holds nothing usable, as the second half of a sentence."""
    detail = f" ({answer.detail})" if answer.detail else ""
    match answer.outcome:
        case Outcome.ABSENT:
            return Text("本机没有它", "this host does not have it")
        case Outcome.DENIED:
            return Text(f"没有读取权限{detail}", f"no permission to read it{detail}")
        case Outcome.TIMED_OUT:
            return Text(f"超时{detail}", f"it timed out{detail}")
        case Outcome.BROKEN:
            return Text(f"读取出错{detail}", f"reading it failed{detail}")
        case _:
            return Text(
                f"退出码 {answer.exit_code}{detail}", f"it ended with exit code {answer.exit_code}{detail}"
            )


def missing(what: Text, answer: Answer) -> Text:
    """``what`` is not known, because of ``answer``."""
    reason = why(answer)
    return Text(f"{what.zh}未知:{reason.zh}", f"{what.en} not known: {reason.en}")


def unreadable(what: Text) -> Text:
    """A line is not in the form that the fact expects."""
    return Text(f"{what.zh}:此行无法解析", f"{what.en}: this line cannot be read")
