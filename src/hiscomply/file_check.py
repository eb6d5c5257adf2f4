"""A check of files: the one target that stands for them, the policies that it answers, and a run over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from hiscomply import pipeline, plugins
from hiscomply.ahead_process import ahead_command
from hiscomply.collect.kept_rows import KeptRows
from hiscomply.config.settings import Settings
from hiscomply.model import Target, Waiver
from hiscomply.plan import Plan, make_plan

FILE_KINDS: Final = frozenset({"config_file", "setting", "configuration", "effective_setting", "collection"})
"""All that files give; a policy that reads anything else is not asked."""
_TIMEOUT_S = 3600.0


def files_plan(settings: Settings, waivers: tuple[Waiver, ...]) -> Plan:
    """The policies that files alone answer, in force for these settings.

    Raises:
        PolicyError, ConfigError, Problems: a policy, parameter or name is wrong.
    """
    known = frozenset(one.name for one in plugins.formats())
    return make_plan(settings, plugins.evidence_kinds(), plugins.pack_folders(), waivers, FILE_KINDS, known)


def check_files(
    settings: Settings,
    plan: Plan,
    collectors: Mapping[str, Any],
    paths: Sequence[str],
    exclude: Sequence[str],
    *,
    command: Sequence[str],
    previous: Path | None = None,
    kept: KeptRows | None = None,
    is_shared: bool = False,
    is_held: bool = False,
) -> pipeline.Outcome:
    """One run over files.

    Args:
        settings: ``project`` is the folder that paths count from, ``runs`` where the run is made.
        previous: the run to compare with.
        kept: rows of an earlier check of the same tree.
        is_shared: where there are many files and a second processor, a process of its own reads from the end.
        is_held: of a few files, nothing has to be read from the run's folder later.
    """
    options = {"path": list(paths), "exclude": list(exclude)}
    target = Target("files", "files", options, collectors["files"].kinds(options), _TIMEOUT_S)
    return pipeline.audit(
        replace(settings, targets=(target,), declared=None),
        plan,
        collectors,
        previous=previous,
        command=command,
        of_files=True,
        kept=kept,
        ahead=ahead_command() if is_shared else (),
        is_held=is_held,
    )
