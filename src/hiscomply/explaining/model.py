"""What is said of one finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hiscomply.model import ClauseResult, Finding, PolicyInfo, RunInfo, Text


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file; secrets are covered. ``number`` counts from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class InEffect:
    """A value that the policy looked at.

    Attributes:
        value: as the program reads it; None for a key without value; covered where it is a secret.
        origin: written, inherited, conditional or default; ``setting`` for a line that was judged as it stands.
        line, column: from 1; None for a default.
    """

    key: str
    value: str | None
    origin: str
    file: str
    line: int | None
    column: int | None
    section: str | None
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was tried on a copy and passed.

    Attributes:
        value: what the setting would be; None where its line is taken out.
        diff: unified, secrets covered.
        subjects: what the policy passes for then.
    """

    file: str
    key: str
    value: str | None
    diff: str
    subjects: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of a finding.

    Attributes:
        place: the file that the finding stands in; None where it has none.
        lines: around the finding; empty where the file cannot be shown.
        hidden: why there are no lines.
        read: the files whose values are in effect.
        missing: why the configuration is incomplete.
        change: the smallest change that was found to pass.
        unchanged: why there is none.
    """

    run: RunInfo
    info: PolicyInfo
    clauses: Sequence[ClauseResult]
    finding: Finding
    lines: Sequence[Line]
    hidden: Text | None
    values: Sequence[InEffect]
    read: Sequence[str]
    missing: str | None
    change: Change | None
    unchanged: Text | None
