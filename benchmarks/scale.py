"""The fleet at ten (``--full``: a hundred) million accounts from Parquet: DuckDB alone against hiscomply."""

from __future__ import annotations

from benchmarks.measure import NotRun, measure_task
from benchmarks.setting import Setting
from benchmarks.table import Row, aim

LIMIT_MIB = 1024
LIMIT_RATIO = 2.0


def rows(setting: Setting) -> list[Row]:
    """Two rows.

    Raises:
        NotRun: the two disagree on the failures.
    """
    folder = str(setting.folder("scale"))
    hosts = 25_000 if setting.is_quick else 2_500_000 if setting.is_full else 250_000
    made = measure_task("fleet_data:make_fleet", 1, hosts=hosts, folder=folder, formats=[])
    runs = min(3, setting.runs)
    bare = measure_task("fleet_engines:bare_duckdb", runs, folder=folder)
    ours = measure_task("fleet_engines:hiscomply", runs, folder=folder)
    if bare.facts["failures"] != ours.facts["failures"]:
        raise NotRun(f"DuckDB finds {bare.facts['failures']}, hiscomply {ours.facts['failures']}")
    found = sum(ours.facts["failures"].values())
    ratio = ours.seconds / bare.seconds
    remark = (
        f"{ratio:.1f} × DuckDB alone; {aim(f'≤ {LIMIT_RATIO:g} ×', ratio <= LIMIT_RATIO)}; "
        f"{aim(f'≤ {LIMIT_MIB} MiB', ours.peak_mib <= LIMIT_MIB)}"
    )
    size = f"{made.facts['accounts'] / 1e6:g} million accounts × 8"
    return [
        Row("scale", f"DuckDB alone, {size}", bare, f"{found:,} failures written, five columns each"),
        Row("scale", f"hiscomply, {size}", ours, remark),
    ]
