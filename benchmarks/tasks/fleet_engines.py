"""The fleet through each engine: its input file to failures written to a file, or kept if it only gives them.

Every task tells the number of failures by condition; ``benchmarks.fleet`` compares them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.task import Watch
from benchmarks.tasks.fleet_data import AS_OF, NONE_FIELDS
from hiscomply.model import Text

HERE = Path(__file__).parent
PACK = HERE.parent / "fleet_pack"
MEMORY = "384MB"


def opa(folder: str) -> Watch:
    """OPA in this process; the JSON text goes to it as it is, without Python reading it."""
    from opa_bindings import OpaEngine

    watch, loading = Watch(), Watch()
    with OpaEngine() as engine:
        with watch, loading:
            engine.add_policy("fleet.rego", (HERE / "fleet.rego").read_text())
            text = b'{"hosts": ' + (Path(folder) / "hosts.json").read_bytes() + b"}"
            engine._call(engine._lib.OpaAddData, b"", text)
            del text
        with watch:
            failures = engine.eval_document("fleet")
            _write(failures, folder)
    watch.facts = {"failures": _counts(failures), "loading_s": loading.seconds}
    return watch


def regorus(folder: str) -> Watch:
    """Regorus in this process."""
    from regorus import Engine

    watch, loading = Watch(), Watch()
    engine = Engine()
    with watch, loading:
        engine.add_policy("fleet.rego", (HERE / "fleet.rego").read_text())
        text = '{"hosts": ' + (Path(folder) / "hosts.json").read_text() + "}"
        engine.add_data_json(text)
        del text
    with watch:
        said = engine.eval_query_as_json("data.fleet")
        failures = json.loads(said)["result"][0]["expressions"][0]["value"]
        _write(failures, folder)
    watch.facts = {"failures": _counts(failures), "loading_s": loading.seconds}
    return watch


def bare_duckdb(folder: str) -> Watch:
    """One hand-written query over the Parquet file; failures to Parquet."""
    import duckdb

    watch, out = Watch(), Path(folder) / "bare.parquet"
    query = (HERE / "fleet.sql").read_text()
    with watch:
        connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": 2})
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)",
            {"as_of": AS_OF.replace(tzinfo=None), "parquet": f"{folder}/account.parquet"},
        )
    rows = connection.execute(f"SELECT policy_id, count(*) FROM read_parquet('{out}') GROUP BY 1").fetchall()
    out.unlink()
    watch.facts = {"failures": dict(rows)}
    return watch


def hiscomply(folder: str) -> Watch:
    """The evaluation stage over stored evidence: every verdict judged, fail and unknown rows written."""
    import duckdb  # noqa: F401 - imported before the watch starts, as for the others

    from hiscomply.evidence.store import open_evidence
    from hiscomply.plugins import evidence_kinds

    kinds = evidence_kinds()
    evidence = open_evidence(Path(folder), kinds, [_collection()])
    return _evaluate(evidence, kinds, folder, Watch())


def hiscomply_end_to_end(folder: str) -> Watch:
    """JSON Lines of a collector through the border and the store, then evaluated."""
    import duckdb  # noqa: F401

    from hiscomply.collect.runner import collect_all
    from hiscomply.collect.secrets import withholding
    from hiscomply.evidence.store import store_evidence
    from hiscomply.model import Target
    from hiscomply.plugins import evidence_kinds

    kinds, watch, storing = evidence_kinds(), Watch(), Watch()
    base = Path(folder) / "end_to_end"
    target = Target("lines", "fleet", {"path": f"{folder}/accounts.jsonl"}, ("account",), 3600.0)
    with watch, storing:
        collections = collect_all(
            [target],
            {"lines": JsonLines()},
            kinds,
            base / "staging",
            project=base,
            zone="Asia/Shanghai",
            digest=withholding(),
            progress=lambda *_: None,
        )
        evidence = store_evidence(base / "staging", base / "evidence", kinds, collections)
    watch = _evaluate(evidence, kinds, folder, watch)
    watch.facts["loading_s"] = storing.seconds
    return watch


class JsonLines:
    """The plainest collector that there can be: a line is a record."""

    name: ClassVar[str] = "lines"
    version: ClassVar[str] = "1"
    summary: ClassVar[Text] = Text("一行一条记录", "a record a line")
    options_schema: ClassVar[Mapping[str, Any]] = {"type": "object"}

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Accounts only."""
        return ("account",)

    def collect(self, target: Any, context: Any) -> Any:
        """Records of ``account``; an absent value is left out unless the schema has a word for none."""
        from hiscomply.model import Record

        observed = AS_OF - timedelta(hours=2)
        path = target.options["path"]
        with Path(path).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                fields = {
                    name: value
                    for name, value in json.loads(line).items()
                    if value is not None or name in NONE_FIELDS
                }
                yield Record("account", fields, path, observed, number)


def _evaluate(evidence: Any, kinds: Any, folder: str, watch: Watch) -> Watch:
    from hiscomply.evaluate.evaluator import Moment
    from hiscomply.evaluate.stage import evaluate_policies
    from hiscomply.policy.pack import load_pack
    from hiscomply.policy.tuning import tune

    policies = load_pack([PACK], kinds).policies
    values, _ = tune(policies, {}, "tertiary", frozenset())
    out = Path(folder) / "verdicts.parquet"
    with watch:
        evaluation = evaluate_policies(policies, values, evidence, kinds, Moment(AS_OF), out)
    watch.facts = {
        "failures": {count.policy_id: count.failed for count in evaluation.counts},
        "unknown": sum(count.unknown for count in evaluation.counts),
        "written": _rows(out),
    }
    out.unlink()
    return watch


def _rows(path: Path) -> int:
    import duckdb

    return int(duckdb.connect().execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()[0][0])


def _collection() -> Any:
    from hiscomply.model import Collection, CollectionStatus

    now = datetime.now(UTC)
    return Collection("lines", "1", "fleet", ("account",), CollectionStatus.OK, None, now, now)


def _counts(failures: Any) -> dict[str, int]:
    names = {folder.name for folder in PACK.iterdir() if folder.is_dir()}
    return {name: len(rows) for name, rows in failures.items() if name in names}


def _write(failures: Any, folder: str) -> None:
    out = Path(folder) / "failures.json"
    out.write_text(json.dumps(failures))
    out.unlink()
