"""An index of documents, and how to change it and read what came of it."""

from __future__ import annotations

from pathlib import Path

from tests.servers.audits import Audited, command, write_project

PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"
INDEX = """\
documents:
  - file: om_rules.pdf
    id: R-1
    type: om_rules
    title: 运维管理规范
    version: "3.10"
    approved_by: 院长办公会
    approved_on: 2024-01-10
    effective_on: 2024-02-01
    supersedes: null
    valid_until: 2027-12-31
    covers: ["3.1", EMR]
  - file: plans/drill.pdf
    type: response_plan
"""
RULES = "rules_document_valid"
COLLECT = "  - {collector: documents, name: papers, folder: papers}\n"


def make_project(tmp_path: Path) -> Path:
    papers = write_project(tmp_path / "project", COLLECT) / "papers"
    (papers / "plans").mkdir(parents=True)
    (papers / "om_rules.pdf").write_text(f"rules for {PATIENT} {PATIENT_ID}\n")
    (papers / "plans" / "drill.pdf").write_text("plan\n")
    (papers / "index.yaml").write_text(INDEX)
    return tmp_path / "project"


def index(project: Path, old: str, new: str) -> None:
    file = project / "papers" / "index.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def status(run: Audited) -> str:
    return str(run.collections["papers"].status)


def collect(project: Path) -> Audited:
    """Collection alone, which is quicker than a whole audit."""
    return Audited(*command("collect", str(project)), project)


def refusals(run: Audited) -> list[tuple[str, int | None, str]]:
    return [(one.subject, one.line, one.reason.en) for one in run.collections["papers"].rejected]
