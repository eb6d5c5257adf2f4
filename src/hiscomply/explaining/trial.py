"""Changes tried on a copy of the files, by running the collector and the policies over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hiscomply.explaining.checked import Checks
from hiscomply.explaining.edit import Edit
from hiscomply.file_names import file_at
from hiscomply.model import AuditResult, Finding, State, Verdict

_RANK = {Verdict.UNKNOWN: 1, Verdict.FAIL: 2}
Verdicts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Passed:
    """An edit that was proven to pass; ``subjects`` counts what the policy passes for."""

    edit: Edit
    subjects: int


@contextmanager
def copied(root: Path, files: Mapping[str, bool]) -> Iterator[Path]:
    """A folder with copies of the files; gone afterwards. No link in it leads out of it.

    Args:
        files: path below ``root``, and whether it could be read; one that could not cannot be read in the copy either.
    """
    with TemporaryDirectory(prefix="hiscomply-explain-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        for name, is_readable in files.items():
            source, copy = file_at(root, name), folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if not is_readable:
                copy.symlink_to("nowhere")
            elif source.is_file():
                shutil.copyfile(source, copy)
        yield folder


def first_that_passes(
    checks: Checks, folder: Path, file: str, edits: Iterable[Edit], finding: Finding, before: AuditResult
) -> tuple[Passed | None, int]:
    """The first edit after which the policy passes for the finding's subject and no verdict is worse.

    Args:
        folder: the copy; the file is written there only.

    Returns:
        The edit, and how many were tried.
    """
    policy = finding.policy_id
    passed, others = _passed(before, policy), verdicts(before)
    tried = 0
    for edit in edits:
        tried += 1
        (folder / file).write_bytes(edit.text.encode("utf-8"))
        with checks.result(folder, only=(policy,)) as narrow:
            # It must pass, not be gone: a subject that is no longer judged proves nothing.
            if not _is_mended(narrow, finding, passed):
                continue
        with checks.result(folder) as whole:
            if _is_mended(whole, finding, passed) and not worse(others, verdicts(whole)):
                return Passed(edit, _passed(whole, policy)), tried
    return None, tried


def verdicts(result: AuditResult) -> Verdicts:
    """The findings by policy and subject, the worse the higher; items that could not be read count as well."""
    found = {
        (one.policy_id, one.subject): _RANK[one.verdict]
        for one in result.findings()
        if one.state is not State.ABSENT
    }
    for collection in result.evidence.collections:
        for item in collection.rejected:
            found["", f"{item.kind} {item.source} {item.subject}"] = _RANK[Verdict.UNKNOWN]
    return found


def worse(before: Verdicts, after: Verdicts) -> list[tuple[str, str]]:
    """The policies and subjects that are worse off."""
    return [one for one, rank in after.items() if rank > before.get(one, 0)]


def _passed(result: AuditResult, policy: str) -> int:
    return next((one.passed for one in result.policies if one.info.id == policy), 0)


def _is_mended(result: AuditResult, finding: Finding, passed: int) -> bool:
    is_found = any(
        (one.policy_id, one.subject) == (finding.policy_id, finding.subject)
        for one in result.findings()
        if one.state is not State.ABSENT
    )
    return not is_found and _passed(result, finding.policy_id) > passed
