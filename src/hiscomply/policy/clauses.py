"""The clause map of a pack: titles, sections and crosswalks of every clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hiscomply.errors import PolicyError
from hiscomply.model import Text


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the specification, without any verdict."""

    id: str
    section: str
    title: Text
    control_status: str
    crosswalk: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ClauseMap:
    """All clauses in order.

    Attributes:
        sections: titles of the sections that reports group by.
        frameworks: titles of the crosswalk's frameworks.
    """

    clauses: tuple[Clause, ...]
    sections: Mapping[str, Text]
    frameworks: Mapping[str, Text]


def load_clauses(file: Path) -> ClauseMap:
    """The clause map of a pack.

    Raises:
        PolicyError, Problems: unreadable or malformed.
    """
    from hiscomply.yaml_source import load_yaml, validate

    document = validate(_models(), load_yaml(file, error_type=PolicyError), PolicyError)
    return ClauseMap(
        clauses=tuple(
            Clause(
                id=one.id,
                section=one.section,
                title=Text(one.title.zh, one.title.en),
                control_status=one.control_status,
                crosswalk={name: tuple(ids) for name, ids in one.crosswalk.items()},
            )
            for one in document.clauses
        ),
        sections={one.id: Text(one.title.zh, one.title.en) for one in document.sections},
        frameworks={name: Text(one.title.zh, one.title.en) for name, one in document.frameworks.items()},
    )


def _models() -> type:
    """Built on call: pydantic is slow to import and a cached pack does not need it."""
    from pydantic import Field

    from hiscomply.policy.document import BilingualText, Model

    class Titled(Model):
        id: str = ""
        title: BilingualText

    class CheckEntry(Model):
        policies: list[str]
        reason: BilingualText | None = None

    class ClauseEntry(Model):
        id: str
        section: str
        title: BilingualText
        control_status: Literal["automated", "partial", "manual", "pending"]
        crosswalk: dict[str, list[str]]
        checks: dict[str, CheckEntry] = Field(default_factory=dict)

    class ClausesDocument(Model):
        specification: Titled
        frameworks: dict[str, Titled]
        sections: list[Titled]
        clauses: list[ClauseEntry]

    return ClausesDocument
