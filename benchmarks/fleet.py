"""10,000 hosts × 40 accounts × 8 conditions, failures out: OPA, Regorus, DuckDB alone, hiscomply."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measure import Cost, NotRun, measure_task
from benchmarks.setting import Setting
from benchmarks.table import Row, aim, times

LIMIT_MIB = 512


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to judge the fleet; the peer's module must be installed for it."""

    task: str
    what: str
    module: str | None = None
    target: float | None = None
    most_runs: int = 9


ENGINES = (
    Engine("opa", "OPA, JSON to failures", "opa_bindings", 100, 3),
    Engine("regorus", "Regorus, JSON to failures", "regorus", 35, 3),
    Engine("bare_duckdb", "DuckDB alone, Parquet to failures"),
    Engine("hiscomply_end_to_end", "hiscomply from JSON Lines: border, store, evaluate", None, None, 1),
)


def rows(setting: Setting) -> list[Row]:
    """One row an engine.

    Raises:
        NotRun: two engines disagree on the failures, so that their times say nothing.
    """
    folder = str(setting.folder("fleet"))
    hosts = 1_000 if setting.is_quick else 10_000
    made = measure_task("fleet_data:make_fleet", 1, hosts=hosts, folder=folder, formats=["json", "jsonl"])
    ours = measure_task("fleet_engines:hiscomply", setting.runs, folder=folder)
    found = sum(ours.facts["failures"].values())
    size = f"{made.facts['accounts']:,} accounts × 8"
    remark = f"{found:,} failures, {ours.facts['unknown']:,} unknown; {_memory(ours)}"
    table = [Row("fleet", f"hiscomply, Parquet to verdict rows ({size})", ours, remark)]
    for engine in ENGINES:
        if engine.module and not setting.has_peer(engine.module):
            table.append(Row("fleet", engine.what, None, "not installed"))
            continue
        runs = min(setting.runs, engine.most_runs)
        cost = measure_task(f"fleet_engines:{engine.task}", runs, setting.peers, folder=folder)
        _must_agree(engine.what, cost, ours)
        table.append(Row("fleet", engine.what, cost, _remark(cost, ours, engine)))
    return table


def _remark(cost: Cost, ours: Cost, engine: Engine) -> str:
    said = times(cost, ours, engine.target)
    loading = cost.facts.get("loading_s")
    return said if loading is None else f"{said}; loading is {loading:.1f} s of it"


def _memory(ours: Cost) -> str:
    return aim(f"≤ {LIMIT_MIB} MiB", ours.peak_mib <= LIMIT_MIB)


def _must_agree(what: str, cost: Cost, ours: Cost) -> None:
    if cost.facts["failures"] != ours.facts["failures"]:
        raise NotRun(f"{what} finds {cost.facts['failures']}, hiscomply {ours.facts['failures']}")
