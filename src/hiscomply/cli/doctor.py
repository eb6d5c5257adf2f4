"""``hiscomply doctor``: is this installation sound?"""

from __future__ import annotations

import os
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
    return f"DuckDB {duckdb.__version__}; {_small_engine()}"


def _small_engine() -> str:
    """The engine of small checks; without it they use DuckDB."""
    try:
        from sqlite3 import sqlite_version

        from hiscomply import sqlite
    except ImportError:
        return "no SQLite, so small checks use DuckDB, which is slower / 缺少 SQLite,小规模检查改用 DuckDB"
    if sqlite.is_able():
        return f"SQLite {sqlite_version}"
    needed = ".".join(map(str, sqlite.NEEDED))
    return (
        f"SQLite {sqlite_version} (too old: small checks use DuckDB, which is slower; {needed} is needed / "
        "版本过低,小规模检查改用 DuckDB)"
    )


def _plugins() -> str:
    from hiscomply.plugins import collectors, formats, reporters

    files = len(formats())
    return (
        f"{', '.join(sorted(collectors()))}; {', '.join(sorted(reporters()))}; "
        f"{files} file formats / 文件格式 {files} 种"
    )


def _policies() -> str:
    from hiscomply.plugins import evidence_kinds, pack_folders
    from hiscomply.policy.pack import load_pack

    kinds = evidence_kinds()
    policies = len(load_pack(pack_folders(), kinds).policies)
    return f"{policies} policies, {len(kinds)} evidence kinds / 策略 {policies} 条,证据类型 {len(kinds)} 种"


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


def _cache() -> str:
    from hiscomply.cli.checking import NO_CACHE
    from hiscomply.paths import cache_dir

    folder = cache_dir()
    if os.environ.get(NO_CACHE):
        return f"off for check, {NO_CACHE} is set / check 未使用缓存"
    size = sum(file.stat().st_size for file in folder.glob("*") if file.is_file())
    where = folder if folder.exists() else next(one for one in folder.parents if one.exists())
    if not os.access(where, os.W_OK):
        return f"{folder} cannot be written: each check reads every file anew / 缓存目录不可写,每次检查都重新读取"
    return f"{folder}, {size / 2**20:.1f} MiB"


_CHECKS: dict[str, Callable[[], str]] = {
    "hiscomply": lambda: __version__,
    "python": _python,
    "engine": _engine,
    "plugins": _plugins,
    "policies": _policies,
    "excel": _excel,
    "calendar": _calendar,
    "temporary": _writable,
    "cache": _cache,
}
