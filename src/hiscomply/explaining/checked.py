"""One check of files, as ``hiscomply check`` makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hiscomply.config.settings import Settings
from hiscomply.duck import SCRATCH
from hiscomply.file_check import check_files, files_plan
from hiscomply.model import AuditResult, Waiver
from hiscomply.plan import Plan

COMMAND = ("hiscomply", "explain")


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
        with TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as scratch:
            settings = replace(
                self.settings,
                project=folder,
                runs=Path(scratch) / "runs",
                is_secret_kept=False,
                only=only,
            )
            plan = self._whole if not only else self._narrow(only)
            outcome = check_files(settings, plan, self.collectors, self.paths, self.exclude, command=COMMAND)
            yield outcome.result

    @cached_property
    def _whole(self) -> Plan:
        return files_plan(replace(self.settings, only=()), self.waivers)

    def _narrow(self, only: tuple[str, ...]) -> Plan:
        return replace(
            self._whole, policies=tuple(one for one in self._whole.policies if one.id in only), waivers=()
        )
