"""Trivy and SARIF."""

from __future__ import annotations

import contextlib
import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.collectors.scans.reading import FALLBACK, RECORDED, items, reasons, records
from tests.servers.audits import audit, command, write_project

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record
from hiscomply_scans import parse_trivy
from hiscomply_scans.scan import About, newest

TRIVY = RECORDED / "trivy-by-hand" / "report.json"


def written(folder: Path, document: Any) -> Path:
    file = folder / "result.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def trivy(folder: Path, **changes: Any) -> Path:
    return written(folder, json.loads(TRIVY.read_text()) | changes)


def sarif(folder: Path, **run: Any) -> Path:
    whole = {"tool": {"driver": {"name": "Tool"}}, **run}
    return written(folder, {"version": "2.1.0", "runs": [whole]})


def open_items(path: Path) -> list[str]:
    return reasons(items(path, asset_id="a", fallback=FALLBACK), "vuln")


def test_trivy_s_vulnerabilities_carry_the_worst_figures_and_are_known_to_be_open() -> None:
    found = records(items(TRIVY, asset_id="his-app-01"), "vuln", "cve")
    assert set(found) == {"CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"}
    worst = found["CVE-2026-0001"]
    assert (worst["severity"], worst["cvss"], worst["fixed_at"]) == ("critical", 9.8, None)
    assert "severity" not in found["CVE-2026-0002"]
    assert "first_seen" not in worst


def test_a_vulnerability_that_trivy_was_told_to_ignore_is_still_there() -> None:
    assert records(items(TRIVY, asset_id="a"), "vuln", "cve")["CVE-2026-0003"]["severity"] == "high"


def test_a_misconfiguration_that_trivy_was_told_to_ignore_is_still_there(tmp_path: Path) -> None:
    ignored = {"Type": "misconfiguration", "Finding": {"ID": "DS001", "Status": "FAIL", "Severity": "HIGH"}}
    path = trivy(tmp_path, Results=[{"Class": "config", "ExperimentalModifiedFindings": [ignored]}])
    found = records(items(path, asset_id="a"), "config_result", "rule_id")["DS001"]
    assert (found["pass"], found["suppressed"]) == (False, True)


def test_reports_of_two_images_of_one_asset_do_not_replace_each_other(tmp_path: Path) -> None:
    def image(name: str, cve: str) -> Path:
        found = [{"VulnerabilityID": cve}] if cve else []
        result = {"Class": "os-pkgs", "Vulnerabilities": found}
        (tmp_path / cve).mkdir(exist_ok=True)
        return trivy(tmp_path / cve, ArtifactName=name, ArtifactType="container_image", Results=[result])

    names = ("registry:5000/a:1", "registry:5000/b:1", "registry:5000/a:2")
    paths = [image(name, f"CVE-2026-000{at}") for at, name in enumerate(names)]
    found = records(items(*paths, assets=dict.fromkeys(names, "HIS")), "vuln", "cve")
    assert set(found) == {"CVE-2026-0001", "CVE-2026-0002"}


def test_trivy_s_time_is_the_report_s_own() -> None:
    (scan,) = records(items(TRIVY, asset_id="a"), "scan", "asset_id").values()
    assert scan["done_at"].isoformat(timespec="seconds") == "2026-06-27T18:10:33+00:00"
    assert (scan["authenticated"], scan["past_support"]) == (True, False)
    assert "type" not in scan


def test_trivy_s_report_of_a_file_system_needs_the_asset_s_name() -> None:
    with pytest.raises(CollectFailed, match="say asset_id"):
        items(TRIVY)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Results": []}, "no packages were scanned"),
        ({"Results": [{"Class": "secret"}]}, "no packages were scanned"),
        ({"Results": [{"Class": "os-pkgs", "Vulnerabilities": {"a": 1}}]}, "cannot be read"),
        ({"Results": [{"Class": "os-pkgs", "Vulnerabilities": [1]}]}, "cannot be read"),
        ({"Results": [{"Class": "os-pkgs"}], "Metadata": {}}, "did not recognise"),
        ({"Results": [{"Class": "lang-pkgs"}]}, "Trivy may not support it"),
        (
            {
                "Results": [{"Class": "os-pkgs"}],
                "Metadata": {"OS": {"Family": "debian", "Name": "9", "EOSL": True}},
            },
            "past its support",
        ),
    ],
)
def test_no_vulnerability_listed_is_not_none_where_nothing_was_compared(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    (reason,) = open_items(trivy(tmp_path, **changes))
    assert told in reason


def test_no_vulnerability_listed_is_none_found_where_the_packages_were_compared(tmp_path: Path) -> None:
    assert not open_items(trivy(tmp_path, Results=[{"Class": "os-pkgs", "Type": "debian"}]))


@pytest.mark.parametrize(
    ("result", "type_", "authenticated"),
    [
        ({"Class": "os-pkgs", "Type": "debian"}, "internal", True),
        ({"Class": "config", "Misconfigurations": []}, "configuration", True),
        ({"Class": "lang-pkgs"}, "internal", None),
    ],
)
def test_a_look_at_the_configuration_alone_is_no_vulnerability_scan(
    tmp_path: Path, result: dict[str, Any], type_: str, authenticated: bool | None
) -> None:
    found = items(trivy(tmp_path, Results=[result]), asset_id="a", scan_type="internal")
    (scan,) = records(found, "scan", "asset_id").values()
    assert (scan["type"], scan.get("authenticated")) == (type_, authenticated)


def test_passed_checks_that_trivy_does_not_list_are_said(tmp_path: Path) -> None:
    result = {"Class": "config", "MisconfSummary": {"Successes": 21, "Failures": 0}}
    found = items(trivy(tmp_path, Results=[result]), asset_id="a")
    assert "21 passed checks are not listed" in reasons(found, "config_result")[0]


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectFailed, match="another SchemaVersion"):
        items(trivy(tmp_path, SchemaVersion=3), asset_id="a")


RESULTS = [
    {"ruleId": "kind-absent"},
    {"ruleId": "passed", "kind": "pass"},
    {"ruleId": "passed-once", "kind": "pass"},
    {"ruleId": "passed-once", "kind": "fail", "level": "error"},
    {"ruleId": "to-review", "kind": "review"},
    {"ruleId": "suppressed", "suppressions": [{"kind": "external"}]},
    {"ruleId": "suppressed-in-part", "suppressions": [{"kind": "external"}]},
    {"ruleId": "suppressed-in-part", "suppressions": []},
    {"ruleId": "suppression-refused", "suppressions": [{"kind": "external", "status": "rejected"}]},
    {"ruleId": "gone", "baselineState": "absent"},
    {"ruleId": "elsewhere", "kind": "notApplicable"},
]


def test_sarif_results_mean_what_the_standard_says(tmp_path: Path) -> None:
    found = records(
        items(sarif(tmp_path, results=RESULTS), asset_id="a", fallback=FALLBACK), "config_result", "rule_id"
    )
    assert {name: (one.get("pass"), one.get("suppressed")) for name, one in found.items()} == {
        "kind-absent": (False, None),
        "passed": (True, None),
        "passed-once": (False, None),
        "to-review": (None, None),
        "suppressed": (False, True),
        "suppressed-in-part": (False, False),
        "suppression-refused": (False, False),
    }
    assert (found["kind-absent"]["severity"], found["passed-once"]["severity"]) == ("medium", "high")


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ({}, "not determined"),
        ({"results": None}, "not determined"),
        ({"results": []}, "that is no pass"),
        ({"results": [None]}, "no objects"),
        (
            {"results": RESULTS, "invocations": [{"executionSuccessful": False}]},
            "did not run successfully",
        ),
        ({"results": RESULTS, "invocations": [{}]}, "did not run successfully"),
        (
            {
                "results": RESULTS,
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [{"level": "error", "message": {"text": "x"}}],
                    }
                ],
            },
            "1 errors of its own",
        ),
        (
            {"results": RESULTS, "externalPropertyFileReferences": {"results": [{"itemCount": 3}]}},
            "further files",
        ),
    ],
)
def test_a_sarif_run_that_may_be_incomplete_says_so(tmp_path: Path, run: dict[str, Any], told: str) -> None:
    (reason,) = open_items(sarif(tmp_path, **run))
    assert told in reason


def test_a_sarif_run_that_did_not_succeed_is_no_finished_scan(tmp_path: Path) -> None:
    for is_successful in (True, False):
        made = {"executionSuccessful": is_successful, "endTimeUtc": "2026-06-28T08:00:00Z"}
        found = items(sarif(tmp_path, results=RESULTS, invocations=[made]), asset_id="a", fallback=FALLBACK)
        (scan,) = records(found, "scan", "asset_id").values()
        assert ("done_at" in scan) is is_successful
        assert (reasons(found, "scan") == []) is is_successful


def test_a_rule_of_an_extension_has_the_extension_s_severity(tmp_path: Path) -> None:
    def rules(level: str) -> dict[str, Any]:
        return {"name": level, "rules": [{"id": "r", "defaultConfiguration": {"level": level}}]}

    tool = {"driver": rules("note"), "extensions": [rules("error")]}
    result = {"ruleId": "r", "rule": {"index": 0, "toolComponent": {"index": 0}}}
    found = items(sarif(tmp_path, tool=tool, results=[result]), asset_id="a", fallback=FALLBACK)
    assert records(found, "config_result", "rule_id")["r"]["severity"] == "high"


def test_runs_of_one_tool_do_not_replace_each_other(tmp_path: Path) -> None:
    def run(rule: str, **more: Any) -> dict[str, Any]:
        return {"tool": {"driver": {"name": "Tool"}}, "results": [{"ruleId": rule}], **more}

    (tmp_path / "other").mkdir()
    several = written(tmp_path, {"version": "2.1.0", "runs": [run("one"), run("two")]})
    other = sarif(tmp_path / "other", **run("three", automationDetails={"id": "python/1"}))
    found = items(several, other, asset_id="a", fallback=FALLBACK)
    assert set(records(found, "config_result", "rule_id")) == {"one", "two", "three"}


@pytest.mark.parametrize("kinds", [("fail", "pass"), ("pass", "fail"), ("fail", "open"), ("pass", "open")])
def test_runs_of_one_file_that_end_one_after_the_other_give_the_worse_result(
    tmp_path: Path, kinds: tuple[str, str]
) -> None:
    runs = [
        {
            "tool": {"driver": {"name": "Tool"}},
            "invocations": [{"executionSuccessful": True, "endTimeUtc": f"2026-06-2{day}T08:00:00Z"}],
            "results": [{"ruleId": "r", "kind": kind, "level": level}],
        }
        for day, kind, level in zip((1, 2), kinds, ("note", "error"), strict=True)
    ]
    found = items(written(tmp_path, {"version": "2.1.0", "runs": runs}), asset_id="a")
    (one,) = [item for item in found if item.kind == "config_result"]
    assert isinstance(one, Record)
    place = kinds.index("fail" if "fail" in kinds else "open")
    assert (one.fields.get("pass"), one.fields["severity"]) == (False if "fail" in kinds else None, "high")
    assert (one.pointer, one.observed_at) == (f"/runs/{place}/results/0", one.fields["checked_at"])
    assert one.observed_at is not None
    assert one.observed_at.day == 21 + place


def test_of_two_runs_that_pass_the_earlier_one_tells_how_fresh_it_is(tmp_path: Path) -> None:
    runs = [
        {
            "tool": {"driver": {"name": "Tool"}},
            "invocations": [{"executionSuccessful": True, "endTimeUtc": f"2026-06-2{day}T08:00:00Z"}],
            "results": [{"ruleId": "r", "kind": "pass"}, {"ruleId": "CVE-2026-0001"}],
        }
        for day in (3, 2)
    ]
    found = items(written(tmp_path, {"version": "2.1.0", "runs": runs}), asset_id="a")
    (rule,) = records(found, "config_result", "rule_id").values()
    (vulnerability,) = records(found, "vuln", "cve").values()
    assert (rule["checked_at"].day, vulnerability["last_seen"].day) == (22, 23)
    assert len([one for one in found if one.kind == "vuln"]) == 1


def test_a_sarif_rule_named_after_a_cve_is_a_vulnerability(tmp_path: Path) -> None:
    rules = [{"id": "CVE-2026-0007", "properties": {"security-severity": "7.5"}}]
    run = {"tool": {"driver": {"name": "T", "rules": rules}}, "results": [{"ruleIndex": 0}]}
    found = records(items(sarif(tmp_path, **run), asset_id="a", fallback=FALLBACK), "vuln", "cve")
    assert (found["CVE-2026-0007"]["severity"], found["CVE-2026-0007"]["cvss"]) == ("high", 7.5)


@pytest.mark.parametrize(
    "value", [None, 1, -1, "", "x", [], {}, [1], True, "0001-01-01T00:00:00+14:00", 10**400]
)
def test_no_shape_of_a_report_is_a_surprise(value: Any) -> None:
    document = json.loads(TRIVY.read_text())
    about = About("x", ZoneInfo("Asia/Shanghai"), fallback=FALLBACK, asset_id="a")
    for path in [one for one in places(document) if one]:
        changed = copy.deepcopy(document)
        holder = changed
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
        with contextlib.suppress(CollectFailed):
            assert list(newest(parse_trivy.parse(changed, about)))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def test_a_file_without_a_time_is_refused_unless_the_project_gives_one(tmp_path: Path) -> None:
    with pytest.raises(CollectFailed, match="does not say when the scan was made"):
        items(sarif(tmp_path, results=[]), asset_id="a")


@pytest.mark.parametrize(
    "document", [{"a": 1}, {"version": "2.1.0", "runs": []}, {"version": "2.0.0", "runs": [{}]}]
)
def test_other_json_is_refused(tmp_path: Path, document: Any) -> None:
    with pytest.raises(CollectFailed):
        items(written(tmp_path, document), asset_id="a", fallback=FALLBACK)


@pytest.mark.parametrize("data", [TRIVY.read_bytes()[:900], b"{" * 90_000, b'{"a": NaN}', b'{"a": "\xff"}'])
def test_broken_json_is_a_failure(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "broken.json").write_bytes(data)
    with pytest.raises(CollectFailed):
        items(tmp_path / "broken.json")


def test_what_hiscomply_and_ruff_write_is_read(tmp_path: Path) -> None:
    source = tmp_path / "src" / "etc" / "ssh"
    source.mkdir(parents=True)
    (source / "sshd_config").write_text("PermitRootLogin yes\n")
    assert command("check", str(tmp_path / "src"), "-o", f"sarif={tmp_path / 'own.sarif'}")[0] == 1
    (tmp_path / "demo.py").write_text("import os, sys\n")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E", "--output-format", "sarif"]
    said = subprocess.run([*ruff, str(tmp_path / "demo.py")], capture_output=True).stdout
    (tmp_path / "ruff.sarif").write_bytes(said)
    own = "  - {collector: scans, name: own, path: own.sarif, kinds: [config_result, scan], asset_id: H1}\n"
    ruff_target = (
        "  - {collector: scans, name: ruff, path: ruff.sarif, kinds: [config_result], asset_id: H2, "
        "observed_at: file time}\n"
    )
    done = audit(write_project(tmp_path, own + ruff_target), ["configuration_baseline_score_met"])
    assert [done.collections[name].status for name in ("own", "ruff")] == ["ok", "ok"]
    found = {(one["asset_id"], one["rule_id"]): one["pass"] for one in done.rows("config_result")}
    assert found["H1", "sshd_root_login_disabled"] is False
    assert found["H2", "E401"] is False
