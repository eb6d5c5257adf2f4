"""The run that an audit is compared with: the newest that looked at no less, and is as it was sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from hiscomply.errors import Place, RunError
from hiscomply.run_folder import read_manifest, sealed_runs, sha256_of

_FINDINGS: Final = "findings.parquet"


def newest_comparable(runs: Path, as_of: datetime, only: Sequence[str]) -> Path | None:
    """The newest sealed run that judged no later moment, and all policies that are asked for now; None without one.

    After a run of a few policies all others would look new, and their age and due date would begin anew. Where no run
    judged all of them, the newest will do, whose few keep their age.

    Args:
        only: the policies asked for; empty for all.

    Raises:
        RunError: it is not as it was sealed.
    """
    newest: tuple[Path, Mapping[str, Any]] | None = None
    for run, manifest in _newest_first(runs):
        if datetime.fromisoformat(manifest["as_of"]) > as_of:
            continue
        asked = set(manifest["only"])
        if not asked or (only and asked >= {*only}):
            return _unaltered(run, manifest)
        newest = newest or (run, manifest)
    return newest and _unaltered(*newest)


def named_run(runs: Path, asked: Path) -> Path:
    """The run of a folder, or of a run's name.

    Raises:
        RunError: it is no sealed run, holds evidence only, or is not as it was sealed.
    """
    run = asked if asked.is_dir() else runs / asked
    manifest = read_manifest(run)
    if not _has_findings(manifest):
        raise RunError("this run holds evidence only / 该运行只有证据", place=Place(str(run)))
    return _unaltered(run, manifest)


def _newest_first(runs: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for run in reversed(sealed_runs(runs)):
        manifest = read_manifest(run)
        if _has_findings(manifest):
            yield run, manifest


def _has_findings(manifest: Mapping[str, Any]) -> bool:
    """Whether it is an audit's and not evidence alone."""
    return "institution" in manifest


def _unaltered(run: Path, manifest: Mapping[str, Any]) -> Path:
    """The run, if what it found is what it was sealed with: ages and due dates rest on that."""
    sealed, file = manifest["files"].get(_FINDINGS, {}).get("sha256"), run / _FINDINGS
    if not file.is_file() or sha256_of(file) != sealed:
        raise RunError(
            "the findings of the previous run are missing or were altered / 上次运行的问题表缺失或被改动",
            place=Place(str(file)),
            hint="restore it, or choose another with --previous, or none with --no-previous / 请恢复该文件或另选一次运行",
        )
    return run
