"""Without evidence of today nothing passes: the whole pack over nothing, over empty registers, over old exports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HISCOMPLY = (sys.executable, "-c", "from hiscomply.cli.main import main; main()")
LISTS = {
    "kev_entry": "known_exploited_vulnerabilities.json",
    "ssvc_decision": "vulnrichment",
    "support_cycle": "endoflife",
}
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "hospital"
AS_OF, TWO_YEARS_LATER, TWO_YEARS_EARLIER = (f"{year}-06-30T08:00:00+08:00" for year in (2026, 2028, 2024))
SUMMARY = "*/summary.json"
OF_STATEMENTS = ["scope_statements_hold", "scope_statements_in_force"]
"""Who signed no statement of what is not in use has none to keep: a duty that is nobody's, not one that is met."""
FACTS = ("  level:", "  is_cii:", "  is_central_organ:", "  province:", "  persons_held:", "  us_entity:")
"""What the project file says of the institution itself."""
LOOKED_AT = "observed_at: 2026-06-30 07:20"
"""When the example's folder of reference data was looked at."""


@dataclass(frozen=True)
class Audited:
    """What an audit said: its exit code, its text in Chinese, its summary."""

    exit_code: int
    said: str
    summary: dict[str, Any]

    def clauses(self, status: str) -> list[str]:
        return [one["id"] for one in self.summary["clauses"] if one["status"] == status]

    def policies(self, verdict: str) -> list[str]:
        return [one["id"] for one in self.summary["policies"] if one["verdict"] == verdict]

    def with_subjects(self, *counts: str) -> list[str]:
        """Policies that have subjects of these outcomes, though the policy as a whole says otherwise."""
        return [one["id"] for one in self.summary["policies"] if any(one[name] for name in counts)]


def audit(project: Path, as_of: str = AS_OF) -> Audited:
    done = subprocess.run(
        [*HISCOMPLY, "audit", str(project), "--as-of", as_of, "--no-previous"],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "HISCOMPLY_LANG": "zh"},
        check=False,
    )
    found = list((project / ".hiscomply" / "runs").glob(SUMMARY))
    assert len(found) == 1, done.stderr
    summary = json.loads(found[0].read_text(encoding="utf-8"))
    return Audited(done.returncode, done.stdout + done.stderr, summary)


def assert_that_nothing_is_known(audited: Audited) -> None:
    """Every clause, every policy and every subject is unknown, and the exit code is 3."""
    assert audited.with_subjects("passed", "failed", "not_applicable") == []
    assert audited.policies("unknown") == [one["id"] for one in audited.summary["policies"]]
    assert audited.clauses("unknown") == [one["id"] for one in audited.summary["clauses"]]
    assert len(audited.summary["clauses"]) == 43
    assert audited.exit_code == 3, audited.said
    assert "证据不足" in audited.said


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example's project file with all its targets, and nothing that they could read.

    The lists that ship with the product are there in any project, so here nobody has looked at them for two years;
    and what the project file tells of the institution is evidence, so here it tells nothing.
    """
    text = (EXAMPLE / "hiscomply.yaml").read_text(encoding="utf-8")
    assert text.count(LOOKED_AT) == 1
    long_ago = text.replace(LOOKED_AT, LOOKED_AT.replace("2026", "2024"))
    lines = [line for line in long_ago.splitlines() if not line.startswith(FACTS)]
    assert len(text.splitlines()) - len(lines) == len(FACTS)
    (tmp_path / "hiscomply.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "waivers.yaml").write_text("waivers: []\n", encoding="utf-8")
    return tmp_path


def test_targets_that_are_not_there_leave_every_clause_without_evidence(project: Path) -> None:
    assert_that_nothing_is_known(audit(project))


def test_lists_that_were_never_imported_are_known_not_to_be_there(project: Path) -> None:
    shutil.copy2(EXAMPLE / "hiscomply.yaml", project / "hiscomply.yaml")

    audited = audit(project)

    assert "vulnerability_feeds_current" in audited.policies("fail")
    assert audited.policies("pass") == []
    assert audited.exit_code == 1


def test_exports_that_are_only_headers_leave_every_clause_without_evidence(
    project: Path, orderly: Path
) -> None:
    (project / "config").mkdir()
    for source in (orderly / "exports").rglob("*.*"):
        target = project / source.relative_to(orderly)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".csv":
            target.write_bytes(source.read_bytes().split(b"\n")[0] + b"\n")
        elif source.suffix == ".jsonl":
            target.write_bytes(b"")
    assert_that_nothing_is_known(audit(project))


def test_exports_of_two_years_ago_leave_every_clause_without_evidence(orderly: Path, project: Path) -> None:
    shutil.copytree(orderly, project, dirs_exist_ok=True)
    assert_that_nothing_is_known(audit(project, TWO_YEARS_LATER))


def test_exports_from_the_future_leave_every_clause_without_evidence(orderly: Path, project: Path) -> None:
    shutil.copytree(orderly, project, dirs_exist_ok=True)
    assert_that_nothing_is_known(audit(project, TWO_YEARS_EARLIER))


def test_registers_that_are_complete_and_empty_pass_nothing(tmp_path: Path) -> None:
    """A register that says that it holds nothing may show that a duty was not done, and never that one was."""
    schemas = sorted((ROOT / "schemas" / "evidence").glob("*.schema.json"))
    targets = []
    for kind in (path.name.removesuffix(".schema.json") for path in schemas):
        target = f"  - {{collector: records, name: {kind}, path: {kind}.jsonl, kinds: [{kind}]}}\n"
        targets.append(target.replace("}", ", observed_at: 2026-06-30 07:00}"))
        (tmp_path / f"{kind}.jsonl").write_text('{"kind": "_end", "records": 0}\n', encoding="utf-8")
    head = (
        "institution:\n  name: {zh: 空, en: empty}\n  timezone: Asia/Shanghai\nprofile: tertiary\ncollect:\n"
    )
    (tmp_path / "hiscomply.yaml").write_text(head + "".join(targets), encoding="utf-8")

    audited = audit(tmp_path)

    assert audited.with_subjects("passed") == []
    assert sorted(audited.with_subjects("not_applicable")) == OF_STATEMENTS
    assert audited.clauses("pass") + audited.clauses("partial") + audited.clauses("not_applicable") == []
    assert audited.exit_code == 1, "supervision, say, was never done"


@pytest.fixture(scope="session")
def orderly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campus where all is in order on the day of its exports: whatever passes there must not pass on."""
    folder = tmp_path_factory.mktemp("orderly")
    generate = [sys.executable, str(EXAMPLE / "generate.py"), "--situation", "orderly", "--out", str(folder)]
    subprocess.run(generate, check=True, capture_output=True)
    for dataset, name in LISTS.items():
        source = folder / "exports" / "参考数据" / name
        command = [*HISCOMPLY, "reference", "import", dataset, str(source), "--project", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    return folder
