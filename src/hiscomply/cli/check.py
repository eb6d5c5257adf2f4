"""``hiscomply check``: a configuration repository in CI, the same pipeline over files only."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import time
from functools import partial
from pathlib import Path
from typing import Any

import click

from hiscomply.cli.checking import Checking
from hiscomply.cli.options import apply_flags, judging, notes, report_targets, write_outside
from hiscomply.config.settings import Settings
from hiscomply.errors import ConfigError, Place
from hiscomply.model import Text


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--exclude", multiple=True, metavar="GLOB", help="leave these files out / 排除文件")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=None,
    help="parameters and waivers from here / 参数与例外",
)
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
    lang_here: str | None,
    **flags: Any,
) -> int:
    """检查配置仓库 · Check configuration files (default: this folder).

    Prints one line per finding: file:line:column. Files that cannot be read are undecided, never passed over.
    """
    from hiscomply.plugins import collectors

    for path in paths:
        if not path.exists():
            raise ConfigError(
                "this path does not exist / 路径不存在",
                place=Place(str(path)),
                hint="check the spelling and the folder you are in / 请检查拼写与当前目录",
            )
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
    available = collectors()
    settings, waivers = _settings(project, available, lang_here or obj["language"])
    settings = replace(apply_flags(settings, **flags), project=Path.cwd(), declared=None)
    with tempfile.TemporaryDirectory(prefix="hiscomply-", ignore_cleanup_errors=True) as scratch:
        checking = Checking(settings, waivers, available, exclude, Path(scratch))
        result = checking.result([str(path) for path in paths] or ["."], baseline, changed_since)
        printed, problem = write_outside(result, known, targets, settings.language)
        _say(result, settings.language, printed)
        for note in notes(result, known, targets):
            click.echo(note.to(settings.language), err=True)
        if problem is not None:
            raise problem
        return result.exit_code


def _settings(
    project: Path | None, available: dict[str, Any], language: str
) -> tuple[Settings, tuple[Any, ...]]:
    """The settings of a project if one is named or stands here, else plain defaults."""
    here = project or (Path() if Path("hiscomply.yaml").is_file() else None)
    if here is not None:
        from hiscomply.config.project import load_project
        from hiscomply.config.waivers import load_waivers

        settings = load_project(here, available, language=language, flags={})
        return replace(settings, language=language), load_waivers(settings.waivers)
    return plain_settings(language), ()


def plain_settings(language: str) -> Settings:
    """The settings where there is no project: this folder, no targets yet."""
    return Settings(
        project=Path.cwd(),
        institution=Text("配置仓库", "Configuration repository"),
        zone="Asia/Shanghai",
        work_from=time(8),
        work_to=time(17),
        profile="tertiary",
        language=language,
        packs=(),
        parameters={},
        targets=(),
        waivers=None,
        reports={},
        runs=Path(),
        is_secret_kept=False,
    )


def _say(result: Any, language: str, printed: str) -> None:
    """The findings, on stderr when stdout carries a report."""
    from hiscomply.report.terminal import print_check

    if printed:
        click.echo(printed, nl=False)
    print_check(result, partial(click.echo, err=bool(printed)), language)
