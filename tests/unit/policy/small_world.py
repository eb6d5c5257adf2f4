"""Policies over two small kinds, judged in memory: for tests of what the language means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.kinds import Kind, load_kinds
from hiscomply.model import EvidenceTable
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import case_bindings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
VERDICTS = ("not_applicable", "pass", "unknown", "fail")


def _title(name: str) -> dict[str, str]:
    return {"zh": name, "en": name}


def _field(type_: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "x-title": _title("f"), **more}


def small_kinds(folder: Path) -> dict[str, Kind]:
    """``thing`` with one field of each type, and ``part`` that belongs to a thing."""
    none = {"x-none": _title("none")}
    fields = {
        "thing": {
            "id": _field("string"),
            "flag": _field("boolean"),
            "flag2": _field("boolean"),
            "n": _field("integer"),
            "x": _field("number"),
            "word": _field("string", enum=["red", "green"]),
            "text": _field("string"),
            "at": _field("string", format="date-time", **{"x-past": True}),
            "at2": _field("string", format="date-time"),
            "day": _field("string", format="date"),
            "tags": _field("array", items={"type": "string"}),
            "ended": {**_field("string", format="date-time", **none), "type": ["string", "null"]},
            "parts": _field("integer"),
        },
        "part": {
            "id": _field("string"),
            "thing": _field("string"),
            "kind": _field("string"),
            "good": _field("boolean"),
            "v": _field("integer"),
            "w": _field("integer", minimum=0),
        },
    }
    for name, properties in fields.items():
        schema = {
            "title": name,
            "x-title": _title(name),
            "x-description": _title(name),
            "x-key": ["id"],
            "x-fresh": "7 days",
            "type": "object",
            "properties": properties,
        }
        (folder / f"{name}.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return load_kinds([folder])


def compile_check(folder: Path, check: str, parameters: str = "") -> tuple[CompiledPolicy, dict[str, Kind]]:
    """A policy around a check, written in YAML with two spaces before each line."""
    kinds = small_kinds(folder)
    home = folder / "pack" / "p"
    home.mkdir(parents=True, exist_ok=True)
    text = {"zh": "x", "en": "x"}
    head = {"id": "p", "clauses": ["4.3.2"], "severity": "high"}
    body = "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items())
    body += "".join(f"{key}: {json.dumps(text)}\n" for key in ("title", "message", "remediation"))
    (home / "policy.yaml").write_text(f"{body}{parameters}check:\n{check}", encoding="utf-8")
    return load_pack([folder / "pack"], kinds, use_cache=False).policies[0], kinds


def judge(
    policy: CompiledPolicy,
    kinds: Mapping[str, Kind],
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    gaps: Sequence[str] = (),
) -> dict[str, str]:
    """Verdicts by subject, those of the policy as a whole under ``*``. A field left out is not known."""
    engine = Engine(kinds, Moment(AS_OF))
    for name in kinds:
        _fill(engine, kinds[name], rows.get(name, ()), is_complete=name not in gaps)
    engine.evaluate(policy, case_bindings(policy, "tertiary", {}))
    found = [] if engine.last_bound is None else engine.rows(policy.query, engine.last_bound)
    return {subject: VERDICTS[code] for subject, code, _ in [*found, *engine.gap_rows()]}


def _fill(engine: Engine, kind: Kind, rows: Sequence[Mapping[str, Any]], *, is_complete: bool) -> None:
    engine.add_empty(kind.name)
    gaps = () if is_complete else ("gap",)
    engine.set_table(EvidenceTable(kind.name, Path(), len(rows), is_complete, gaps, AS_OF, AS_OF))
    for row in rows:
        missing = [name for name, one in kind.fields.items() if one.none_means and name not in row]
        full = {"_observed_at": AS_OF.replace(tzinfo=None), "_missing": missing, **row}
        names = ", ".join(f'"{name}"' for name in full)
        marks = ", ".join("?" for _ in full)
        engine.connection.execute(
            f'INSERT INTO ev."{kind.name}" ({names}) VALUES ({marks})', list(full.values())
        )
