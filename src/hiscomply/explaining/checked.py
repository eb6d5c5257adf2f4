"""One check of files, as ``hiscomply check`` makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hiscomply import pipeline
from hiscomply.config.settings import Settings
from hiscomply.model import AuditResult, Target, Waiver
from hiscomply.plugins import evidence_kinds, formats, pack_folders

COMMAND = ("hiscomply", "explain")
TIMEOUT_S = 3600.0


@dataclass(frozen=True)
class Checks:
    """What to check and by which rules.

    Attributes:
        paths: relative to the project of ``settings``.
    """

    settings: Settings
    waivers: tuple[Waiver, ...]
    collectors: Mapping[str, Any]
    paths: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    @contextmanager
    def result(self, folder: Path, only: tuple[str, ...] = ()) -> Iterator[AuditResult]:
        """The outcome over the files below ``folder``; its evidence is gone afterwards.

        Args:
            folder: stands for the project folder.
            only: these policies; all on files when empty.
        """
        with TemporaryDirectory(prefix="hiscomply-", ignore_cleanup_errors=True) as scratch:
            settings = replace(
                self.settings,
                project=folder,
                targets=(self._target,),
                declared=None,
                runs=Path(scratch) / "runs",
                is_secret_kept=False,
                only=only,
            )
            plan = self._whole if not only else self._narrow(only)
            outcome = pipeline.audit(
                settings, plan, self.collectors, previous=None, command=COMMAND, of_files=True
            )
            yield outcome.result

    @cached_property
    def _target(self) -> Target:
        options = {"path": list(self.paths), "exclude": list(self.exclude)}
        return Target("files", "files", options, self.collectors["files"].kinds(options), TIMEOUT_S)

    @cached_property
    def _whole(self) -> pipeline.Plan:
        kinds = frozenset({*self._target.kinds, "collection"})
        settings = replace(self.settings, only=())
        known = frozenset(one.name for one in formats())
        return pipeline.make_plan(settings, evidence_kinds(), pack_folders(), self.waivers, kinds, known)

    def _narrow(self, only: tuple[str, ...]) -> pipeline.Plan:
        return replace(
            self._whole, policies=tuple(one for one in self._whole.policies if one.id in only), waivers=()
        )
