"""One check of files: judged once, or compared with what was known before."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiscomply.config.settings import Settings
from hiscomply.model import AuditResult, Text, Waiver

if TYPE_CHECKING:
    from hiscomply.baseline.known import Known
    from hiscomply.collect.kept_rows import KeptRows
    from hiscomply.pipeline import Outcome

NO_CACHE = "HISCOMPLY_NO_CACHE"
"""The environment variable that switches the cache of rows off."""
ONE_PROCESS = "HISCOMPLY_ONE_PROCESS"
"""The environment variable by which no second process reads files."""


def settings_of(project: Path | None, language: str) -> tuple[Settings, tuple[Any, ...]]:
    """The settings of a project if one is named or stands here, else plain defaults."""
    here = project or (Path() if Path("hiscomply.yaml").is_file() else None)
    if here is not None:
        from hiscomply.config.project import load_project
        from hiscomply.config.waivers import load_waivers
        from hiscomply.plugins import collectors

        settings = load_project(here, collectors(), language=language, flags={})
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


class Checking:
    """What is the same for the files of now and those of an earlier revision.

    Args:
        settings: whose ``project`` is the folder that paths count from.
        available: collectors by name.
        exclude: patterns of files to leave out.
        scratch: a folder for everything that is written on the way.
        is_cached: rows of files that are as they were are taken from the last check.
    """

    def __init__(
        self,
        settings: Settings,
        waivers: tuple[Waiver, ...],
        available: Mapping[str, Any],
        exclude: Sequence[str],
        scratch: Path,
        is_cached: bool = True,
    ) -> None:
        from hiscomply.file_check import files_plan

        self._settings = settings
        self._available = available
        self._exclude = list(exclude)
        self._scratch = scratch
        self._is_cached = is_cached and not os.environ.get(NO_CACHE)
        self._plan = files_plan(settings, waivers)

    def result(self, paths: Sequence[str], baseline: Path | None, revision: str | None) -> AuditResult:
        """The verdicts on these paths; with a baseline or revision only what is new against it.

        Raises:
            ConfigError, RunError: the revision or the baseline cannot be had.
        """
        known = None
        if revision is not None:
            here = self._settings.project
            paths = [os.path.relpath(here / path, here) for path in paths]
            # secrets count by their order of sight on both sides: the other side has no key of its own
            self._settings = replace(self._settings, is_secret_kept=False)
            known = self._known_at(revision, paths)
        elif baseline is not None:
            from hiscomply.baseline.known import load_known

            known = load_known(baseline, self._scratch / "baseline")
        previous = known.run if known else None
        outcome = self._judge(self._settings.project, paths, "now", previous, is_held=known is None)
        if known is None:
            return replace(outcome.result, exit_code=self._exit_code(outcome.result))
        from hiscomply.baseline.held import hold_back, with_exit_code
        from hiscomply.baseline.known import FINDINGS

        reported = hold_back(outcome.result, outcome.folder / FINDINGS, known)
        return with_exit_code(reported, self._exit_code(reported))

    def _known_at(self, revision: str, paths: Sequence[str]) -> Known:
        from hiscomply.baseline.known import FINDINGS, Known, refusals, renamed_findings
        from hiscomply.baseline.revision import take_out

        taken = self._scratch / "revision"
        taken.mkdir()
        before = take_out(revision, self._settings.project, paths, taken)
        if not before.paths:
            (before.folder / "none").mkdir(exist_ok=True)
        outcome = self._judge(before.folder, before.paths or ["none"], "before", None)
        renamed_findings(outcome.folder / FINDINGS, before.renamed)
        name = f"{revision} ({before.commit[:12]})"
        folder = outcome.folder.rename(outcome.folder.with_name(outcome.result.run.id))
        return Known(name, folder, refusals(outcome.result.evidence.collections))

    def _judge(
        self,
        folder: Path,
        paths: Sequence[str],
        name: str,
        previous: Path | None,
        *,
        is_held: bool = False,
    ) -> Outcome:
        from hiscomply.file_check import check_files

        settings = replace(self._settings, project=folder, runs=self._scratch / name / "runs")
        return check_files(
            settings,
            self._plan,
            self._available,
            paths,
            self._exclude,
            command=("hiscomply", "check"),
            previous=previous,
            kept=self._kept(name, paths),
            is_shared=not os.environ.get(ONE_PROCESS),
            is_held=is_held,
        )

    def _kept(self, name: str, paths: Sequence[str]) -> KeptRows | None:
        from hiscomply.collect.kept_rows import KeptRows

        tree = [str(self._settings.project.absolute()), name, list(paths), self._exclude]
        return KeptRows(json.dumps(tree)) if self._is_cached else None

    def _exit_code(self, result: AuditResult) -> int:
        """As for an audit, but only the policies on files are asked for; a repository without anything to judge
        is undecided."""
        from hiscomply.file_check import FILE_KINDS
        from hiscomply.findings.rollup import exit_code

        asked = [policy for policy in result.policies if set(policy.info.kinds) <= FILE_KINDS]
        held = result.held_back
        return exit_code(
            asked,
            [],
            result.evidence.collections,
            fail_on=self._settings.fail_on,
            allow_unknown=self._settings.allow_unknown,
            held_back=held.failures + held.unknown if held else 0,
        )
