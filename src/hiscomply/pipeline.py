"""The seven stages as seven statements: configure -> collect -> store -> compile -> evaluate -> judge -> report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply import __version__
from hiscomply.collect.declared import DECLARED, DeclaredCollector, declared_target
from hiscomply.collect.keeper import staging_folder
from hiscomply.collect.kept_rows import KeptRows
from hiscomply.collect.runner import collect_all
from hiscomply.collect.secrets import project_digest, withholding
from hiscomply.collect.work import Progress
from hiscomply.compiled import CompiledPolicy
from hiscomply.config.settings import Settings
from hiscomply.controls import in_profile
from hiscomply.errors import NotHeld
from hiscomply.evaluate.evaluator import Moment
from hiscomply.evaluate.stage import evaluate_policies
from hiscomply.evidence.store import open_evidence, store_evidence
from hiscomply.findings.comments import InlineWaivers, inline_waivers
from hiscomply.findings.judge import Judgement, judge
from hiscomply.findings.quality import quality_notes
from hiscomply.findings.rollup import clause_status, exit_code, groups_of, policy_results
from hiscomply.frozen import dataclass
from hiscomply.kept_verdicts import Judging, KeptVerdicts
from hiscomply.kinds import Kind
from hiscomply.model import (
    AuditResult,
    ClauseResult,
    Collection,
    Evaluation,
    Evidence,
    PolicyInfo,
    PolicyResult,
    RunInfo,
)
from hiscomply.plan import Plan
from hiscomply.policy.clauses import ClauseMap
from hiscomply.run_folder import (
    EARLIER,
    keep_packs,
    read_collections,
    run_name,
    seal,
    sha256_of,
    unsealed,
    write_collections,
)

COLLECTING = "collecting"
"""The folder beside the runs in which targets are collected."""
PROJECT_FILE = "hiscomply.yaml"
"""The name under which what the project file says of the institution stands among the collections."""


def _quiet(_name: str, _count: int = 0, _status: object = None) -> None:
    """No progress."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run."""

    result: AuditResult
    folder: Path


def audit(
    settings: Settings,
    plan: Plan,
    collectors: Mapping[str, Any],
    *,
    previous: Path | None,
    command: Sequence[str],
    collecting: Progress = _quiet,
    evaluating: Callable[[str], None] = _quiet,
    staging: Path | None = None,
    of_files: bool = False,
    kept: KeptRows | None = None,
    ahead: Sequence[str] = (),
    is_held: bool = False,
) -> Outcome:
    """One run from settings to a sealed folder; reports are written by ``hiscomply.writing``.

    Args:
        is_held: evidence and findings of a few records stay in memory; they are in no file of the run then.
        of_files: a check of files: waivers in their comments count, and only what a finding shows makes it another.
        staging: of ``collecting_folder``, where the run can be gone on with after an interruption.
        kept: rows of an earlier check of the same tree; never of an audit.
        ahead: the command of another process that reads files of a check, too; empty for none.
    """
    started = datetime.now(UTC)
    verdicts = None
    if kept is not None and is_held and previous is None and settings.as_of is None:
        verdicts = KeptVerdicts(kept, partial(_judging, settings, plan))
    with unsealed(settings.runs) as folder:
        evidence = collect_evidence(
            settings,
            plan.kinds,
            collectors,
            folder,
            collecting,
            staging=staging,
            kept=kept,
            ahead=ahead,
            is_held=is_held,
            verdicts=verdicts,
            policies=plan.policies,
        )
        as_of = settings.as_of or datetime.now(UTC).replace(microsecond=0)
        judged = partial(
            evaluate_run,
            settings,
            plan,
            folder=folder,
            as_of=as_of,
            started=started,
            previous=previous,
            command=command,
            evaluating=evaluating,
            of_files=of_files,
            verdicts=verdicts,
        )
        try:
            return Outcome(judged(evidence=evidence), folder)
        except NotHeld:
            stored = store_evidence(evidence.folder, folder / "evidence", plan.kinds, evidence.collections)
            return Outcome(judged(evidence=stored), folder)


def _judging(settings: Settings, plan: Plan) -> Judging:
    key = project_digest(settings.project)("") if settings.is_secret_kept else ""
    at = (settings.zone, settings.work_from.isoformat(), settings.work_to.isoformat(), settings.profile, key)
    return Judging(plan.pack.digest, plan.policies, plan.values, plan.kinds, at)


def collecting_folder(settings: Settings, *, resume: bool = False) -> AbstractContextManager[Path]:
    """Where targets put what they give, until the run is sealed: whatever is interrupted before costs none of it.

    Raises:
        ConfigError: nothing to resume.
    """
    return staging_folder(settings.runs.parent / COLLECTING, resume=resume)


def collect_evidence(
    settings: Settings,
    kinds: Mapping[str, Kind],
    collectors: Mapping[str, Any],
    folder: Path,
    progress: Progress = _quiet,
    *,
    staging: Path | None = None,
    kept: KeptRows | None = None,
    ahead: Sequence[str] = (),
    is_held: bool = False,
    verdicts: KeptVerdicts | None = None,
    policies: Sequence[CompiledPolicy] = (),
) -> Evidence:
    """Collects from every target and stores what came, below the folder of a run; or holds it, if it is little.

    Args:
        staging: of ``collecting_folder``; without it what targets give is gone as soon as it is stored.
        verdicts: of an earlier check, only with ``is_held``; where they are on what came, it is not stored.
        policies: which are to be judged, with ``is_held``: only what they read is held.

    """
    digest = project_digest(settings.project) if settings.is_secret_kept else withholding()
    targets, known = settings.targets, dict(collectors)
    if settings.declared is not None:
        targets = (*targets, declared_target(PROJECT_FILE, settings.declared))
        known[DECLARED] = DeclaredCollector(settings.declared, settings.as_of)
    given = staging or (folder / COLLECTING if is_held else None)
    with collecting_folder(settings) if given is None else nullcontext(given) as place:
        collections = collect_all(
            targets,
            known,
            kinds,
            place,
            project=settings.project,
            zone=settings.zone,
            digest=digest,
            progress=progress,
            only=settings.only_targets,
            kept=kept,
            ahead=ahead,
        )
        recalled = None if verdicts is None else verdicts.recall(place, collections)
        held = recalled or (_in_memory(place, kinds, collections, policies) if is_held else None)
        return held or store_evidence(place, folder / "evidence", kinds, collections)


def _in_memory(
    staging: Path,
    kinds: Mapping[str, Kind],
    collections: Sequence[Collection],
    policies: Sequence[CompiledPolicy],
) -> Evidence | None:
    """The evidence held; None if it is too much, or this Python was built without SQLite."""
    try:
        from hiscomply.evidence.held import hold_evidence
    except ImportError:
        return None
    return hold_evidence(staging, kinds, collections, policies)


def evaluate_run(
    settings: Settings,
    plan: Plan,
    evidence: Evidence,
    folder: Path,
    as_of: datetime,
    started: datetime,
    *,
    previous: Path | None,
    command: Sequence[str],
    evaluating: Callable[[str], None] = _quiet,
    earlier: Path | None = None,
    of_files: bool = False,
    verdicts: KeptVerdicts | None = None,
) -> AuditResult:
    """Evaluates, judges and rolls up; writes ``findings.parquet`` and ``collections.json`` into the folder.

    Args:
        previous: the run to compare with; what it found is kept as ``earlier.parquet``, so that this run can be
            judged again on a machine that has only this one.
        earlier: what the previous run found, where that was kept already.
        verdicts: where the verdicts are kept for the next check.
    """
    moment = Moment(as_of, settings.zone, settings.work_from, settings.work_to)
    evaluation = evaluate_policies(
        plan.policies,
        plan.values,
        evidence,
        plan.kinds,
        moment,
        folder / "verdicts.parquet",
        evaluating,
        scope_rules=plan.scope_rules,
    )
    if verdicts is not None:
        verdicts.keep(evidence, evaluation)
    infos = tuple(
        replace(policy.info(plan.parameters[policy.id]), conflicts=plan.register.conflicts_of(policy.id))
        for policy in plan.policies
    )
    today = as_of.astimezone(ZoneInfo(settings.zone)).date()
    inline = inline_waivers(evidence, settings.project, today) if of_files else InlineWaivers()
    plan = replace(plan, waivers=(*plan.waivers, *inline.waivers))
    judgement = judge(
        evaluation,
        infos,
        plan.concerned(),
        earlier or (previous / "findings.parquet" if previous else None),
        today,
        folder / "findings.parquet",
        None if earlier else folder / EARLIER,
        inline.problems,
        is_by_shown_values=of_files,
        evidence=evidence,
        kinds=plan.kinds,
    )
    if evaluation.rows is None:
        evaluation.path.unlink()
    write_collections(folder, evidence.collections)
    run = _run_info(settings, plan, evidence, as_of, started, previous, command)
    waivers = len(plan.concerned()) + len(inline.problems)
    return roll_up(settings, plan, run, evidence, evaluation, infos, judgement, waivers)


def roll_up(
    settings: Settings,
    plan: Plan,
    run: RunInfo,
    evidence: Evidence,
    evaluation: Evaluation,
    infos: Sequence[PolicyInfo],
    judgement: Judgement,
    waivers: int,
) -> AuditResult:
    """Findings to what reports say.

    Args:
        waivers: how many were held to their own rules.
    """
    groups = groups_of(judgement)
    policies = policy_results(infos, evaluation.counts, groups, judgement, waivers, evaluation.statements)
    clauses = _clauses(plan.clauses, policies, settings.profile)
    asked = clauses if not settings.only else [one for one in clauses if one.policies]
    return AuditResult(
        run=run,
        clauses=tuple(clauses),
        policies=policies,
        evidence=evidence,
        waivers=plan.waivers,
        findings=judgement.findings,
        findings_count=judgement.count(),
        quality=quality_notes(evidence, plan.kinds),
        exit_code=exit_code(
            policies,
            asked,
            evidence.collections,
            fail_on=settings.fail_on,
            allow_unknown=settings.allow_unknown,
        ),
        allow_unknown=settings.allow_unknown,
        kinds={name: kind.title for name, kind in plan.kinds.items()},
    )


def seal_run(settings: Settings, plan: Plan, outcome: Outcome, previous: Path | None) -> Path:
    """Seals the run's folder under its name."""
    run = outcome.result.run
    keep_packs(settings.packs, outcome.folder)
    facts = {
        "hiscomply": __version__,
        "as_of": run.as_of.isoformat(),
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat(),
        "institution": asdict(run.institution),
        "profile": run.profile,
        "profile_origin": run.profile_origin,
        "zone": run.zone,
        "working_hours": [settings.work_from.isoformat(), settings.work_to.isoformat()],
        "command": list(run.command),
        "exit_code": outcome.result.exit_code,
        "fail_on": settings.fail_on,
        "allow_unknown": settings.allow_unknown,
        "only": list(settings.only),
        "pack_digest": run.pack_digest,
        "evidence_digest": run.evidence_digest,
        "policies": {policy.id: policy.digest for policy in plan.policies},
        "parameters": {
            policy: {
                one.name: {"value": one.value, "origin": one.origin} for one in values if one.is_overridden
            }
            for policy, values in plan.parameters.items()
            if any(one.is_overridden for one in values)
        },
        "waivers": [asdict(waiver) for waiver in plan.waivers],
        "previous": {"run": previous.name, "manifest_sha256": sha256_of(previous / "manifest.json")}
        if previous
        else None,
    }
    return seal(outcome.folder, settings.runs, run.id, facts)


def reopen(run: Path, kinds: Mapping[str, Kind]) -> Evidence:
    """The evidence of a sealed run, for evaluating it again."""
    collections: tuple[Collection, ...] = read_collections(run)
    return open_evidence(run / "evidence", kinds, collections)


def _run_info(
    settings: Settings,
    plan: Plan,
    evidence: Evidence,
    as_of: datetime,
    started: datetime,
    previous: Path | None,
    command: Sequence[str],
) -> RunInfo:
    tables = hashlib.sha256()
    is_staged = evidence.held is not None or evidence.recalled is not None
    files = evidence.folder.glob("*/*.jsonl" if is_staged else "*.parquet")
    for file in sorted(files):
        tables.update(f"{file.name} {sha256_of(file)}\n".encode())
    evidence_digest = tables.hexdigest()
    return RunInfo(
        id=run_name(as_of),
        institution=settings.institution,
        profile=settings.profile,
        zone=settings.zone,
        as_of=as_of,
        started=started,
        ended=datetime.now(UTC),
        tool_version=__version__,
        command=tuple(command),
        previous=previous.name if previous else None,
        pack_digest=plan.pack.digest,
        evidence_digest=evidence_digest,
        profile_origin=settings.profile_origin,
    )


def _clauses(clause_map: ClauseMap, policies: Sequence[PolicyResult], profile: str) -> list[ClauseResult]:
    results = []
    for clause in clause_map.clauses:
        serving = tuple(policy for policy in policies if clause.id in policy.info.clauses)
        results.append(
            ClauseResult(
                id=clause.id,
                title=clause.title,
                chapter=clause.section,
                crosswalk=in_profile(clause.crosswalk, profile),
                control_status=clause.control_status,
                status=clause_status(serving),
                policies=serving,
            )
        )
    return results
