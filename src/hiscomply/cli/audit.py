"""``hiscomply audit``: collect, evaluate, report."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from hiscomply.cli.options import apply_flags, judging, report_targets
from hiscomply.cli.progress import show_progress
from hiscomply.errors import ConfigError, Place
from hiscomply.model import Text

_NOTHING = Text("项目没有配置任何采集目标(collect)", "the project names nothing to collect from (collect)")


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=Path())
@click.option("--profile", type=click.Choice(["baseline", "tertiary", "strict"]), default=None)
@click.option(
    "--previous", type=click.Path(path_type=Path), default=None, help="compare with this run / 对比的运行"
)
@click.option("--no-previous", is_flag=True, help="compare with nothing / 不与以往运行对比")
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
    **flags: Any,
) -> int:
    """采集、评估、报告 · Collect, evaluate, report: the main job.

    PROJECT is a folder with hiscomply.yaml (default: this one). The run goes to .hiscomply/runs below it.
    """
    from hiscomply import pipeline
    from hiscomply.config.project import load_project
    from hiscomply.config.waivers import load_waivers
    from hiscomply.plugins import collectors, evidence_kinds, pack_folders, reporters
    from hiscomply.run_folder import sealed_runs

    outputs = flags.pop("output")
    known = reporters()
    targets = report_targets(outputs, known)
    kinds, available = evidence_kinds(), collectors()
    settings = load_project(
        project, available, language=obj["language"], flags={"profile": profile, "lang": lang_here}
    )
    settings = apply_flags(settings, **flags)
    if not settings.targets:
        raise ConfigError(
            f"{_NOTHING.en} / {_NOTHING.zh}",
            place=Place(str(settings.project / "hiscomply.yaml")),
            hint="`hiscomply init` writes examples / hiscomply init 会写出示例",
        )
    earlier = _previous(settings.runs, previous, no_previous, sealed_runs(settings.runs))
    plan = pipeline.make_plan(settings, kinds, pack_folders(), load_waivers(settings.waivers))
    with show_progress(len(settings.targets), len(plan.policies), settings.language) as progress:
        outcome = pipeline.audit(
            settings,
            plan,
            available,
            previous=earlier,
            command=("hiscomply", "audit"),
            collecting=progress.collecting,
            evaluating=progress.evaluating,
        )
        inside = {name: outcome.folder / known[name].filename for name in ("html", "sarif", "json")}
        pipeline.write_reports(outcome.result, known, inside, settings.language)
        outside = {**settings.reports, **targets}
        pipeline.write_reports(outcome.result, known, outside, settings.language)
        folder = pipeline.seal_run(settings, plan, outcome, earlier)
    outcome = replace(outcome, folder=folder)
    _say(outcome, settings.language, [folder / known[name].filename for name in inside], outside.values())
    return outcome.result.exit_code


def _previous(runs: Path, asked: Path | None, none: bool, sealed: list[Path]) -> Path | None:
    """The run to compare with: the one asked for (a folder or a run's name), else the newest."""
    if none:
        return None
    if asked is None:
        return sealed[-1] if sealed else None
    from hiscomply.run_folder import read_manifest

    folder = asked if asked.is_dir() else runs / asked
    read_manifest(folder)
    return folder


def _say(outcome: Any, language: str, inside: list[Path], outside: Any) -> None:
    from rich.console import Console

    from hiscomply.report.terminal import print_summary

    console = Console(file=sys.stdout, soft_wrap=False, highlight=False)
    paths = [_short(path) for path in (*inside, *outside)]
    print_summary(outcome.result, console, language, paths)


def _short(path: Path) -> str:
    """A path as a person would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
