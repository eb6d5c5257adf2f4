"""All policies over stored evidence, by DuckDB; one that errs is unknown, never absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.evaluate.inventory import add_inventory
from hiscomply.evaluate.side_by_side import evaluate_all
from hiscomply.evaluate.statements import statements_in_force
from hiscomply.kinds import INVENTORY_KIND, Kind
from hiscomply.model import Evaluation, Evidence

FEW = 10_000
"""Up to how many rows of each kind the planning of a query costs more than it saves."""


def evaluate_stored(
    policies: Sequence[CompiledPolicy],
    values: Mapping[str, Mapping[str, Any]],
    evidence: Evidence,
    kinds: Mapping[str, Kind],
    moment: Moment,
    path: Path,
    progress: Callable[[str], None],
    scope_rules: Sequence[CompiledPolicy],
) -> Evaluation:
    """Judges every policy; writes the fail and unknown rows to ``path`` as Parquet."""
    engine = Engine(kinds, moment, spill=path.parent)
    if all(table.rows <= FEW for table in evidence.tables.values()):
        engine.plan_quickly()
    for table in evidence.tables.values():
        engine.add_table(table)
    if any(INVENTORY_KIND in policy.kinds for policy in policies):
        add_inventory(engine, evidence)
    engine.confine(evidence.folder, path.parent)
    statements = statements_in_force(engine, scope_rules, values, moment)
    engine.scoped = frozenset(one.topic for one in statements)
    counts = evaluate_all(engine, policies, values, progress)
    broken = engine.write_verdicts(path)
    return Evaluation(path, tuple(broken.get(one.policy_id, one) for one in counts), moment.as_of, statements)
