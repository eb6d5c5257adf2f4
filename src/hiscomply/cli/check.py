"""``hiscomply check``: a configuration repository in CI, the same pipeline over files only."""

from __future__ import annotations

import gc
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from hiscomply.cli.checking import Checking, settings_of
from hiscomply.cli.options import (
    apply_flags,
    judging,
    need_existing,
    over_files,
    report_targets,
    say_notes,
    write_outside,
)
from hiscomply.duck import SCRATCH
from hiscomply.errors import ConfigError

_GARBAGE = 100_000
"""So many objects more than before are alive when Python looks for cycles among them: records are none, and looking
costs a tenth of a check. Not so in an audit, where connections are cycles that hold a good deal."""


@click.command()
@over_files
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    default=None,
    metavar="RUN|FILE",
    help="report and count only what this run or SARIF file does not know / 只报告并计入该基线中没有的",
)
@click.option(
    "--changed-since",
    default=None,
    metavar="REV",
    help="judge all, report and count only what is new since this git revision / 全部检查,只报告并计入该版本之后新出现的",
)
@click.option(
    "--no-cache",
    is_flag=True,
    help="read and judge every file anew, keep nothing (HISCOMPLY_NO_CACHE=1) / 重新读取并评估所有文件,不使用缓存",
)
@judging
@click.pass_obj
def check(
    obj: dict[str, Any],
    /,
    paths: tuple[Path, ...],
    exclude: tuple[str, ...],
    project: Path | None,
    baseline: Path | None,
    changed_since: str | None,
    no_cache: bool,
    lang_here: str | None,
    **flags: Any,
) -> int:
    """检查配置仓库 · Check configuration files (default: this folder).

    Prints one line per finding: file:line:column. Files that cannot be read are undecided, never passed over.

    每个问题一行:文件:行:列。读不到的文件为证据不足,绝不略过。
    """
    from hiscomply.plugins import files_collector

    gc.set_threshold(_GARBAGE)
    need_existing(paths)
    if baseline is not None and changed_since is not None:
        raise ConfigError(
            "--baseline and --changed-since exclude each other / --baseline 与 --changed-since 不能同时使用",
            hint="give one of them / 请只给出一个",
        )
    outputs = flags.pop("output")
    known: dict[str, Any] = {}
    if outputs:
        from hiscomply.plugins import reporters

        known = reporters()
    targets = report_targets(outputs, known)
    settings, waivers = settings_of(project, lang_here or obj["language"])
    settings = replace(apply_flags(settings, **flags), project=Path.cwd(), declared=None)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as scratch:
        checking = Checking(settings, waivers, files_collector(), exclude, Path(scratch), not no_cache)
        result = checking.result([str(path) for path in paths] or ["."], baseline, changed_since)
        printed, problem = write_outside(result, known, targets, settings.language)
        _say(result, settings.language, printed)
        say_notes(result, known, targets, settings.language)
        if problem is not None:
            raise problem
        return result.exit_code


def _say(result: Any, language: str, printed: str) -> None:
    """The findings, on stderr when stdout carries a report."""
    from hiscomply.report.terminal import print_check

    if printed:
        click.echo(printed, nl=False)
    print_check(result, partial(click.echo, err=bool(printed)), language)
