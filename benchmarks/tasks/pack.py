"""The full pack: what loading it costs, and evaluating it over the stored evidence of a run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.task import Watch


def load() -> Watch:
    """The pack from its cache, as each start of the program does it."""
    from hiscomply.paths import policies_dir
    from hiscomply.plugins import evidence_kinds

    kinds = evidence_kinds()
    watch = Watch()
    with watch:
        from hiscomply.policy.pack import load_pack

        pack = load_pack([policies_dir()], kinds)
    watch.facts = {"policies": len(pack.policies)}
    return watch


def evaluate(run: str, evidence: str, as_of: str) -> Watch:
    """The evaluation stage alone, over the tables of a folder."""
    from hiscomply.evaluate.evaluator import Moment
    from hiscomply.evaluate.stage import evaluate_policies
    from hiscomply.evidence.store import open_evidence
    from hiscomply.paths import policies_dir
    from hiscomply.plugins import evidence_kinds
    from hiscomply.policy.pack import load_pack
    from hiscomply.policy.tuning import tune
    from hiscomply.run_folder import read_collections

    kinds = evidence_kinds()
    policies = load_pack([policies_dir()], kinds).policies
    values, _ = tune(policies, {}, "tertiary", frozenset())
    tables = open_evidence(Path(evidence), kinds, read_collections(Path(run)))
    moment = Moment(datetime.fromisoformat(as_of))
    target = Path(evidence) / "verdicts.parquet.tmp"
    watch = Watch()
    with watch:
        found = evaluate_policies(policies, values, tables, kinds, moment, target)
    target.unlink()
    watch.facts = {
        "records": sum(table.rows for table in tables.tables.values()),
        "policies": len(found.counts),
        "failed": sum(count.failed for count in found.counts),
    }
    return watch


def multiply(evidence: str, target: str, times: int) -> Watch:
    """Every record several times, as that many institutions side by side: identifiers differ, all else is alike."""
    import duckdb

    from hiscomply.plugins import evidence_kinds

    watch = Watch()
    Path(target).mkdir()
    with watch:
        for name, kind in evidence_kinds().items():
            source = Path(evidence) / f"{name}.parquet"
            if source.exists():
                query = f"SELECT {_columns(kind)} FROM read_parquet('{source}'), range({times}) copies(i)"
                duckdb.execute(
                    f"COPY ({query}) TO '{target}/{source.name}' (FORMAT parquet, COMPRESSION zstd)"
                )
    return watch


def _columns(kind: Any) -> str:
    listed = []
    for name, type_ in kind.columns().items():
        is_identifier = type_ == "VARCHAR" and (name == "id" or name.endswith("_id") or name in kind.key)
        is_word = name in kind.fields and bool(kind.fields[name].enum)
        value = f"""CASE WHEN i = 0 THEN "{name}" ELSE "{name}" || '~' || i END"""
        listed.append(f'{value} AS "{name}"' if is_identifier and not is_word else f'"{name}"')
    return ", ".join(listed)
