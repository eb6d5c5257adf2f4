"""The reference collector behind the real runner and border."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from hiscomply.collect.runner import collect_all
from hiscomply.model import Collection, CollectionStatus, Target
from hiscomply.plugins import evidence_kinds
from hiscomply.reference.document import Header, write_reference
from hiscomply_reference import hiscomply_collectors

COLLECTOR = hiscomply_collectors()[0]
ENTRY = {"cve": "CVE-2026-10001", "added_at": "2026-06-01T00:00:00Z"}
Run = Callable[..., Collection]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def collect(**options: Any) -> Collection:
        target = Target("reference", "reference", options, COLLECTOR.kinds(options))
        (collection,) = collect_all(
            [target],
            {"reference": COLLECTOR},
            evidence_kinds(),
            tmp_path / "staging",
            project=tmp_path,
            zone="Asia/Shanghai",
            digest=lambda secret: "digest",
            progress=lambda *_: None,
        )
        return collection

    return collect


def put(project: Path, dataset: str, rows: list[dict[str, Any]], as_of: date = date(2026, 6, 28)) -> Path:
    path = project / "reference" / f"{dataset}.yaml"
    header = Header(dataset, as_of, "a test", imported_at="2026-06-28T10:00:00+00:00")
    write_reference(path, header, rows)
    return path


def staged(project: Path, kind: str) -> list[dict[str, Any]]:
    files = (project / "staging").glob(f"*/{kind}.jsonl")
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def summary(project: Path, dataset: str) -> dict[str, Any]:
    return next(row for row in staged(project, "reference_dataset") if row["dataset"] == dataset)


def test_what_ships_becomes_evidence_and_what_is_not_imported_is_said_to_be_absent(
    tmp_path: Path, run: Run
) -> None:
    collection = run()
    assert collection.status is CollectionStatus.OK, collection.reason
    assert collection.records["incident_category"] == 10
    assert collection.records["remediation_deadline"] == 20
    assert "kev_entry" not in collection.kinds
    assert "ssvc_decision" not in collection.kinds
    assert summary(tmp_path, "kev_entry")["present"] is False
    assert "as_of" not in summary(tmp_path, "kev_entry")
    assert summary(tmp_path, "support_cycle")["origin"] == "shipped"


def test_a_deadline_without_days_is_known_to_be_none_and_a_date_without_value_is_not_known(
    tmp_path: Path, run: Run
) -> None:
    run()
    waiting = next(
        row
        for row in staged(tmp_path, "remediation_deadline")
        if row["id"] == "not-exposed/not-kev/not-automatable/total"
    )
    assert (waiting["days"], "days" in (waiting["_missing"] or [])) == (None, False)
    made_here = [row for row in staged(tmp_path, "support_cycle") if row["product"] == "dm"]
    assert {row["name"] for row in made_here} == {"dm", "dm8", "dmdbms", "达梦", "达梦数据库"}
    assert [row for row in made_here if "support_end" in row or "state" in row] == []


def test_rows_say_file_line_and_the_day_they_were_true(tmp_path: Path, run: Run) -> None:
    put(tmp_path, "kev_entry", [ENTRY, {**ENTRY, "cve": "CVE-2026-10002"}])
    collection = run()
    assert "kev_entry" in collection.kinds
    rows = staged(tmp_path, "kev_entry")
    assert [row["_source"] for row in rows] == ["reference/kev_entry.yaml"] * 2
    lines = (tmp_path / "reference/kev_entry.yaml").read_text().splitlines()
    assert [lines[row["_line"] - 1][:11] for row in rows] == ['- {"cve": "'] * 2
    assert rows[0]["_observed_at"] == "2026-06-27 16:00:00.000000"
    assert summary(tmp_path, "kev_entry") | {
        "origin": "project",
        "as_of": "2026-06-28",
        "rows": 2,
        "intact": True,
    } == summary(tmp_path, "kev_entry")


def test_shipped_files_are_named_alike_on_every_machine(tmp_path: Path, run: Run) -> None:
    run()
    assert staged(tmp_path, "incident_level")[0]["_source"] == "hiscomply:reference/incident_level.yaml"


def test_a_projects_own_list_replaces_the_shipped_one(tmp_path: Path, run: Run) -> None:
    put(tmp_path, "incident_category", [{"id": "own", "name_zh": "自定"}])
    run()
    assert [row["id"] for row in staged(tmp_path, "incident_category")] == ["own"]


def test_an_altered_file_is_a_failure_that_leaves_the_other_sets_alone(tmp_path: Path, run: Run) -> None:
    path = put(tmp_path, "kev_entry", [ENTRY])
    path.write_text(path.read_text().replace("10001", "10002"))
    collection = run()
    assert collection.status is CollectionStatus.FAILED
    assert collection.reason is not None
    assert "reference/kev_entry.yaml: the rows do not have the checksum" in collection.reason.en
    assert "已被改动" in collection.reason.zh
    assert collection.affected == ("kev_entry",)
    assert "kev_entry" in collection.kinds
    assert staged(tmp_path, "kev_entry") == []
    assert summary(tmp_path, "kev_entry")["intact"] is False
    assert collection.records["incident_category"] == 10


def test_a_file_of_another_set_is_a_failure(tmp_path: Path, run: Run) -> None:
    put(tmp_path, "kev_entry", [ENTRY]).rename(tmp_path / "reference/ssvc_decision.yaml")
    collection = run()
    assert (collection.status, collection.affected) == (CollectionStatus.FAILED, ("ssvc_decision",))


def test_a_line_that_is_no_row_is_a_failure_though_the_checksum_fits(tmp_path: Path, run: Run) -> None:
    path = put(tmp_path, "kev_entry", [ENTRY])
    sealed = put(tmp_path, "other", [ENTRY])
    sealed.unlink()
    import hashlib

    body = b'- {"cve": "CVE-2026-10001"\n'
    head = path.read_text().split("sha256:")[0]
    path.write_bytes(f'{head}sha256: "{hashlib.sha256(body).hexdigest()}"\nrows:\n'.encode() + body)
    collection = run()
    assert (collection.status, collection.affected) == (CollectionStatus.FAILED, ("kev_entry",))
    assert collection.reason is not None
    assert "kev_entry.yaml:" in collection.reason.en


def test_when_the_folder_was_looked_at_may_be_said(tmp_path: Path, run: Run) -> None:
    run(observed_at="2026-06-30 07:30")
    assert summary(tmp_path, "kev_entry")["_observed_at"] == "2026-06-29 23:30:00.000000"


def test_a_time_that_is_none_is_a_failure(tmp_path: Path, run: Run) -> None:
    assert run(observed_at="some morning").status is CollectionStatus.FAILED


def test_without_it_the_folder_is_looked_at_now(tmp_path: Path, run: Run) -> None:
    before = datetime.now(UTC).replace(tzinfo=None)
    run()
    seen = datetime.fromisoformat(summary(tmp_path, "kev_entry")["_observed_at"])
    assert before <= seen <= datetime.now(UTC).replace(tzinfo=None)
