"""A check says the same whether its evidence is held in memory or stored: over every situation of the corpus."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.corpus.judging import in_trees
from tests.corpus.situation import read
from tests.corpus.test_corpus import FILES

from hiscomply.cli.checking import plain_settings
from hiscomply.file_check import check_files, files_plan
from hiscomply.model import AuditResult
from hiscomply.plugins import files_collector

TIMES = ("observed_at", "first_seen", "due")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "tree"
    by_name = {f"{file.parent.name}/{file.name}": file for file in FILES}
    for name in in_trees(by_name)[0]:
        read(by_name[name]).write(folder / name.replace("/", "-", 1))
    return folder


def test_the_findings_are_the_same(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the corpus is larger than what is held by itself
    monkeypatch.setattr("hiscomply.evidence.held.MOST_BYTES", 100_000_000)
    stored, held = (_checked(tree, tmp_path / name, is_held=name == "held") for name in ("stored", "held"))
    assert stored.evidence.held is None
    assert held.evidence.held is not None
    assert [_policy(one) for one in held.policies] == [_policy(one) for one in stored.policies]
    assert [_finding(one) for one in held.findings()] == [_finding(one) for one in stored.findings()]
    assert held.findings_count == stored.findings_count > 1_000
    assert {name: _table(one) for name, one in held.evidence.tables.items()} == {
        name: _table(one) for name, one in stored.evidence.tables.items()
    }
    assert (held.exit_code, held.quality) == (stored.exit_code, stored.quality)


WAIVED = """\
# hiscomply: waive-file dockerfile_health_checked until {soon} because it is a batch image
FROM debian:latest
# hiscomply: waive dockerfile_user_not_root until {soon} because it has to bind a port
USER root
# hiscomply: waive dockerfile_images_pinned until 2020-01-01 because it ended
# hiscomply: waive dockerfile_ssh_port_not_exposed until {soon} because it covers nothing
# hiscomply: waive no_such_policy until {soon} because nobody has it
# hiscomply: waive dockerfile_user_not_root because it lacks its date
# hiscomply: waive compose_health_checked until {soon} because it is of another kind of file
"""


def test_waivers_in_comments_cover_the_same(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    soon = date.today() + timedelta(days=20)
    for name in ("a", "b[1]", "c"):
        (tree / name).mkdir(parents=True)
        text = WAIVED.format(soon=soon) if name != "c" else "FROM debian:latest\nUSER root\n"
        (tree / name / "Dockerfile").write_text(text, encoding="utf-8")
    stored, held = (_checked(tree, tmp_path / name, is_held=name == "held") for name in ("stored", "held"))
    findings = [_finding(one) for one in held.findings()]
    assert findings == [_finding(one) for one in stored.findings()]
    assert [_policy(one) for one in held.policies] == [_policy(one) for one in stored.policies]
    assert {one["waiver"] for one in findings if one["policy_id"] == "dockerfile_user_not_root"} == {
        "a/Dockerfile#dockerfile_user_not_root",
        "b[1]/Dockerfile#dockerfile_user_not_root",
        None,
    }
    assert len([one for one in findings if one["policy_id"] == "waivers_in_order"]) == 10


def test_a_python_without_sqlite_checks_by_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "Dockerfile").write_text("FROM debian:latest\nUSER root\n", encoding="utf-8")
    held = _checked(tree, tmp_path / "held", is_held=True)
    for module in ("sqlite3", "hiscomply.evidence.held", "hiscomply.sqlite"):
        monkeypatch.setitem(sys.modules, module, None)
    stored = _checked(tree, tmp_path / "stored", is_held=True)
    assert stored.evidence.held is None
    assert [_finding(one) for one in stored.findings()] == [_finding(one) for one in held.findings()]


def _checked(tree: Path, runs: Path, *, is_held: bool) -> AuditResult:
    as_of = datetime.now(UTC).replace(microsecond=0)
    settings = replace(plain_settings("en"), project=tree, runs=runs / "runs", as_of=as_of)
    plan = files_plan(settings, ())
    command = ("hiscomply", "check")
    return check_files(settings, plan, files_collector(), ["."], [], command=command, is_held=is_held).result


def _policy(result: Any) -> Any:
    said = asdict(result)
    for group in said["groups"]:
        group["samples"] = [{k: v for k, v in one.items() if k not in TIMES} for one in group["samples"]]
    return said


def _finding(finding: Any) -> Any:
    return {name: value for name, value in asdict(finding).items() if name not in TIMES}


def _table(table: Any) -> Any:
    return table.kind, table.rows, table.is_complete, table.gaps, table.superseded
