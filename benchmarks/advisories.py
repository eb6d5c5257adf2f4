"""A million installed packages against advisories of Debian's size, offline."""

from __future__ import annotations

from benchmarks.measure import measure_task
from benchmarks.setting import Setting
from benchmarks.table import Row, aim

LIMIT_S = 10.0
LIMIT_MIB = 1024


def rows(setting: Setting) -> list[Row]:
    """1,000 hosts of 1,000 packages; 40,000 CVEs of five releases (a tenth of both with ``--quick``)."""
    size = (
        {"hosts": 100, "packages": 1000, "cves": 4000}
        if setting.is_quick
        else {
            "hosts": 1000,
            "packages": 1000,
            "cves": 40_000,
        }
    )
    folder = str(setting.folder("advisories"))
    measure_task("advisories:make", 1, folder=folder, **size)
    cost = measure_task("advisories:compare", setting.runs, folder=folder)
    what = f"{size['hosts'] * size['packages']:,} packages, {size['cves']:,} CVEs x 5 releases"
    is_met = cost.seconds <= LIMIT_S and cost.peak_mib <= LIMIT_MIB
    said = f"{cost.facts['records']:,} vulnerabilities, {cost.facts['rejected']} refused"
    return [Row("advisories", what, cost, f"{said}; {aim(f'≤ {LIMIT_S:g} s, ≤ {LIMIT_MIB} MiB', is_met)}")]
