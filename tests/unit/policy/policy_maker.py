"""A small policy and its evidence, written to a folder and judged the way a run does it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.kinds import Kind, load_kinds
from hiscomply.model import EvidenceTable, PolicyCount
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import VERDICTS, case_bindings

AS_OF = datetime(2026, 6, 30, 0, 0, tzinfo=UTC)
"""Eight in the morning in Shanghai, a Tuesday and a working day."""
NOW = AS_OF.replace(tzinfo=None)
TODAY = date(2026, 6, 30)

_BOTH = {"zh": "某", "en": "some"}
_NONE = {"x-none": _BOTH}
_TYPES: Mapping[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "amount": {"type": "integer", "minimum": 0},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "list": {"type": "array", "items": {"type": "string"}},
    "timestamp": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "past": {"type": "string", "format": "date-time", "x-past": True},
    "past_date": {"type": "string", "format": "date", "x-past": True},
    "text_or_none": {"type": ["string", "null"], **_NONE},
    "past_or_none": {"type": ["string", "null"], "format": "date-time", "x-past": True, **_NONE},
    "colour": {"type": "string", "enum": ["red", "green", "blue"]},
}
SCHEMAS: Mapping[str, tuple[list[str], dict[str, str]]] = {
    "thing": (
        ["id"],
        {
            "id": "text",
            "word": "text",
            "other_word": "text",
            "n": "integer",
            "m": "integer",
            "x": "number",
            "flag": "boolean",
            "mark": "boolean",
            "tags": "list",
            "more_tags": "list",
            "seen": "past",
            "planned": "timestamp",
            "day": "date",
            "born": "past_date",
            "owner": "text_or_none",
            "left_at": "past_or_none",
            "colour": "colour",
            "place": "text",
        },
    ),
    "part": (
        ["part_id"],
        {
            "part_id": "text",
            "thing_id": "text",
            "owner_id": "text_or_none",
            "place": "text",
            "good": "boolean",
            "v": "integer",
            "amount": "amount",
            "word": "text",
            "at": "past",
            "planned": "timestamp",
            "day": "past_date",
            "left_at": "past_or_none",
        },
    ),
}
"""Natural key and fields of the kinds: ``thing`` the subject, and ``part`` what belongs to it."""


def write_schemas(folder: Path) -> dict[str, Kind]:
    """The kinds, read back from their schemas."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (key, fields) in SCHEMAS.items():
        schema = {
            "title": name,
            "x-title": _BOTH,
            "x-description": _BOTH,
            "x-key": key,
            "x-fresh": "7 days",
            "properties": {field: {**_TYPES[type_], "x-title": _BOTH} for field, type_ in fields.items()},
        }
        (folder / f"{name}.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return load_kinds([folder])


def parameter(type_: str, default: Any, *, key: Iterable[str] = ()) -> dict[str, Any]:
    """A parameter of a policy."""
    source = {"id": "HISCOMPLY", "strength": "default"}
    written: dict[str, Any] = {"type": type_, "default": {"tertiary": default}, "source": source}
    if type_ in ("duration", "integer", "number", "percent"):
        written["tighter"] = "lower"
    return {**written, "key": list(key)} if key else written


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict row, also of those that pass."""

    verdict: str
    reason: str | None
    values: Mapping[str, Any]
    source: str | None = None
    line: int | None = None


class PolicyMaker:
    """Writes policies below a folder, compiles them, and judges given rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kinds = write_schemas(folder / "schemas")
        self._made = 0

    def write(
        self,
        check: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
        *,
        message: str = "x",
        freshness: Mapping[str, str] | None = None,
    ) -> Path:
        """The ``policy.yaml`` of a check, in a folder of its own."""
        self._made += 1
        document = {
            "id": f"made_{self._made}",
            "clauses": ["4.1"],
            "title": _BOTH,
            "severity": "high",
            "parameters": dict(parameters or {}),
            "evidence": {kind: {"fresh": fresh} for kind, fresh in (freshness or {}).items()},
            "check": dict(check),
            "message": {"zh": message, "en": message},
            "remediation": _BOTH,
        }
        file = self.folder / "policies" / document["id"] / "policy.yaml"
        file.parent.mkdir(parents=True)
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=999)
        file.write_text(text, encoding="utf-8")
        return file

    def load(
        self, check: Mapping[str, Any], parameters: Mapping[str, Any] | None = None, **rest: Any
    ) -> CompiledPolicy:
        """The check as a compiled policy; raises what loading a pack raises."""
        return load_pack([self.write(check, parameters, **rest)], self.kinds, use_cache=False).policies[0]

    def judge(
        self,
        policy: CompiledPolicy,
        given: Mapping[str, list[dict[str, Any]]],
        *,
        incomplete: Iterable[str] = (),
        overrides: Mapping[str, Any] | None = None,
    ) -> dict[str, Judged]:
        """The verdict rows by subject; ``*`` is the policy as a whole where it has a gap.

        A field that a row leaves out is not known; ``None`` is a known none.
        """
        engine = Engine(self.kinds, Moment(AS_OF))
        for kind in self.kinds:
            _fill(engine, self.kinds[kind], given.get(kind, []), is_complete=kind not in set(incomplete))
        count = engine.evaluate(policy, case_bindings(policy, "tertiary", overrides or {}))
        judged = _all_rows(engine, policy)
        _check_counts(judged, count, len(engine.gap_rows()))
        for subject, code, reason in engine.gap_rows():
            judged.setdefault(subject, Judged(VERDICTS[code], reason, {}))
        engine.connection.close()
        return judged

    def verdicts(
        self, policy: CompiledPolicy, given: Mapping[str, list[dict[str, Any]]], **rest: Any
    ) -> dict[str, str]:
        """Verdict words by subject; see ``judge``."""
        return {subject: one.verdict for subject, one in self.judge(policy, given, **rest).items()}


def _all_rows(engine: Engine, policy: CompiledPolicy) -> dict[str, Judged]:
    if engine.last_bound is None:
        return {}
    output = policy.query
    used = {name: value for name, value in engine.last_bound.items() if f"${name}" in output}
    query = f"SELECT subject, code, reason, data, source, line FROM ({output})"
    rows = engine.connection.execute(query, used).fetchall()
    judged = {
        row[0]: Judged(VERDICTS[row[1]], row[2], json.loads(row[3] or "{}"), row[4], row[5]) for row in rows
    }
    assert len(judged) == len(rows), "a subject stands twice"
    return judged


def _check_counts(judged: Mapping[str, Judged], count: PolicyCount, gaps: int) -> None:
    """What the engine counts is what its rows say."""
    words = [one.verdict for one in judged.values()]
    assert (words.count("pass"), words.count("fail")) == (count.passed, count.failed)
    assert count.unknown - words.count("unknown") in range(gaps + 1)


def _fill(engine: Engine, kind: Kind, given: list[dict[str, Any]], *, is_complete: bool) -> None:
    rows = [_row(kind, row) for row in given]
    times = [row["_observed_at"].replace(tzinfo=UTC) for row in rows if row["_observed_at"]]
    gaps = () if is_complete else ("broken",)
    oldest, newest = min(times, default=None), max(times, default=None)
    engine.add_empty(kind.name)
    engine.set_table(EvidenceTable(kind.name, Path(), len(rows), is_complete, gaps, oldest, newest))
    columns = list(kind.columns())
    marks = "(" + ", ".join("?" * len(columns)) + ")"
    for start in range(0, len(rows), 100):
        some = rows[start : start + 100]
        engine.connection.execute(
            f'INSERT INTO ev."{kind.name}" VALUES {", ".join([marks] * len(some))}',
            [row.get(column) for row in some for column in columns],
        )


def _row(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(kind.columns())
    assert not unknown, f"{kind.name} has no {unknown}"
    missing = [name for name, one in kind.fields.items() if one.none_means and name not in given]
    return {"_observed_at": NOW, "_source": f"{kind.name}.csv", "_missing": missing, **given}
