"""All policies over all evidence, by the engine that suits it, which alone is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.evaluator import Moment
from hiscomply.kinds import Kind
from hiscomply.model import Evaluation, Evidence


def evaluate_policies(
    policies: Sequence[CompiledPolicy],
    values: Mapping[str, Mapping[str, Any]],
    evidence: Evidence,
    kinds: Mapping[str, Kind],
    moment: Moment,
    path: Path,
    progress: Callable[[str], None] = lambda _policy: None,
    *,
    scope_rules: Sequence[CompiledPolicy] = (),
) -> Evaluation:
    """Judges every policy; writes the fail and unknown rows to ``path`` as Parquet, unless the evidence is held.

    Args:
        values: parameters by policy id and placeholder.
        scope_rules: the policies that say which signed statements of scope count.

    Raises:
        NotHeld: the evidence is held, and DuckDB has to judge it.
    """
    if evidence.recalled is not None:
        return Evaluation(Path(), evidence.recalled.counts, moment.as_of, rows=evidence.recalled.rows)
    if evidence.held is not None:
        from hiscomply.evaluate.small import evaluate_held

        return evaluate_held(policies, values, evidence, kinds, moment, progress)
    from hiscomply.evaluate.stored import evaluate_stored

    return evaluate_stored(policies, values, evidence, kinds, moment, path, progress, scope_rules)
