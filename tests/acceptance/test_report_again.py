"""A report of a sealed run says as much as the run did, or is refused."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from tests.acceptance.small_project import PROJECT, TABLE, SmallProject, policy_text

from hiscomply.cli.stages import _changes, _is_same
from hiscomply.run_folder import sealed_runs


@pytest.fixture
def with_own_pack(project: SmallProject) -> SmallProject:
    """A project that names a pack of its own."""
    project.write("hiscomply.yaml", f"{PROJECT}packs: [own]\n{TABLE}")
    project.write("own/accounts_are_ours/policy.yaml", policy_text(id_="accounts_are_ours"))
    return project


def test_a_run_is_judged_again_with_the_projects_own_policies_after_they_changed(
    with_own_pack: SmallProject,
) -> None:
    assert with_own_pack.audit(only=None).code == 3
    sealed = sealed_runs(with_own_pack.root / ".hiscomply" / "runs")[-1]
    with_own_pack.write("own/accounts_are_ours/policy.yaml", "id: broken since")
    target = with_own_pack.root / "again.json"
    assert with_own_pack.run("report", str(sealed), "-o", f"json={target}").code == 0
    now, then = (json.loads(file.read_text())["policies"] for file in (target, sealed / "summary.json"))
    assert "accounts_are_ours" in {one["id"] for one in now}
    assert now == then
    again = with_own_pack.run("evaluate", str(sealed))
    assert (again.code, again.out.strip()) == (0, "same findings, byte for byte / 结果逐字节一致")


def test_a_run_alone_on_another_machine_is_judged_again_with_its_ages(project: SmallProject) -> None:
    project.audit()
    project.audit()
    first, second = sealed_runs(project.root / ".hiscomply" / "runs")
    sent = project.root / "sent" / second.name
    shutil.copytree(second, sent)
    assert json.loads((sent / "manifest.json").read_text())["previous"]["run"] == first.name
    again = project.run("evaluate", str(sent))
    assert (again.code, again.out.strip()) == (0, "same findings, byte for byte / 结果逐字节一致")


def test_policies_that_are_missing_or_changed_here_are_named() -> None:
    here = SimpleNamespace(info=SimpleNamespace(id="kept", digest="1", file="policy.yaml"))
    manifest = {"policies": {"kept": "2", "gone": "3"}}
    assert _changes(manifest, SimpleNamespace(policies=[here])) == "gone, kept"


def test_a_report_of_a_run_whose_policies_are_here_is_written(project: SmallProject) -> None:
    project.audit()
    sealed = sealed_runs(project.root / ".hiscomply" / "runs")[-1]
    target = project.root / "again.json"
    assert project.run("report", str(sealed), "-o", f"json={target}").code == 0
    now, then = (json.loads(file.read_text()) for file in (target, sealed / "summary.json"))
    assert now["policies"] == then["policies"]
    # it is a report of that run, and says so
    assert now["run"]["id"] == sealed.name == json.loads((sealed / "manifest.json").read_text())["run"]


def test_a_run_that_would_be_judged_otherwise_now_gets_no_other_report(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = project.audit()
    target = project.root / "again.json"
    monkeypatch.setattr("hiscomply.evaluate.evaluator.Evaluator._fresh", lambda *_: timedelta(minutes=1))
    again = project.run("report", str(ran.folder), "-o", f"json={target}")
    assert (again.code, "judges the run's evidence otherwise" in again.err) == (2, True)
    assert not target.exists()


def test_findings_are_compared_by_what_they_say(tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in "abc")
    for file, rows in ((one, "(1), (2)"), (other, "(2), (1)"), (third, "(1), (2), (2)")):
        duckdb.execute(f"COPY (FROM (VALUES {rows}) t(n)) TO '{file}' (FORMAT parquet)")
    assert _is_same(one, other)
    assert not _is_same(one, third)


def test_a_report_for_one_control_holds_that_and_says_so(project: SmallProject) -> None:
    project.audit()
    sealed = sealed_runs(project.root / ".hiscomply" / "runs")[-1]
    target = project.root / "only.json"
    assert project.run("report", str(sealed), "--only", "nist:AC-2(3)", "-o", f"json={target}").code == 0
    told, whole = (json.loads(file.read_text()) for file in (target, sealed / "summary.json"))
    assert told["only"] == ["nist:AC-2(3)"]
    assert [clause["id"] for clause in told["clauses"]] == ["4.3.2"]
    assert told["policies"] == whole["policies"]
    assert told["exit_code"] == whole["exit_code"]
    assert project.run("report", str(sealed), "--only", "nist:SC-8", "-o", f"json={target}").code == 2


def test_a_baseline_run_is_reported_with_the_numbers_of_level_2(project: SmallProject) -> None:
    project.audit("--profile", "baseline")
    sealed = sealed_runs(project.root / ".hiscomply" / "runs")[-1]
    clauses = json.loads((sealed / "summary.json").read_text())["clauses"]
    found = {clause["id"]: clause["crosswalk"]["mlps"] for clause in clauses}
    assert found["4.3.2"] == ["7.1.4.2", "7.1.8.2", "7.1.8.4"]
    assert found["5.1.2"] == ["7.1.4.8 a", "7.1.4.8 b", "7.1.10.11"]
    assert "等保 2.0 第二级" in (sealed / "report.html").read_text(encoding="utf-8")
