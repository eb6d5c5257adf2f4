"""``hiscomply check``: a configuration repository in CI, the same pipeline over files only."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import time
from functools import partial
from pathlib import Path
from typing import Any

import click

from hiscomply.cli.options import apply_flags, judging, report_targets, write_outside
from hiscomply.config.settings import Settings
from hiscomply.errors import ConfigError, Place
from hiscomply.model import Target, Text

FILE_KINDS = frozenset({"config_file", "setting", "configuration", "effective_setting", "collection"})


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--exclude", multiple=True, metavar="GLOB", help="leave these files out / 排除文件")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=None,
    help="parameters and waivers from here / 参数与例外",
)
@judging
@click.pass_obj
def check(
    obj: dict[str, Any],
    /,
    paths: tuple[Path, ...],
    exclude: tuple[str, ...],
    project: Path | None,
    lang_here: str | None,
    **flags: Any,
) -> int:
    """检查配置仓库 · Check configuration files (default: this folder).

    Prints one line per finding: file:line:column. Files that cannot be read are undecided, never passed over.
    """
    from hiscomply import pipeline
    from hiscomply.plugins import collectors, evidence_kinds, pack_folders

    for path in paths:
        if not path.exists():
            raise ConfigError(
                "this path does not exist / 路径不存在",
                place=Place(str(path)),
                hint="check the spelling and the folder you are in / 请检查拼写与当前目录",
            )
    outputs = flags.pop("output")
    known: dict[str, Any] = {}
    if outputs:
        from hiscomply.plugins import reporters

        known = reporters()
    targets = report_targets(outputs, known)
    available = collectors()
    settings, waivers = _settings(project, available, lang_here or obj["language"])
    options = {"path": [str(path) for path in paths] or ["."], "exclude": list(exclude)}
    target = Target("files", "files", options, available["files"].kinds(options), 3600.0)
    with tempfile.TemporaryDirectory(prefix="hiscomply-", ignore_cleanup_errors=True) as scratch:
        settings = replace(
            settings, project=Path.cwd(), targets=(target,), declared=None, runs=Path(scratch) / "runs"
        )
        settings = apply_flags(settings, **flags)
        plan = pipeline.make_plan(settings, evidence_kinds(), pack_folders(), waivers, FILE_KINDS)
        outcome = pipeline.audit(settings, plan, available, previous=None, command=("hiscomply", "check"))
        result = replace(outcome.result, exit_code=_exit_code(outcome.result, settings))
        printed, problem = write_outside(result, known, targets, settings.language)
        _say(result, settings.language, printed)
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


def _exit_code(result: Any, settings: Settings) -> int:
    """As for an audit, but only the policies on files are asked for; a repository without anything to judge
    is undecided."""
    from hiscomply.findings.rollup import exit_code

    asked = [policy for policy in result.policies if set(policy.info.kinds) <= FILE_KINDS]
    return exit_code(
        asked, [], result.evidence.collections, fail_on=settings.fail_on, allow_unknown=settings.allow_unknown
    )


def _say(result: Any, language: str, printed: str) -> None:
    """The findings, on stderr when stdout carries a report."""
    from hiscomply.report.terminal import print_check

    if printed:
        click.echo(printed, nl=False)
    print_check(result, partial(click.echo, err=bool(printed)), language)
