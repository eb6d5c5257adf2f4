"""``hiscomply audit``: collect, evaluate, report."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hiscomply.cli.collecting import narrow_targets, print_plan, telling_of_interruption
from hiscomply.cli.options import (
    STDOUT,
    apply_flags,
    collecting,
    judging,
    need_distinct,
    notes,
    report_targets,
    write_outside,
)
from hiscomply.cli.progress import show_progress
from hiscomply.config.settings import Settings
from hiscomply.errors import ConfigError, Place, nearest
from hiscomply.model import Text

_NOTHING = Text("项目没有配置任何采集目标(collect)", "the project names nothing to collect from (collect)")


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=Path())
@click.option("--profile", type=click.Choice(["baseline", "tertiary", "strict"]), default=None)
@click.option(
    "--previous", type=click.Path(path_type=Path), default=None, help="compare with this run / 对比的运行"
)
@click.option("--no-previous", is_flag=True, help="compare with nothing / 不与以往运行对比")
@collecting
@judging
@click.pass_obj
def audit(
    obj: dict[str, Any],
    /,
    project: Path,
    profile: str | None,
    previous: Path | None,
    no_previous: bool,
    lang_here: str | None,
    only_targets: tuple[str, ...],
    resume: bool,
    dry_run: bool,
    **flags: Any,
) -> int:
    """采集、评估、报告 · Collect, evaluate, report: the main job.

    PROJECT is a folder with hiscomply.yaml (default: this one). The run goes to .hiscomply/runs below it.

    PROJECT 为含 hiscomply.yaml 的文件夹(默认当前文件夹),运行存于其 .hiscomply/runs。
    """
    from hiscomply import pipeline
    from hiscomply.config.project import load_project
    from hiscomply.config.waivers import load_waivers
    from hiscomply.plan import make_plan
    from hiscomply.plugins import collectors, evidence_kinds, pack_folders, reporters
    from hiscomply.run_folder import gone_if_it_fails

    outputs = flags.pop("output")
    known = reporters()
    targets = report_targets(outputs, known)
    kinds, available = evidence_kinds(), collectors()
    settings = load_project(
        project, available, language=obj["language"], flags={"profile": profile, "lang": lang_here}
    )
    settings = narrow_targets(apply_flags(settings, **flags), available, only_targets)
    if not settings.targets:
        raise ConfigError(
            f"{_NOTHING.en} / {_NOTHING.zh}",
            place=Place(str(settings.project / "hiscomply.yaml")),
            hint="`hiscomply init` writes examples / hiscomply init 会写出示例",
        )
    for name in settings.reports:
        if name not in known:
            raise ConfigError(
                f"there is no report format {name!r} / 没有该报告格式",
                place=Place(settings.origins.get("reports", "hiscomply.yaml")),
                hint=nearest(name, known) or "known / 可用: " + ", ".join(sorted(known)),
            )
    outside = {**settings.reports, **targets}
    need_distinct(outside)
    if dry_run:
        print_plan(settings, available)
        return 0
    earlier = None if no_previous else _previous(settings, previous)
    plan = make_plan(settings, kinds, pack_folders(), load_waivers(settings.waivers))
    with (
        telling_of_interruption(settings, "hiscomply audit", resume=resume),
        show_progress(len(settings.targets), len(plan.policies), settings.language) as progress,
        pipeline.collecting_folder(settings, resume=resume) as staging,
    ):
        outcome = pipeline.audit(
            settings,
            plan,
            available,
            previous=earlier,
            command=("hiscomply", "audit"),
            collecting=progress.collecting,
            evaluating=progress.evaluating,
            staging=staging,
        )
        inside = {name: outcome.folder / known[name].filename for name in ("html", "sarif", "json")}
        with gone_if_it_fails(outcome.folder):
            # a report that cannot be written must not cost an hour of collecting: the run is sealed first
            _, trouble = write_outside(outcome.result, known, inside, settings.language)
            printed, problem = write_outside(outcome.result, known, outside, settings.language)
            left_out = notes(outcome.result, known, outside)
            folder = pipeline.seal_run(settings, plan, outcome, earlier)
    outcome = replace(outcome, folder=folder)
    names = [folder / known[name].filename for name in inside]
    _say(
        outcome, settings.language, [*names, *(path for path in outside.values() if path != STDOUT)], printed
    )
    for note in left_out:
        click.echo(note.to(settings.language), err=True)
    for error in (trouble, problem):
        if error is not None:
            raise error
    return outcome.result.exit_code


def _previous(settings: Settings, asked: Path | None) -> Path | None:
    """The run to compare with: the one asked for (a folder or a run's name), else the newest that can be."""
    from hiscomply.previous import named_run, newest_comparable

    if asked is not None:
        return named_run(settings.runs, asked)
    return newest_comparable(settings.runs, settings.as_of or datetime.now(UTC), settings.only)


def _say(outcome: Any, language: str, written: list[Path], printed: str) -> None:
    """The summary, on stderr when stdout carries a report."""
    from rich.console import Console

    from hiscomply.report.terminal import print_summary

    if printed:
        click.echo(printed, nl=False)
    console = Console(file=sys.stderr if printed else sys.stdout, soft_wrap=False, highlight=False)
    print_summary(outcome.result, console, language, [_short(path) for path in written])


def _short(path: Path) -> str:
    """A path as a person would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
