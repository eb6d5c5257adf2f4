"""The stages apart, over a run: collect, evaluate, report, verify."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import click

from hiscomply.cli.collecting import narrow_targets, print_plan, telling_of_interruption
from hiscomply.cli.columns import padded
from hiscomply.cli.options import STDOUT, collecting, report_targets, say_notes, write_outside
from hiscomply.cli.progress import show_progress
from hiscomply.config.settings import Override, Settings
from hiscomply.errors import Place, RunError
from hiscomply.model import Text, Waiver

_AS_IT_WAS = (
    "use the reports in the run's folder, or the hiscomply and packs that made it / 请用运行文件夹中的报告"
)
RUN = click.argument("run", type=click.Path(path_type=Path))


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=Path())
@collecting
@click.pass_obj
def collect(
    obj: dict[str, Any], project: Path, only_targets: tuple[str, ...], resume: bool, dry_run: bool
) -> int:
    """只采集证据 · Collect evidence into a run folder, without judging it."""
    from hiscomply import pipeline
    from hiscomply.config.project import load_project
    from hiscomply.model import CollectionStatus
    from hiscomply.plugins import collectors, evidence_kinds
    from hiscomply.report.words import COLLECTION_STATUSES
    from hiscomply.run_folder import run_name, seal, unsealed, write_collections

    kinds, available = evidence_kinds(), collectors()
    settings = load_project(project, available, language=obj["language"], flags={})
    settings = narrow_targets(settings, available, only_targets)
    if dry_run:
        print_plan(settings, available)
        return 0
    started = datetime.now(UTC)
    with (
        telling_of_interruption(settings, "hiscomply collect", resume=resume),
        pipeline.collecting_folder(settings, resume=resume) as staging,
        unsealed(settings.runs) as folder,
    ):
        with show_progress(len(settings.targets), 0, settings.language) as progress:
            evidence = pipeline.collect_evidence(
                settings, kinds, available, folder, progress.collecting, staging=staging
            )
        write_collections(folder, evidence.collections)
        now = datetime.now(UTC).replace(microsecond=0)
        facts = {"as_of": now.isoformat(), "started": started.isoformat(), "stage": "collected"}
        target = seal(folder, settings.runs, run_name(now), facts)
    for one in evidence.collections:
        reason = f"  {one.reason.to(settings.language)}" if one.reason else ""
        status = padded(COLLECTION_STATUSES[one.status].to(settings.language).lower(), 10)
        click.echo(f"{status} {one.target}  {sum(one.records.values()):,}{reason}")
    rows = sum(table.rows for table in evidence.tables.values())
    click.echo(f"{rows:,} records / {rows:,} 条记录 -> {target}", err=True)
    return 0 if all(one.status is CollectionStatus.OK for one in evidence.collections) else 3


@click.command()
@RUN
@click.option("-o", "--output", multiple=True, metavar="FORMAT=FILE", help="a report / 报告输出")
@click.pass_obj
def evaluate(obj: dict[str, Any], run: Path, output: tuple[str, ...]) -> int:
    """对已有证据重新评估 · Evaluate a sealed run's evidence again and compare with what it found.

    Exit 0 when the findings are byte for byte the same, 1 when they differ, 2 when the run was altered.

    退出码:0 逐字节一致,1 结果不一致,2 运行已被改动。
    """
    from hiscomply.run_folder import read_manifest, sha256_of

    manifest = read_manifest(run)
    with tempfile.TemporaryDirectory(prefix="hiscomply-") as scratch:
        result, language = evaluate_again(run, manifest, Path(scratch), obj["language"])
        _write(result, output, language)
        recorded = manifest["files"].get("findings.parquet", {}).get("sha256")
        if recorded is None:
            click.echo("evaluated; the run held evidence only / 已评估,该运行原先只有证据", err=True)
            return int(result.exit_code)
        if sha256_of(Path(scratch) / "findings.parquet") == recorded:
            click.echo("same findings, byte for byte / 结果逐字节一致")
            return 0
        changed = _changes(manifest, result)
    click.echo("the findings differ / 结果不一致" + (f": {changed}" if changed else ""))
    return 1


def _changes(manifest: dict[str, Any], result: Any) -> str:
    """Which policies are not the ones of the run."""
    now = {one.info.id: one.info.digest for one in result.policies if one.info.file}
    then = manifest["policies"]
    names = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "")


def _is_same(sealed: Path, again: Path) -> bool:
    """Whether two tables of findings say the same, whatever wrote their bytes."""
    from hiscomply.duck import shared
    from hiscomply.run_folder import sha256_of

    if sha256_of(sealed) == sha256_of(again):
        return True
    less = "(SELECT * FROM read_parquet(?) EXCEPT ALL SELECT * FROM read_parquet(?))"
    files = [str(file) for file in (sealed, again, again, sealed)]
    found = shared().execute(f"SELECT count(*) FROM ({less} UNION ALL {less})", files).fetchone()
    return found == (0,)


@click.command()
@RUN
@click.option(
    "-o", "--output", multiple=True, required=True, metavar="FORMAT=FILE", help="a report / 报告输出"
)
@click.option(
    "--only",
    multiple=True,
    metavar="FRAMEWORK:ID",
    help="only what this control concerns: nist:AC-2, mlps:8.1.4.2, clause:4.3.2; repeatable / 只报告该控制项涉及的内容",
)
@click.pass_obj
def report(obj: dict[str, Any], run: Path, output: tuple[str, ...], only: tuple[str, ...]) -> int:
    """由一次运行生成报告 · Write reports of a sealed run.

    The verdicts are made again from its evidence, and refused if the run was altered.
    With --only a report holds the clauses that a control concerns, their policies and findings, and says so.

    结论由证据重新得出;运行被改动则拒绝。用 --only 时只含该控制项涉及的内容,并注明。
    """
    from hiscomply.narrowing import narrow
    from hiscomply.run_folder import read_manifest

    manifest = read_manifest(run)
    with tempfile.TemporaryDirectory(prefix="hiscomply-") as scratch:
        result, language = evaluate_again(run, manifest, Path(scratch), obj["language"])
        changed = _changes(manifest, result)
        if changed:
            raise RunError(
                f"policies of this run are missing or not the same here: {changed} / 该运行的策略在此缺失或已改变",
                place=Place(str(run)),
                hint=_AS_IT_WAS,
            )
        is_same = _is_same(run / "findings.parquet", Path(scratch) / "findings.parquet")
        if not is_same or result.exit_code != manifest["exit_code"]:
            raise RunError(
                "this hiscomply judges the run's evidence otherwise than the one that sealed it"
                " / 本版本对该运行证据的判定与封存时不同",
                place=Place(str(run)),
                hint=_AS_IT_WAS,
            )
        for path in _write(narrow(result, only), output, language):
            click.echo(path)
    return 0


@click.command()
@RUN
def verify(run: Path) -> int:
    """核验一次运行未被改动 · Verify that no file of a run was altered, removed or added."""
    from hiscomply.run_folder import read_manifest, seal_of
    from hiscomply.run_folder import verify as differences

    lines = differences(run)
    for line in lines:
        click.echo(line)
    click.echo(f"seal / 封存摘要: sha256:{seal_of(run)}")
    files = len(read_manifest(run)["files"])
    click.echo(f"{files} files, {len(lines)} differences / {files} 个文件,{len(lines)} 处差异", err=True)
    return 1 if lines else 0


def _write(result: Any, outputs: tuple[str, ...], language: str) -> list[Path]:
    """Writes the reports; gives the files, those that came to stdout left out."""
    from hiscomply.plugins import reporters

    known = reporters()
    targets = report_targets(outputs, known)
    printed, problem = write_outside(result, known, targets, language)
    click.echo(printed, nl=False)
    say_notes(result, known, targets, language)
    if problem is not None:
        raise problem
    return [path for path in targets.values() if path != STDOUT]


def evaluate_again(run: Path, manifest: dict[str, Any], scratch: Path, language: str) -> tuple[Any, str]:
    """The run's evidence judged once more, as of the run's own time, with its parameters and waivers."""
    from hiscomply import pipeline
    from hiscomply.plan import make_plan
    from hiscomply.plugins import evidence_kinds, pack_folders
    from hiscomply.run_folder import EARLIER
    from hiscomply.run_folder import verify as differences

    altered = differences(run)
    if altered:
        raise RunError(
            f"the run was altered ({len(altered)} differences) / 该运行已被改动",
            place=Place(str(run)),
            hint="`hiscomply verify` lists them / hiscomply verify 可列出差异",
        )
    if "institution" not in manifest:
        raise RunError("this run holds evidence only / 该运行只有证据", place=Place(str(run)))
    settings = _settings_of(run, manifest, language)
    kinds = evidence_kinds()
    waivers = tuple(Waiver(**one) for one in manifest["waivers"])
    plan = make_plan(settings, kinds, pack_folders(), waivers)
    evidence = pipeline.reopen(run, kinds)
    previous = run.parent / manifest["previous"]["run"] if manifest["previous"] else None
    result = pipeline.evaluate_run(
        settings,
        plan,
        evidence,
        scratch,
        settings.as_of or datetime.now(UTC),
        datetime.fromisoformat(manifest["started"]),
        previous=previous,
        command=tuple(manifest["command"]),
        earlier=run / EARLIER if previous else None,
    )
    own = replace(result.run, id=manifest["run"], ended=datetime.fromisoformat(manifest["ended"]))
    return replace(result, run=own), language


def _settings_of(run: Path, manifest: dict[str, Any], language: str) -> Settings:
    from hiscomply.run_folder import kept_packs

    start, end = manifest["working_hours"]
    return Settings(
        project=run.parent,
        institution=Text(**manifest["institution"]),
        zone=manifest["zone"],
        work_from=time.fromisoformat(start),
        work_to=time.fromisoformat(end),
        profile=manifest["profile"],
        profile_origin=manifest.get("profile_origin", ""),
        language=language,
        packs=kept_packs(run),
        parameters={
            policy: {name: Override(one["value"], one["origin"]) for name, one in values.items()}
            for policy, values in manifest["parameters"].items()
        },
        targets=(),
        waivers=None,
        reports={},
        runs=run.parent,
        as_of=datetime.fromisoformat(manifest["as_of"]),
        fail_on=manifest["fail_on"],
        allow_unknown=manifest["allow_unknown"],
        only=tuple(manifest["only"]),
    )
