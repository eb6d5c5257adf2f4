"""An audit of the Linux host that this runs on: hiscomply's local collector against Lynis."""

from __future__ import annotations

import shutil

from benchmarks.measure import measure_command
from benchmarks.setting import Setting, hiscomply
from benchmarks.table import Row, aim, times

LIMIT_S = 3.0
PROJECT = """institution:
  name: {zh: 基准, en: Benchmark}
collect:
  - collector: local
    name: this-host
"""


def rows(setting: Setting) -> list[Row]:
    """hiscomply, and Lynis if it is installed."""
    folder = setting.folder("local")
    (folder / "hiscomply.yaml").write_text(PROJECT, encoding="utf-8")
    environment = setting.environment()
    judged = frozenset({0, 1, 3})
    command = [hiscomply(), "audit", ".", "--no-previous"]
    measure_command(command, 1, expected=judged, environment=environment, folder=folder)
    ours = measure_command(command, 3, expected=judged, environment=environment, folder=folder)
    table = [
        Row("local", "hiscomply audit of this host", ours, aim(f"≤ {LIMIT_S:g} s", ours.seconds <= LIMIT_S))
    ]
    lynis = shutil.which("lynis")
    if lynis is None or setting.is_quick:
        why = "not installed" if lynis is None else "left out with --quick"
        return [*table, Row("local", "Lynis", None, why)]
    written = ["--logfile", str(folder / "lynis.log"), "--report-file", str(folder / "lynis.dat")]
    peer = measure_command(
        [lynis, "audit", "system", "--quick", "--no-colors", *written],
        1,
        expected=frozenset(range(128)),
        folder=folder,
    )
    return [*table, Row("local", "Lynis audit system --quick", peer, times(peer, ours))]
