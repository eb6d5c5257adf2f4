"""XCCDF and ARF: recorded, and written by the real OpenSCAP in the test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.collectors.scans.reading import RECORDED, items, reasons, records
from tests.servers.audits import Audited, audit, write_project
from tests.servers.running import needs, program

from hiscomply.hookspecs import CollectFailed

CONTENT = Path(__file__).parent / "content"
RULE = "xccdf_example.hospital_rule_"
MIXED = RECORDED / "openscap-mixed" / "arf.xml"
NOTHING = RECORDED / "openscap-nothing-applicable" / "results.xml"

scap = needs("oscap", package="openscap-scanner")


def scanned(folder: Path, profile: str) -> int:
    """OpenSCAP's own exit code; its results are in ``folder/inbox``."""
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [program("oscap"), "xccdf", "eval", "--profile", f"xccdf_example.hospital_profile_{profile}",
         "--results-arf", str(folder / "inbox" / f"{profile}.xml"), "ward-xccdf.xml"],
        cwd=CONTENT, capture_output=True,
    )  # fmt: skip
    return done.returncode


def audited(folder: Path, *policies: str, extra: str = "", register: str = "") -> Audited:
    collect = (
        "  - {collector: scans, name: baseline, path: inbox/*.xml, kinds: [config_result, scan], asset_id: PC-7"
        + extra
        + "}\n"
        + register
    )
    return audit(write_project(folder, collect), policies)


def test_results_that_say_nothing_become_no_pass() -> None:
    found = records(items(MIXED), "config_result", "rule_id")
    assert {name.removeprefix(RULE): one.get("pass") for name, one in found.items()} == {
        "accounts_listed": True,
        "banner_present": False,
        "asked_by_hand": None,
    }
    assert "pass" not in found[f"{RULE}asked_by_hand"]


def test_a_scan_counts_what_it_selected_and_what_it_evaluated() -> None:
    (scan,) = records(items(MIXED), "scan", "asset_id").values()
    assert (scan["asset_id"], scan["rules_selected"], scan["rules_evaluated"]) == ("ward-pc-07", 4, 2)
    assert (scan["type"], scan["tool"]) == ("configuration", "openscap 1.3.7")
    assert "done_at" in scan


def test_a_scan_that_evaluated_nothing_was_never_done() -> None:
    found = items(NOTHING)
    (scan,) = records(found, "scan", "asset_id").values()
    assert (scan["rules_selected"], scan["rules_evaluated"]) == (1, 0)
    assert "done_at" not in scan
    assert "none gave a verdict (1 notapplicable, 4 notselected)" in reasons(found, "config_result")[0]
    assert reasons(found, "scan") == ["this scan examined nothing"]


def test_an_older_scan_gives_no_findings_beside_a_newer_one(tmp_path: Path) -> None:
    old = MIXED.read_text().replace('end-time="2026-', 'end-time="2025-')
    (tmp_path / "both.xml").write_text(old)
    assert records(items(tmp_path / "both.xml"), "config_result", "rule_id")
    found = items(MIXED, tmp_path / "both.xml")
    assert len(records(found, "scan", "id")) == 2
    times = {one["checked_at"].year for one in records(found, "config_result", "rule_id").values()}
    assert times == {2026}


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">]>', "document type"),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "document type"),
        ('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "document type"),
    ],
)
def test_a_bomb_is_refused_before_it_is_expanded(tmp_path: Path, declared: str, told: str) -> None:
    file = tmp_path / "bomb.xml"
    file.write_text(f"<?xml version='1.0'?>{declared}<Benchmark/>")
    with pytest.raises(CollectFailed, match=told):
        items(file)


def test_a_file_that_was_cut_off_says_at_which_line(tmp_path: Path) -> None:
    whole = MIXED.read_bytes()
    (tmp_path / "cut.xml").write_bytes(whole[: whole.index(b"</TestResult>") - 20])
    with pytest.raises(CollectFailed, match="broken or cut off at line"):
        items(tmp_path / "cut.xml")


def test_content_to_scan_with_is_no_result() -> None:
    with pytest.raises(CollectFailed, match="content to scan with"):
        items(CONTENT / "ward-xccdf.xml")
    with pytest.raises(CollectFailed, match="'oval_definitions', which is neither"):
        items(CONTENT / "ward-oval.xml")


def test_utf_16_xml_is_read_as_it_declares(tmp_path: Path) -> None:
    text = MIXED.read_text().replace('encoding="UTF-8"', 'encoding="UTF-16"', 1)
    (tmp_path / "wide.xml").write_bytes(text.encode("utf-16"))
    assert records(items(tmp_path / "wide.xml"), "config_result", "rule_id")


@scap
def test_a_failed_rule_is_found_by_a_policy_in_what_openscap_just_wrote(tmp_path: Path) -> None:
    assert scanned(tmp_path, "all") == 2
    done = audited(tmp_path, "configuration_baseline_score_met")
    assert done.collections["baseline"].status == "ok"
    assert (done.code, done.policy("configuration_baseline_score_met")["verdict"]) == (1, "fail")


@scap
def test_openscap_s_success_with_nothing_evaluated_stays_unknown(tmp_path: Path) -> None:
    assert scanned(tmp_path, "elsewhere") == 0
    done = audited(tmp_path, "configuration_baseline_score_met")
    assert done.collections["baseline"].status == "partial"
    assert (done.code, done.policy("configuration_baseline_score_met")["verdict"]) == (3, "unknown")
