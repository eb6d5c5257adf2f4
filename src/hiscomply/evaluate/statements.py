"""Which signed statements of scope count: the pack's own policies decide, not this module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import FAIL, HOLD, IN_FORCE, PASS, SCOPE_KIND, SCOPE_RULES, Moment
from hiscomply.model import ScopeStatement


def statements_in_force(
    engine: Engine, rules: Sequence[CompiledPolicy], values: Mapping[str, Mapping[str, Any]], moment: Moment
) -> tuple[ScopeStatement, ...]:
    """The statements that are surely in force and that no record contradicts, in order of topic.

    One that may not be in force, or of which two versions differ, does not count; a rule that errs or is
    missing lets none count. That nothing was collected which could contradict it does not weaken a statement.
    """
    import duckdb

    by_id = {rule.id: rule for rule in rules}
    if not {*SCOPE_RULES} <= {*by_id} or not engine.has_rows(SCOPE_KIND):
        return ()
    try:
        codes = {name: _codes(engine, by_id[name], values[name]) for name in SCOPE_RULES}
    except duckdb.Error:  # said as a finding when the policy itself is evaluated
        return ()
    counting = [
        topic
        for topic, found in sorted(codes[IN_FORCE].items())
        if found == {PASS} and FAIL not in codes[HOLD].get(topic, set())
    ]
    zone = ZoneInfo(moment.zone)
    rows = engine.connection.execute(
        f"SELECT subject, reason, signed_by, signed_at, until, _source, _line FROM ev.{SCOPE_KIND} "
        "WHERE list_contains($topics, subject) ORDER BY subject, _source, _line",
        {"topics": counting},
    ).fetchall()
    return tuple(
        ScopeStatement(
            topic=topic,
            reason=reason or "",
            signed_by=signed_by,
            signed_on=signed_at.replace(tzinfo=UTC).astimezone(zone).date().isoformat(),
            until=until.isoformat(),
            origin=source if line is None else f"{source}:{line}",
        )
        for topic, reason, signed_by, signed_at, until, source, line in rows
    )


def _codes(engine: Engine, rule: CompiledPolicy, values: Mapping[str, Any]) -> dict[str, set[int]]:
    """The codes of every subject of a rule; nothing of it goes into the run's verdicts."""
    for kind in rule.kinds:
        if not engine.has_rows(kind):
            engine.add_empty(kind)
    output = rule.output.replace("{judged}", f"({rule.judged})")
    statement = engine.parse_query(f"SELECT subject, code FROM ({output})")
    found: dict[str, set[int]] = {}
    for subject, code in engine.try_query(rule, statement, values):
        found.setdefault(subject, set()).add(code)
    return found
