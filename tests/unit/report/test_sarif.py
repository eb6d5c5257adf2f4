from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from tests.unit.report.factory import HOSTILE, audit_result
from tests.unit.report.sarif_files import SCHEMA, run_of, write

from hiscomply.model import AuditResult, Finding, FindingGroup, State, Text, Verdict
from hiscomply.report.messages import reason_text, render_message
from hiscomply.report.sarif import GithubSarifReporter, SarifReporter
from hiscomply.report.sarif.identity import ResultGuids, guid_of
from hiscomply.report.sarif.rules import build_rules
from hiscomply.report.sarif.sentence import Sentences


@pytest.fixture(scope="module")
def result() -> AuditResult:
    return audit_result()


@pytest.fixture(scope="module")
def run(result: AuditResult, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run_of(write(result, tmp_path_factory.mktemp("sarif")))


def only(result: AuditResult, *findings: Finding, **changes: Any) -> AuditResult:
    """The audit with nothing but these findings, and no groups or summaries."""
    policies = tuple(
        replace(item, passed=0, not_applicable=0, groups=(), verdict=Verdict.PASS) for item in result.policies
    )
    changes = {
        "policies": policies,
        "findings": lambda: iter(findings),
        "findings_count": len(findings),
    } | changes
    return replace(result, **changes)


def first_failure(result: AuditResult) -> Finding:
    return next(item for item in result.findings() if item.verdict is Verdict.FAIL)


def one_result(result: AuditResult, folder: Path, **changes: Any) -> dict[str, Any]:
    finding = replace(first_failure(result), **changes)
    (got,) = run_of(write(only(result, finding), folder))["results"]
    return dict(got)


def test_the_schema_is_the_one_of_the_standard_unchanged() -> None:
    assert (
        sha256(SCHEMA.read_bytes()).hexdigest()
        == "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["plain", "hostile", "clean", "empty"])
def test_every_log_is_valid(kind: str, language: str, tmp_path: Path) -> None:
    audits = {
        "plain": audit_result(findings=300),
        "hostile": audit_result(findings=300, is_hostile=True),
        "clean": audit_result(is_clean=True),
        "empty": audit_result(policies=0, findings=0),
    }
    got = run_of(write(audits[kind], tmp_path, language))
    assert got["language"] == {"zh": "zh-CN", "en": "en-US"}[language]
    assert len(got["taxonomies"][0]["taxa"]) == 43


def test_a_kind_other_than_fail_never_has_a_level(run: dict[str, Any]) -> None:
    levels = {(item["kind"], item["level"]) for item in run["results"]}
    assert levels == {
        ("fail", "error"),
        ("fail", "warning"),
        ("fail", "note"),
        ("open", "none"),
        ("pass", "none"),
        ("notApplicable", "none"),
    }


def test_each_verdict_becomes_its_kind_and_passes_are_one_line_a_policy(
    result: AuditResult, run: dict[str, Any]
) -> None:
    kinds = Counter(item["kind"] for item in run["results"])
    verdicts = Counter(item.verdict for item in result.findings())
    assert kinds["fail"] == verdicts[Verdict.FAIL]
    assert kinds["open"] == verdicts[Verdict.UNKNOWN]
    assert kinds["pass"] == sum(policy.passed > 0 for policy in result.policies)
    assert kinds["notApplicable"] == sum(policy.not_applicable > 0 for policy in result.policies)


def test_a_policy_that_found_nothing_to_judge_is_open_and_not_silent(
    result: AuditResult, tmp_path: Path
) -> None:
    policy = result.policies[0]
    bare = replace(
        policy, verdict=Verdict.UNKNOWN, passed=0, failed=0, unknown=0, not_applicable=0, groups=()
    )
    (got,) = run_of(write(only(result, policies=(bare,)), tmp_path))["results"]
    assert (got["ruleId"], got["kind"], got["level"]) == (policy.info.id, "open", "none")


def test_results_point_at_their_rule(run: dict[str, Any]) -> None:
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert {item["ruleId"] for item in run["results"]} <= set(ids)
    assert all(ids[item["ruleIndex"]] == item["ruleId"] for item in run["results"])


def test_rules_say_what_a_platform_needs(result: AuditResult, run: dict[str, Any]) -> None:
    info = result.policies[0].info
    rule = run["tool"]["driver"]["rules"][0]
    taxa = {name["name"]: {taxon["id"] for taxon in name["taxa"]} for name in run["taxonomies"]}
    assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", rule["name"])
    assert rule["properties"]["title.zh"] == info.title.zh
    assert rule["properties"]["title.en"] == info.title.en
    assert rule["properties"]["security-severity"] in ("9.5", "8.0", "5.0", "2.0")
    assert len(rule["properties"]["tags"]) == len(set(rule["properties"]["tags"])) <= 20
    assert info.condition in rule["help"]["text"]
    assert rule["properties"]["parameters"][0]["strength"] == info.parameters[0].source.strength
    for relation in rule["relationships"]:
        assert relation["target"]["id"] in taxa[relation["target"]["toolComponent"]["name"]]


@pytest.mark.parametrize(
    ("language", "ref"), [("zh", "8.1.4.2 c，自三级起"), ("en", "8.1.4.2 c, from level 3")]
)
def test_rules_say_the_sources_of_their_numbers_in_the_language_of_the_report(
    result: AuditResult, language: str, ref: str
) -> None:
    rule = next(one for one in build_rules(result, language) if "MLPS" in str(one.help))
    assert rule.properties["parameters"][0]["source"] == f"MLPS {ref}"
    assert f"(MLPS {ref}, " in rule.help.text


def test_each_framework_is_a_taxonomy_with_each_of_its_controls_once(
    result: AuditResult, run: dict[str, Any]
) -> None:
    taxa = {one["name"]: [taxon["id"] for taxon in one["taxa"]] for one in run["taxonomies"]}
    names = {"mlps": "GB/T 22239", "hipaa": "45 CFR 164", "nist": "NIST SP 800-53"} | {
        "iso": "ISO/IEC 27001",
        "cis": "CIS Controls",
    }
    assert list(taxa) == ["医疗行业信息系统运维管理规范", *names.values()]
    for framework, name in names.items():
        wanted = {id_ for clause in result.clauses for id_ in clause.crosswalk[framework]}
        assert sorted(taxa[name]) == sorted(wanted)
    references = run["tool"]["driver"]["supportedTaxonomies"]
    assert [one["name"] for one in references] == list(taxa)
    assert len({one["guid"] for one in references}) == 6


def test_controls_stand_in_the_order_of_their_numbers(run: dict[str, Any]) -> None:
    nist = next(one for one in run["taxonomies"] if one["name"] == "NIST SP 800-53")
    ids = [taxon["id"] for taxon in nist["taxa"]]
    assert ids.index("AC-2") < ids.index("AC-2(3)") < ids.index("AC-5")
    assert "XX-1" not in ids
    assert nist["taxa"][ids.index("AC-2")]["properties"]["clauses"] == ["4.3.1"]


def test_a_rule_is_related_to_the_controls_of_its_clauses_and_to_no_other(
    result: AuditResult, run: dict[str, Any]
) -> None:
    clauses = {clause.id: clause for clause in result.clauses}
    for policy, rule in zip(result.policies, run["tool"]["driver"]["rules"], strict=True):
        related = [relation["target"]["id"] for relation in rule["relationships"]]
        wanted = [
            id_ for name in policy.info.clauses for ids in clauses[name].crosswalk.values() for id_ in ids
        ]
        assert related == [*policy.info.clauses, *wanted]


def test_a_result_falls_under_the_clauses_of_its_policy(result: AuditResult, run: dict[str, Any]) -> None:
    clauses = {policy.info.id: list(policy.info.clauses) for policy in result.policies}
    for item in run["results"]:
        assert [taxon["id"] for taxon in item["taxa"]] == clauses[item["ruleId"]]
        assert {taxon["toolComponent"]["name"] for taxon in item["taxa"]} == {"医疗行业信息系统运维管理规范"}


def test_a_rule_never_has_more_tags_than_github_takes(result: AuditResult, tmp_path: Path) -> None:
    policy = result.policies[0]
    clauses = tuple(f"9.{n}" for n in range(60)) * 2
    wide = replace(policy, info=replace(policy.info, clauses=clauses))
    rule = run_of(write(only(result, policies=(wide,)), tmp_path))["tool"]["driver"]["rules"][0]
    assert len(rule["properties"]["tags"]) == 20


def test_a_place_in_a_file_of_the_project_is_relative_to_it(result: AuditResult, tmp_path: Path) -> None:
    got = one_result(result, tmp_path, source="配置/a b.conf", line=3, column=7)
    place = got["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "%E9%85%8D%E7%BD%AE/a%20b.conf", "uriBaseId": "PROJECT"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert place["logicalLocations"][0]["fullyQualifiedName"] == first_failure(result).subject


@pytest.mark.parametrize(
    ("source", "line", "uri"),
    [
        ("/etc/ssh/sshd_config", 3, "file:///etc/ssh/sshd_config"),
        ("C:\\HIS\\app.ini", 3, "file:///C:/HIS/app.ini"),
        ("file:///etc/passwd", None, "file:///etc/passwd"),
        ("ssh://db01/etc/ssh/sshd_config", 3, "ssh://db01/etc/ssh/sshd_config"),
        ("a:b/100%.ini", None, "a%3Ab/100%25.ini"),
        ("./x/../y.conf", None, "y.conf"),
    ],
)
def test_sources_that_are_files_have_a_uri(
    source: str, line: int | None, uri: str, result: AuditResult, tmp_path: Path
) -> None:
    got = one_result(result, tmp_path, source=source, line=line)
    assert got["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)//x", "ldap://dc01/ou=x", "data:text/html,x", "", None]
)
def test_sources_that_are_no_files_become_no_link(
    source: str | None, result: AuditResult, tmp_path: Path
) -> None:
    got = one_result(result, tmp_path, source=source, line=3)
    assert "physicalLocation" not in got["locations"][0]
    assert got["properties"].get("source") == (source or None)


@pytest.mark.parametrize(
    ("line", "column", "region"),
    [
        (None, None, None),
        (0, 4, None),
        (-1, 1, None),
        (5, 0, {"startLine": 5}),
        (5, None, {"startLine": 5}),
        (None, 4, None),
        (1, 1, {"startLine": 1, "startColumn": 1}),
    ],
)
def test_only_positions_from_1_are_told(
    line: int | None, column: int | None, region: dict[str, int] | None, result: AuditResult, tmp_path: Path
) -> None:
    got = one_result(result, tmp_path, source="a.conf", line=line, column=column)
    assert got["locations"][0]["physicalLocation"].get("region") == region


def test_history_of_a_finding_is_told(result: AuditResult, tmp_path: Path) -> None:
    finding = first_failure(result)
    got = one_result(result, tmp_path, state=State.UPDATED, waiver=None)
    assert got["baselineState"] == "updated"
    assert got["partialFingerprints"] == {
        "hiscomply/v1": finding.fingerprint,
        "hiscomply/values/v1": got["partialFingerprints"]["hiscomply/values/v1"],
    }
    assert got["provenance"]["firstDetectionTimeUtc"] == finding.first_seen.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert "suppressions" not in got


def test_a_first_run_has_no_baseline(result: AuditResult, tmp_path: Path) -> None:
    first = replace(result, run=replace(result.run, previous=None))
    got = run_of(write(first, tmp_path))
    assert "baselineGuid" not in got
    assert not any("baselineState" in item for item in got["results"])


def test_the_baseline_is_the_guid_of_the_run_before(
    result: AuditResult, run: dict[str, Any], tmp_path: Path
) -> None:
    before = replace(result, run=replace(result.run, id=str(result.run.previous), previous=None))
    assert run_of(write(before, tmp_path))["automationDetails"]["guid"] == run["baselineGuid"]


def test_a_waived_finding_stays_and_is_suppressed(result: AuditResult, tmp_path: Path) -> None:
    waiver = result.waivers[0]
    (suppression,) = one_result(result, tmp_path, waiver=waiver.id)["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == waiver.reason
    assert suppression["properties"]["approved_by"] == waiver.approved_by


def test_a_finding_whose_policy_is_gone_is_still_written(result: AuditResult, tmp_path: Path) -> None:
    got = one_result(result, tmp_path, policy_id="retired_policy", state=State.ABSENT)
    assert (got["ruleId"], got["baselineState"]) == ("retired_policy", "absent")
    assert "ruleIndex" not in got


def test_guids_are_unique_and_follow_from_content(
    result: AuditResult, run: dict[str, Any], tmp_path: Path
) -> None:
    guids = [item["guid"] for item in run["results"] if item["ruleId"] and "partialFingerprints" in item]
    prints = [
        item["partialFingerprints"]["hiscomply/v1"]
        for item in run["results"]
        if "partialFingerprints" in item
    ]
    assert len(set(guids)) == len(set(prints))
    expected = str(uuid5(UUID(guid_of(result.run.id)), prints[0]))
    assert ResultGuids(result.run.id).of(prints[0]) == expected == guids[0]


def test_the_same_audit_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        SarifReporter().write(audit_result(findings=200), tmp_path / name, "zh")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_messages_are_those_of_every_other_report(language: str, result: AuditResult) -> None:
    infos = {policy.info.id: policy.info for policy in result.policies}
    zone = result.run.tz
    sentences = Sentences(tuple(infos.values()), language, zone)
    odd = {"subject": True, "seen": 1, "actual": "-1 day", "n": None}
    findings = [*result.findings(), replace(first_failure(result), values=odd)]
    findings.append(replace(first_failure(result), values={}))
    for finding in findings:
        told = render_message(infos[finding.policy_id], finding, language, zone)
        said = sentences.of(finding)
        assert said.startswith(told)
        assert said.endswith(("。", "."))
        assert reason_text(finding, language) in said


@pytest.mark.parametrize(
    ("language", "subject_kind", "told"),
    [
        ("zh", "", "三级甲等 85.3% 备份与恢复（backup） 计算（compute）、linux。"),
        ("zh", "setting", "三级甲等 85.3% backup 计算（compute）、linux。"),
        ("en", "", "tertiary grade-A 85.3% backup compute, linux."),
    ],
)
def test_shares_and_choices_read_as_in_every_other_report(
    language: str, subject_kind: str, told: str, result: AuditResult
) -> None:
    failure = replace(
        first_failure(result),
        values={
            "level": "tertiary_a",
            "share_met": 0.8532,
            "value": "backup",
            "topics": ["compute", "linux"],
        },
    )
    template = "{level} {share_met} {value} {topics}"
    info = next(policy.info for policy in result.policies if policy.info.id == failure.policy_id)
    info = replace(info, message=Text(template, template), subject_kind=subject_kind)
    assert Sentences((info,), language, result.run.tz).of(failure) == told
    assert told.startswith(render_message(info, failure, language, result.run.tz))


def test_evidence_cannot_plant_a_link_or_flood_a_message(result: AuditResult, tmp_path: Path) -> None:
    evil = {"subject": "[click](javascript:alert(1)) %s %(x)s {0}", "seen": "A" * 100_000, "actual": ""}
    text = one_result(result, tmp_path, values=evil)["message"]["text"]
    assert "](" not in text
    assert "%s %(x)s {0}" in text
    assert len(text) < 2_100


def test_hostile_characters_survive_as_text(result: AuditResult, tmp_path: Path) -> None:
    got = one_result(result, tmp_path, subject=HOSTILE + "\ud800 \u2028", pointer="\x00\x7f")
    name = got["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    assert name == HOSTILE + "? \u2028"
    assert got["properties"]["pointer"] == "\x00\x7f"


def test_no_folder_of_the_machine_is_told(result: AuditResult, tmp_path: Path) -> None:
    policy = result.policies[0]
    installed = "/srv/venv/lib/hiscomply/_pack/policies/4.3/x/policy.yaml"
    moved = replace(policy, info=replace(policy.info, file=installed))
    command = ("/srv/venv/bin/hiscomply", "audit")
    secretive = only(result, policies=(moved,), run=replace(result.run, command=command))
    write(secretive, tmp_path)
    text = (tmp_path / "findings.sarif").read_text(encoding="utf-8")
    assert "/srv/" not in text
    assert "4.3/x/policy.yaml" in text


def test_the_invocation_says_when_how_and_what_was_not_seen(result: AuditResult, run: dict[str, Any]) -> None:
    (invocation,) = run["invocations"]
    assert invocation["startTimeUtc"] == "2026-06-30T00:00:04.000Z"
    assert invocation["endTimeUtc"] == "2026-06-30T00:03:21.000Z"
    assert invocation["commandLine"] == "hiscomply audit hospital --profile tertiary"
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (1, False)
    notices = invocation["toolExecutionNotifications"]
    levels = Counter(item["level"] for item in notices if item["descriptor"]["id"] == "collection_not_ok")
    assert levels == {"error": 3, "warning": 2}
    texts = " ".join(item["message"]["text"] for item in notices)
    assert all(text.en in texts for text in result.quality)
    assert "4 more refused" in texts
    assert "connection refused (port 22). What rests on setting, package is not known." in texts
    assert all({"message.zh", "message.en"} <= set(item["properties"]) for item in notices)


def test_overridden_parameters_are_told(result: AuditResult, run: dict[str, Any]) -> None:
    overridden = [p for policy in result.policies for p in policy.info.parameters if p.is_overridden]
    notices = run["invocations"][0]["toolConfigurationNotifications"]
    assert len(notices) == len(overridden) > 0
    looser = sum(parameter.is_looser is True for parameter in overridden)
    assert sum(item["level"] == "warning" for item in notices) == looser


def test_a_clean_run_is_successful(tmp_path: Path) -> None:
    (invocation,) = run_of(write(audit_result(is_clean=True), tmp_path))["invocations"]
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (0, True)
    assert invocation["toolExecutionNotifications"] == []


@pytest.mark.parametrize("limit", [200, 500, 1_000, 1_800])
def test_beyond_the_limit_findings_are_folded_and_none_is_lost(
    limit: int, result: AuditResult, tmp_path: Path
) -> None:
    got = run_of(write(result, tmp_path, reporter=SarifReporter(max_results=limit)))
    assert len(got["results"]) <= limit
    counts = [item.get("occurrenceCount", 1) for item in got["results"] if item["kind"] in ("fail", "open")]
    assert sum(counts) == result.findings_count
    notices = got["invocations"][0]["toolExecutionNotifications"]
    (told,) = [item for item in notices if item["descriptor"]["id"] == "results_folded"]
    folded = sum(count for count in counts if count > 1)
    assert f"{folded:,} findings" in told["message"]["text"]


def test_within_the_limit_nothing_is_folded(run: dict[str, Any]) -> None:
    notices = run["invocations"][0]["toolExecutionNotifications"]
    assert [item for item in notices if item["descriptor"]["id"] == "results_folded"] == []


def test_findings_outside_every_group_that_find_no_room_are_counted(
    result: AuditResult, tmp_path: Path
) -> None:
    finding = first_failure(result)
    gone = [replace(finding, fingerprint=f"{n:064x}", state=State.ABSENT) for n in range(30)]
    got = run_of(write(only(result, *gone), tmp_path, reporter=SarifReporter(max_results=80)))
    left_out = 30 - len(got["results"])
    assert 0 < left_out < 30
    assert f"{left_out:,} findings are not in this file" in str(got["invocations"])


def test_a_folded_group_names_other_places_once(result: AuditResult, tmp_path: Path) -> None:
    finding = first_failure(result)
    policy = next(item for item in result.policies if item.info.id == finding.policy_id)
    other = replace(finding, subject="other")
    group = FindingGroup(policy.info.id, Verdict.FAIL, None, (), 500, 0, (finding, other, other))
    folded = only(
        result, policies=(replace(policy, passed=0, not_applicable=0, groups=(group,)),), findings_count=500
    )
    (got,) = run_of(write(folded, tmp_path, reporter=SarifReporter(max_results=10)))["results"]
    assert got["occurrenceCount"] == 500
    assert len(got["relatedLocations"]) == 1
    assert "500 subjects share this cause" in got["message"]["text"]


def test_github_gets_only_alerts_each_with_a_file(result: AuditResult, tmp_path: Path) -> None:
    got = run_of(write(result, tmp_path, reporter=GithubSarifReporter()))
    assert {item["kind"] for item in got["results"]} == {"fail", "open"}
    assert not any("suppressions" in item or item["baselineState"] == "absent" for item in got["results"])
    wanted = [f for f in result.findings() if f.waiver is None and f.state is not State.ABSENT]
    assert len(got["results"]) == len(wanted)


def test_github_sees_a_finding_without_a_file_at_the_project_file(
    result: AuditResult, tmp_path: Path
) -> None:
    finding = replace(first_failure(result), source="ldap://dc01/ou=x", waiver=None, state=State.NEW)
    (got,) = run_of(write(only(result, finding), tmp_path, reporter=GithubSarifReporter()))["results"]
    assert got["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "hiscomply.yaml"
    assert got["properties"]["source"] == "ldap://dc01/ou=x"


def test_a_hundred_thousand_findings_are_streamed(tmp_path: Path) -> None:
    big = audit_result(findings=100_000)
    path = tmp_path / "big.sarif"
    SarifReporter(max_results=None).write(big, path, "zh")
    with path.open(encoding="utf-8") as lines:
        written = sum('"hiscomply/v1"' in line for line in lines)
    assert written == big.findings_count
