"""``hiscomply doctor``: is this installation sound?"""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from hiscomply import __version__
from hiscomply.errors import HiscomplyError

_LEAST_PYTHON = (3, 11)


@click.command()
def doctor() -> int:
    """检查运行环境 · Check this installation: Python, engine, plugins, policies, places to write."""
    sound = True
    for name, test in _CHECKS.items():
        try:
            click.echo(f"ok    {name:<12} {test()}")
        except (HiscomplyError, ImportError, OSError, ValueError) as error:
            sound = False
            click.echo(f"FAIL  {name:<12} {error}")
    return 0 if sound else 2


def _python() -> str:
    if sys.version_info < _LEAST_PYTHON:
        raise ValueError(f"Python {platform.python_version()} is older than 3.11 / 版本过低")
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _engine() -> str:
    import duckdb

    zone = duckdb.connect().execute(
        "SELECT timezone('Asia/Shanghai', timezone('UTC', TIMESTAMP '2026-01-01'))"
    )
    if not zone.fetchone():
        raise ValueError("the engine has no time zones / 引擎缺少时区数据")
    return f"DuckDB {duckdb.__version__}"


def _plugins() -> str:
    from hiscomply.plugins import collectors, formats, reporters

    return (
        f"{', '.join(sorted(collectors()))}; {', '.join(sorted(reporters()))}; {len(formats())} file formats"
    )


def _policies() -> str:
    from hiscomply.plugins import evidence_kinds, pack_folders
    from hiscomply.policy.pack import load_pack

    kinds = evidence_kinds()
    pack = load_pack(pack_folders(), kinds)
    return f"{len(pack.policies)} policies, {len(kinds)} evidence kinds"


def _excel() -> str:
    import openpyxl

    return f"openpyxl {openpyxl.__version__}"


def _calendar() -> str:
    from datetime import date

    from hiscomply.evaluate.calendar import calendar_rows

    last = max(day for day, _, _ in calendar_rows(date(2024, 1, 1), date(2100, 1, 1)))
    return f"working days known until {last} / 工作日历截至 {last}"


def _writable() -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "probe").write_text("")
    return "temporary files can be written / 可写临时文件"


_CHECKS: dict[str, Callable[[], str]] = {
    "hiscomply": lambda: __version__,
    "python": _python,
    "engine": _engine,
    "plugins": _plugins,
    "policies": _policies,
    "excel": _excel,
    "calendar": _calendar,
    "temporary": _writable,
}
