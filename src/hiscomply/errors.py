"""What can be wrong with what a person gave us: where, what, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable

from hiscomply.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, or a named thing (a collector, a target) when there is no file.

    Lines and columns count from 1; None where the position is not known.
    """

    name: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.name, self.line, self.column) if part is not None)


class HiscomplyError(Exception):
    """The root of all errors that are shown to the user as one message, without a traceback.

    Args:
        what: what is wrong, in one sentence, Chinese and English.
        place: where.
        hint: what to do next.
    """

    exit_code = 2

    def __init__(self, what: str, *, place: Place | None = None, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}" if self.place else self.what
        return f"{text}\n  -> {self.hint}" if self.hint else text


class ConfigError(HiscomplyError):
    """The project file, a flag or an environment variable is wrong."""


class PolicyError(HiscomplyError):
    """A policy, its cases, or the pack around it is wrong."""


class EvidenceError(HiscomplyError):
    """An evidence schema is wrong, or stored evidence cannot be read."""

    exit_code = 3


class NotHeld(Exception):
    """SQLite cannot hold or judge this; DuckDB can. Never shown to anybody."""


class RunError(HiscomplyError):
    """A run folder is missing, unsealed or altered."""


class ReferenceDataError(HiscomplyError):
    """A file of reference data cannot be read, was altered, or is not what it is said to be.

    Args:
        zh, en: what is wrong, one sentence in each language.
    """

    def __init__(self, zh: str, en: str, *, place: Place | None = None, hint: str = "") -> None:
        super().__init__(f"{en} / {zh}", place=place, hint=hint)
        self.zh = zh
        self.en = en


class Problems(HiscomplyError):
    """Several errors found in one pass, so that a person mends them all at once."""

    def __init__(self, problems: Iterable[HiscomplyError]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems / 共 {len(self.problems)} 个问题")

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the nearest known names, empty if none is near."""
    from difflib import get_close_matches

    matches = get_close_matches(name, list(known), n=3, cutoff=0.6)
    if not matches:
        return ""
    return "did you mean / 是否想写 " + ", ".join(repr(match) for match in matches) + "?"
