"""``hiscomply check`` as a CI job meets it: a new process each time.

Checkov knows no sshd_config: on the same files as it, see ``check_repository``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.measure import Cost, measure_command
from benchmarks.setting import HOSPITAL, Setting, hiscomply
from benchmarks.table import Row, aim

LIMIT_S = 0.5
LIMIT_MIB = 120
MANY = 338
JUDGED = frozenset({0, 1, 3})


def rows(setting: Setting) -> list[Row]:
    """One file with a warm and a cold pack cache, and many files."""
    folder = setting.folder("check_cold")
    one = folder / "sshd_config"
    shutil.copy(HOSPITAL / "config/ssh/sshd_config", one)
    warm_cache = setting.environment("check-cache")
    command = [hiscomply(), "check", one.name]
    measure_command(command, 1, expected=JUDGED, environment=warm_cache, folder=folder)
    warm = measure_command(command, setting.runs, expected=JUDGED, environment=warm_cache, folder=folder)
    said = (
        f"{aim(f'≤ {LIMIT_S} s', warm.seconds <= LIMIT_S)}; "
        f"{aim(f'≤ {LIMIT_MIB} MiB', warm.peak_mib <= LIMIT_MIB)}"
    )
    cold = _cold(setting, command, folder)
    tree = _tree(folder)
    many = measure_command(
        [hiscomply(), "check", tree.name], 3, expected=JUDGED, environment=warm_cache, folder=folder
    )
    return [
        Row("check_cold", "hiscomply check, one sshd_config, warm pack cache", warm, said),
        Row("check_cold", "hiscomply check, same, empty pack cache", cold, "compiles every policy first"),
        Row("check_cold", f"hiscomply check, {MANY} configuration files, warm", many),
    ]


def _cold(setting: Setting, command: list[str], folder: Path) -> Cost:
    """Each run finds a cache folder that does not exist yet."""
    samples = [
        measure_command(
            command, 1, expected=JUDGED, environment=setting.environment(f"empty-{number}"), folder=folder
        )
        for number in range(min(3, setting.runs))
    ]
    middle = sorted(samples, key=lambda cost: cost.seconds)[len(samples) // 2]
    return Cost(middle.seconds, middle.cpu_s, middle.peak_mib, len(samples))


def _tree(folder: Path) -> Path:
    """The example hospital's configuration files, over and over."""
    files = sorted(file for file in (HOSPITAL / "config").rglob("*") if file.is_file())
    tree = folder / "tree"
    for number in range(MANY):
        file = files[number % len(files)]
        target = tree / f"{number // len(files):03d}" / file.relative_to(HOSPITAL / "config")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return tree
