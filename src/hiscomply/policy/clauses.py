"""The clause map of a pack: titles, sections and crosswalks of every clause."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hiscomply import __version__
from hiscomply.errors import PolicyError
from hiscomply.model import Text
from hiscomply.policy.cache import read_cached, write_cached


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
    from hiscomply.yaml_source import read_text

    text = read_text(file, str(file), PolicyError)
    digest = hashlib.sha256(f"{__version__}\0{text}".encode()).hexdigest()
    plain = read_cached("clauses", digest)
    if plain is None:
        plain = _plain(text, file)
        write_cached("clauses", digest, plain)
    return ClauseMap(
        clauses=tuple(
            Clause(
                id=one["id"],
                section=one["section"],
                title=Text(**one["title"]),
                control_status=one["control_status"],
                crosswalk={name: tuple(ids) for name, ids in one["crosswalk"].items()},
            )
            for one in plain["clauses"]
        ),
        sections={one["id"]: Text(**one["title"]) for one in plain["sections"]},
        frameworks={name: Text(**one["title"]) for name, one in plain["frameworks"].items()},
    )


def _plain(text: str, file: Path) -> dict[str, Any]:
    """The checked document as plain data."""
    from hiscomply.yaml_source import parse_yaml, validate

    document = validate(_models(), parse_yaml(text, str(file), PolicyError), PolicyError)
    plain: dict[str, Any] = document.model_dump()
    return plain


def _models() -> type:
    """Built on call: pydantic is slow to import and a cached pack does not need it."""
    from pydantic import Field

    from hiscomply.policy.document import BilingualText, Model

    class Titled(Model):
        id: str = ""
        title: BilingualText

    class CheckEntry(Model):
        class_: Literal["A", "S", "M"] = Field(alias="class")
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
