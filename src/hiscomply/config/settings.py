"""Settings: one frozen object, and for each value where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

from hiscomply.frozen import dataclass
from hiscomply.model import Record, Target, Text

_YEARS: Final = range(1900, 3000)


@dataclass(frozen=True, slots=True)
class Override:
    """A parameter value of the project.

    Attributes:
        origin: ``file:line:column``.
    """

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run is asked to do.

    Attributes:
        project: the project folder.
        targets: what to collect from, with options as written; collectors check theirs.
        as_of: when to judge, aware UTC; None means when the collection has ended.
        only: policy ids asked for; empty means all.
        origins: where each top-level value came from: ``hiscomply.yaml:3:1``, ``--profile``, ``default``.
    """

    project: Path
    institution: Text
    zone: str
    work_from: time
    work_to: time
    profile: str
    language: str
    packs: tuple[Path, ...]
    parameters: Mapping[str, Mapping[str, Override]]
    targets: tuple[Target, ...]
    waivers: Path | None
    reports: Mapping[str, Path]
    runs: Path
    as_of: datetime | None = None
    fail_on: str = "low"
    allow_unknown: bool = False
    only: tuple[str, ...] = ()
    only_targets: tuple[str, ...] = ()
    """Patterns of the targets to collect from; the others are skipped. Empty means all."""
    is_secret_kept: bool = True
    """False where there is no project to keep a key in: secrets are withheld rather than digested."""
    profile_origin: str = "default"
    """Where the profile came from: ``--profile``, ``file:line:column``, the institution's level, ``default``."""
    declared: tuple[Record, ...] | None = None
    """What the project file says of the institution, as evidence; None where there is no project file to say it."""
    origins: Mapping[str, str] = field(default_factory=dict)


def parse_as_of(text: str, zone: str) -> datetime:
    """A moment from a flag, in the project's zone unless it names one.

    Raises:
        ValueError: it is no ISO date or time, or lies where no age can be counted from it.
    """
    from zoneinfo import ZoneInfo

    moment = datetime.fromisoformat(text)
    if moment.year not in _YEARS:
        raise ValueError(f"year {moment.year}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)
