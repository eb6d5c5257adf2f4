"""Nessus and Greenbone, and what can be wrong with any file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.collectors.scans.reading import FALLBACK, RECORDED, items, reasons, records
from tests.servers.audits import assert_nowhere, audit, write_project

from hiscomply.hookspecs import CollectFailed
from hiscomply_scans import fetch

NESSUS = RECORDED / "nessus-by-hand" / "report.csv"
GREENBONE = RECORDED / "greenbone-by-hand" / "report.csv"
CANARIES = ("Canary-Account", "Canary-Pw-7731", "欧阳测试", "11010519491231002X")


def test_nessus_tells_who_was_logged_in_to_and_leaves_the_rest_unknown() -> None:
    scans = records(items(NESSUS), "scan", "asset_id")
    assert {name: one.get("authenticated") for name, one in scans.items()} == {
        "his-db-01": True,
        "his-web-01": False,
        "lis-app-01": None,
    }
    assert "done_at" not in scans["lis-app-01"]
    assert scans["his-db-01"]["done_at"].isoformat() == "2026-06-27T17:50:10+00:00"
    assert scans["his-web-01"]["done_at"].isoformat() == "2026-06-27T18:20:10+00:00"


@pytest.mark.parametrize(("plugin", "authenticated"), [("110385", None), ("104410", False), ("21745", False)])
def test_nessus_says_yes_though_a_login_failed_or_had_too_few_rights(
    tmp_path: Path, plugin: str, authenticated: bool | None
) -> None:
    row = f'"{plugin}","","","None","his-db-01","tcp","22","n","s","d","n/a","","",""\n'
    (tmp_path / "report.csv").write_text(NESSUS.read_text(encoding="utf-8") + row, encoding="utf-8")
    scans = records(items(tmp_path / "report.csv"), "scan", "asset_id")
    assert scans["his-db-01"].get("authenticated") is authenticated


@pytest.mark.parametrize(
    ("zone", "done_at"),
    [
        ("", "2026-06-27T17:50:10"),
        ("UTC", "2026-06-28T01:50:10"),
        ("-03", "2026-06-28T04:50:10"),
        ("+0530", "2026-06-27T20:20:10"),
        ("EDT (UTC -04:00)", "2026-06-28T05:50:10"),
        ("(UTC +99:00)", None),
    ],
)
def test_nessus_times_are_in_the_zone_that_they_name(tmp_path: Path, zone: str, done_at: str | None) -> None:
    text = NESSUS.read_text(encoding="utf-8").replace("1:30 (UTC +08:00)", f"1:30 {zone}".strip())
    (tmp_path / "report.csv").write_text(text, encoding="utf-8")
    scan = records(items(tmp_path / "report.csv"), "scan", "asset_id")["his-db-01"]
    assert (scan["done_at"].isoformat()[:19] if "done_at" in scan else None) == done_at


def test_nessus_rows_of_risk_none_are_no_vulnerability() -> None:
    found = records(items(NESSUS), "vuln", "cve")
    assert {name: (one["asset_id"], one["severity"], one["cvss"]) for name, one in found.items()} == {
        "nessus:51192": ("his-db-01", "medium", 6.5),
        "CVE-2026-1001": ("his-db-01", "critical", 9.8),
        "CVE-2026-1002": ("his-db-01", "critical", 9.8),
        "CVE-1999-0524": ("his-web-01", "low", 2.1),
    }


def test_nessus_without_the_plugin_about_the_scan_has_no_time(tmp_path: Path) -> None:
    text = NESSUS.read_text(encoding="utf-8").replace('"19506"', '"19507"')
    (tmp_path / "report.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CollectFailed, match="does not say when"):
        items(tmp_path / "report.csv")
    scans = records(items(tmp_path / "report.csv", fallback=FALLBACK), "scan", "asset_id")
    assert not any("authenticated" in one or "done_at" in one for one in scans.values())


def test_greenbone_s_logins_and_severities() -> None:
    found = items(GREENBONE, assets={"192.0.2.32": "LIS-2"})
    scans = records(found, "scan", "asset_id")
    assert {name: one.get("authenticated") for name, one in scans.items()} == {
        "his-db-01": True,
        "LIS-2": None,
        "pacs-01": False,
    }
    assert scans["his-db-01"]["done_at"].isoformat() == "2026-06-27T18:14:09+00:00"
    severities = {name: one["severity"] for name, one in records(found, "vuln", "cve").items()}
    assert severities == {
        "CVE-2026-1001": "critical",
        "CVE-2026-1002": "critical",
        "nvt:1.3.6.1.4.1.25623.1.0.900002": "medium",
        "nvt:1.3.6.1.4.1.25623.1.0.80091": "low",
    }


def test_what_somebody_called_a_false_positive_in_greenbone_is_still_there(tmp_path: Path) -> None:
    text = GREENBONE.read_text(encoding="utf-8").replace("9.8,High", "-1.0,False Positive")
    (tmp_path / "report.csv").write_text(text, encoding="utf-8")
    found = items(tmp_path / "report.csv")
    vulnerabilities = records(found, "vuln", "cve")
    assert set(vulnerabilities) == set(records(items(GREENBONE), "vuln", "cve"))
    assert not {"severity", "cvss"} & set(vulnerabilities["CVE-2026-1001"])
    assert not reasons(found)


def test_an_unknown_severity_is_set_aside(tmp_path: Path) -> None:
    text = NESSUS.read_text(encoding="utf-8").replace('"Critical"', '"Catastrophic"')
    (tmp_path / "report.csv").write_text(text, encoding="utf-8")
    assert reasons(items(tmp_path / "report.csv"), "vuln") == ["an unknown value of Risk"] * 2


def test_one_asset_id_cannot_stand_for_two_hosts() -> None:
    with pytest.raises(CollectFailed, match="about several systems"):
        items(NESSUS, asset_id="one")


def test_two_addresses_of_one_asset_in_one_file_stand_side_by_side(tmp_path: Path) -> None:
    one, other = items(NESSUS), items(NESSUS, assets={"his-db-01": "HIS", "his-web-01": "HIS"})
    assert set(records(other, "vuln", "cve")) == set(records(one, "vuln", "cve"))
    again = items(NESSUS, NESSUS, assets={"his-db-01": "HIS", "his-web-01": "HIS"})
    assert len([one for one in again if one.kind == "vuln"]) == len(records(one, "vuln", "cve"))
    text = GREENBONE.read_text(encoding="utf-8").replace(",pacs-01,", ",his-db-01,")
    (tmp_path / "report.csv").write_text(text, encoding="utf-8")
    assert set(records(items(tmp_path / "report.csv"), "vuln", "cve")) == set(
        records(items(GREENBONE), "vuln", "cve")
    )


HEADER = NESSUS.read_bytes().split(b"\n")[0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (HEADER + b"\n", "which hosts were scanned is not known"),
        (NESSUS.read_bytes()[:-30], "cut off"),
        (NESSUS.read_bytes()[: NESSUS.read_bytes().index(b"Nessus version")], "cut off"),
        (NESSUS.read_text(encoding="utf-8").encode("utf-16"), "UTF-16"),
        (NESSUS.read_text(encoding="utf-8").encode("gb18030"), "not UTF-8"),
        (b"name,age\nx,1\n", "it begins with: name, age"),
        (b"PK\x03\x04\x00\x00\x00\x00", "it begins with: 50 4b 03 04"),
        (b"<html><body>login</body></html>", "'html', which is neither"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_was_seen(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "any").write_bytes(data)
    with pytest.raises(CollectFailed, match=told):
        items(tmp_path / "any")


@pytest.mark.parametrize("start", [b"{", b"<", HEADER])
def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, start: bytes) -> None:
    file = tmp_path / "huge"
    file.write_bytes(start)
    os.truncate(file, fetch.MAX_BYTES + 1)
    with pytest.raises(CollectFailed, match="larger than"):
        items(file)


REGISTER = (
    "  - {collector: records, name: register, path: assets.jsonl, kinds: [asset], "
    'observed_at: "2026-06-30T07:00:00+08:00"}\n'
)


def with_register(folder: Path, *names: str) -> None:
    lines = [
        f'{{"kind": "asset", "id": "{name}", "class": "server", "tier": 1, "internet_exposed": false}}'
        for name in names
    ]
    end = f'{{"kind": "_end", "records": {len(names)}}}'
    (folder / "assets.jsonl").write_text("\n".join([*lines, end]) + "\n")


def test_a_host_without_a_login_fails_and_one_without_a_word_is_unknown(tmp_path: Path) -> None:
    with_register(tmp_path, "his-db-01", "his-web-01", "lis-app-01")
    (tmp_path / "report.csv").write_bytes(NESSUS.read_bytes())
    scans = "  - {collector: scans, name: nessus, path: '*.csv', kinds: [vuln, scan], scan_type: internal}\n"
    project = write_project(tmp_path, scans + REGISTER)
    done = audit(project, ["authenticated_scan_done"], "--as-of", "2026-06-30T08:00")
    assert done.collections["nessus"].status == "ok"
    assert done.policy("authenticated_scan_done")["verdict"] == "fail"
    assert_nowhere(CANARIES, tmp_path / ".hiscomply", done.out, done.err)


def test_a_cut_off_file_costs_its_own_target_only(tmp_path: Path) -> None:
    with_register(tmp_path, "his-db-01")
    (tmp_path / "cut.csv").write_bytes(NESSUS.read_bytes()[:-30])
    (tmp_path / "good.csv").write_bytes(GREENBONE.read_bytes())
    target = "  - {{collector: scans, name: {0}, path: {0}.csv, kinds: [vuln, scan], scan_type: internal}}\n"
    project = write_project(tmp_path, target.format("cut") + target.format("good") + REGISTER)
    done = audit(project, ["core_vulnerabilities_fixed_by_deadline"], "--as-of", "2026-06-30T08:00")
    assert done.collections["good"].status == "ok"
    assert done.collections["cut"].status == "failed"
    assert "cut off" in done.collections["cut"].reason.en
    assert done.code == 3


def test_a_kind_that_no_file_tells_of_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_bytes(NESSUS.read_bytes())
    line = "  - {collector: scans, name: nessus, path: report.csv, kinds: [scan, config_result]}\n"
    done = audit(write_project(tmp_path, line), ["configuration_baseline_score_met"])
    assert done.collections["nessus"].affected == ("config_result",)
    assert done.policy("configuration_baseline_score_met")["verdict"] == "unknown"
