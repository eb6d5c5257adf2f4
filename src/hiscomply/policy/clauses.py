"""The clause map of a pack: titles, aims, checks, sections and crosswalks of every clause."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from hiscomply import __version__
from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import Place, PolicyError, nearest
from hiscomply.frozen import dataclass
from hiscomply.model import Text
from hiscomply.policy.cache import read_cached, write_cached


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a clause, and what judges it.

    Attributes:
        check_class: A automatic from a system, S from a record system, M document or attestation.
        policies: ids of the policies that judge it.
        reason: why no policy does; None where one does.
    """

    id: str
    check_class: str
    policies: tuple[str, ...]
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the specification, without any verdict.

    Attributes:
        aim: what must be true, in our words.
        crosswalk: ids by framework, groups of controls spelt out; empty where there is no counterpart.
        nearest: ids by framework that come near and are no counterpart.
    """

    id: str
    section: str
    title: Text
    aim: Text
    control_status: str
    crosswalk: Mapping[str, tuple[str, ...]]
    nearest: Mapping[str, tuple[str, ...]]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class ClauseMap:
    """All clauses in order.

    Attributes:
        sections: titles of the sections that reports group by.
        frameworks: titles of the crosswalk's frameworks.
        notes: what was checked of each framework's column.
    """

    specification: Text
    clauses: tuple[Clause, ...]
    sections: Mapping[str, Text]
    frameworks: Mapping[str, Text]
    notes: Mapping[str, Text]


def load_clauses(file: Path) -> ClauseMap:
    """The clause map of a pack.

    Raises:
        PolicyError, Problems: unreadable or malformed.
    """
    from hiscomply.text_source import read_text

    text = read_text(file, str(file), PolicyError)
    # A map that an earlier form of this module kept has other fields.
    reader = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    digest = hashlib.sha256(f"{__version__}\0{reader}\0{text}".encode()).hexdigest()
    plain = read_cached("clauses", digest)
    if plain is None:
        plain = _plain(text, file)
        write_cached("clauses", digest, plain)
    groups = {name: one["groups"] for name, one in plain["frameworks"].items()}
    return ClauseMap(
        specification=Text(**plain["specification"]["title"]),
        clauses=tuple(_clause(one, groups) for one in plain["clauses"]),
        sections={one["id"]: Text(**one["title"]) for one in plain["sections"]},
        frameworks={name: Text(**one["title"]) for name, one in plain["frameworks"].items()},
        notes={name: Text(**one["note"]) for name, one in plain["frameworks"].items() if one["note"]},
    )


def misnamed_clauses(policies: Iterable[CompiledPolicy], clauses: ClauseMap) -> list[PolicyError]:
    """The policies of clauses that there are not: reports go by clauses, and would say nothing of them."""
    known = [clause.id for clause in clauses.clauses]
    return [
        PolicyError(
            f"{policy.id} is for clause {id_!r}, which there is not / 没有该条款",
            place=Place(policy.file),
            hint=nearest(id_, known),
        )
        for policy in policies
        for id_ in policy.clauses
        if id_ not in known
    ]


def _clause(plain: Mapping[str, Any], groups: Mapping[str, Mapping[str, list[str]]]) -> Clause:
    return Clause(
        id=plain["id"],
        section=plain["section"],
        title=Text(**plain["title"]),
        aim=Text(**plain["aim"]),
        control_status=plain["control_status"],
        crosswalk={name: _spelt_out(ids, groups[name]) for name, ids in plain["crosswalk"].items()},
        nearest={name: tuple(ids) for name, ids in plain["nearest"].items()},
        checks=tuple(_check(name, one) for name, one in plain["checks"].items()),
    )


def _check(name: str, plain: Mapping[str, Any]) -> Check:
    reason = Text(**plain["reason"]) if plain["reason"] else None
    return Check(name, plain["class_"], tuple(plain["policies"]), reason)


def _spelt_out(ids: list[str], groups: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Each control once, ``XX-1`` as the first control of every family."""
    return tuple(dict.fromkeys(control for id_ in ids for control in groups.get(id_, (id_,))))


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

    class FrameworkEntry(Model):
        title: BilingualText
        note: BilingualText | None = None
        groups: dict[str, list[str]] = Field(default_factory=dict)

    class CheckEntry(Model):
        class_: Literal["A", "S", "M"] = Field(alias="class")
        policies: list[str]
        reason: BilingualText | None = None

    class ClauseEntry(Model):
        id: str
        section: str
        title: BilingualText
        aim: BilingualText
        control_status: Literal["automated", "partial", "manual", "pending"]
        crosswalk: dict[str, list[str]]
        nearest: dict[str, list[str]] = Field(default_factory=dict)
        checks: dict[str, CheckEntry] = Field(default_factory=dict)

    class ClausesDocument(Model):
        specification: Titled
        frameworks: dict[str, FrameworkEntry]
        sections: list[Titled]
        clauses: list[ClauseEntry]

    return ClausesDocument
