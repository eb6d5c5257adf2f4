"""A hospital's audit as reports get it: every verdict, status, severity and state, made from a seed.

``audit_result()`` is a realistic month; ``audit_result(is_hostile=True)`` the same with evidence that attacks
whoever reads it; ``audit_result(policies=80, findings=100_000)`` a big one, whose findings are streamed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from tests.unit.report.factory_evidence import evidence
from tests.unit.report.factory_policies import KINDS_OF_TROUBLE, policy_info, severity_days

from hiscomply.model import (
    AuditResult,
    ClauseResult,
    ClauseStatus,
    Finding,
    FindingGroup,
    PolicyResult,
    RunInfo,
    State,
    Text,
    Verdict,
    Waiver,
)

AS_OF = datetime(2026, 6, 30, 0, 0, tzinfo=UTC)
HOSTILE = (
    "</script><script>alert(1)</script>\" onmouseover='alert(2)' \u202egnp.exe\x00\x1b[31m <!-- {{7*7}} ${x}"
)
STATES = (State.NEW, State.UNCHANGED, State.UPDATED, State.UNCHANGED, State.ABSENT)
TROUBLE = ("fail", "mixed", "unknown")


def audit_result(
    *,
    policies: int = 56,
    findings: int = 1_800,
    is_hostile: bool = False,
    is_clean: bool = False,
    groups: int = 2,
) -> AuditResult:
    """An audit of all 43 clauses.

    Args:
        policies: how many policies; clauses without one are 证据不足.
        findings: about how many findings in total, streamed by ``findings()``; at most 25 samples a group.
        is_hostile: subjects, values, names and reasons hold markup, control characters and 1 MB of text.
        is_clean: nothing failed, nothing unknown, every collection ok.
        groups: groups per failed or unknown policy.
    """
    rows = _clause_rows()
    results = tuple(
        _policy_result(n, rows, policies, findings, is_hostile, is_clean, groups) for n in range(policies)
    )
    found = sum(group.count for result in results for group in result.groups)
    return AuditResult(
        run=_run(is_hostile),
        clauses=tuple(_clause(row, results) for row in rows),
        policies=tuple(sorted(results, key=lambda result: result.info.id)),
        evidence=evidence(AS_OF, HOSTILE if is_hostile else "", is_clean),
        waivers=() if is_clean else _waivers(results, is_hostile),
        findings=lambda: _stream(results),
        findings_count=found,
        quality=() if is_clean else _quality(is_hostile),
        exit_code=0 if is_clean else 1,
    )


def all_waived(result: AuditResult, unknown: int = 0) -> AuditResult:
    """The result with one policy, of which only the two failures are left that its waiver covers."""
    clause = next(one for one in result.clauses if any(policy.waived for policy in one.policies))
    whole = next(policy for policy in clause.policies if policy.waived)
    group = replace(whole.groups[0], count=2, waived=2, samples=whole.groups[0].samples[:2])
    policy = replace(whole, failed=2, waived=2, unknown=unknown, groups=(group,))
    return replace(
        result,
        policies=(policy,),
        clauses=(replace(clause, policies=(policy,)),),
        findings=lambda: _stream((policy,)),
        findings_count=2,
        exit_code=0,
    )


def _clause_rows() -> list[dict[str, str]]:
    with Path(__file__).with_name("clauses.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _run(is_hostile: bool) -> RunInfo:
    name = "东江市第一人民医院" + (HOSTILE if is_hostile else "")
    return RunInfo(
        id="2026-06-30T080000-3f9c2ab1",
        institution=Text(name, "Dongjiang First People's Hospital"),
        profile="tertiary",
        zone="Asia/Shanghai",
        as_of=AS_OF,
        started=AS_OF + timedelta(seconds=4),
        ended=AS_OF + timedelta(minutes=3, seconds=21),
        tool_version="0.1.0",
        command=("hiscomply", "audit", "hospital", "--profile", "tertiary"),
        previous="2026-05-31T080000-77ab01cd",
        pack_digest=_digest("pack"),
        evidence_digest=_digest("evidence"),
    )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _clause(row: dict[str, str], results: tuple[PolicyResult, ...]) -> ClauseResult:
    mine = tuple(result for result in results if row["id"] in result.info.clauses)
    crosswalk = {
        name: tuple(filter(None, row[name].split("; "))) for name in ("mlps", "hipaa", "nist", "iso", "cis")
    }
    parts = row["id"].split(".")
    return ClauseResult(
        id=row["id"],
        title=Text(row["zh"], row["en"]),
        chapter=".".join(parts[:2]) if parts[0] in "456" else parts[0],
        crosswalk=crosswalk,
        control_status="automated" if mine else "pending",
        status=_status(mine),
        policies=mine,
    )


def _status(results: tuple[PolicyResult, ...]) -> ClauseStatus:
    verdicts = {result.verdict for result in results} - {Verdict.NOT_APPLICABLE}
    if not results or verdicts == {Verdict.UNKNOWN}:
        return ClauseStatus.UNKNOWN
    if not verdicts:
        return ClauseStatus.NOT_APPLICABLE
    if verdicts == {Verdict.FAIL}:
        return ClauseStatus.FAIL
    if Verdict.FAIL in verdicts:
        return ClauseStatus.PARTIAL
    return ClauseStatus.UNKNOWN if Verdict.UNKNOWN in verdicts else ClauseStatus.PASS


def _policy_result(
    n: int,
    rows: list[dict[str, str]],
    policies: int,
    findings: int,
    is_hostile: bool,
    is_clean: bool,
    groups: int,
) -> PolicyResult:
    clause = rows[n * 7 % (len(rows) - 3)]["id"]
    info = policy_info(n, clause, HOSTILE if is_hostile else "")
    trouble = "pass" if is_clean else KINDS_OF_TROUBLE[n % len(KINDS_OF_TROUBLE)]
    troubled = sum(KINDS_OF_TROUBLE[k % len(KINDS_OF_TROUBLE)] in TROUBLE for k in range(policies))
    share = max(1, findings // max(1, troubled))
    passed = 0 if trouble in ("na", "blind") else 40 + n * 13 % 400
    made = tuple(_groups(n, info.id, trouble, share, is_hostile, groups))
    failed = sum(group.count for group in made if group.verdict is Verdict.FAIL)
    unknown = sum(group.count for group in made if group.verdict is Verdict.UNKNOWN)
    verdict = Verdict.FAIL if failed else Verdict.UNKNOWN if unknown else Verdict.PASS
    return PolicyResult(
        info=info,
        verdict=Verdict.NOT_APPLICABLE if trouble == "na" else verdict,
        passed=passed,
        failed=failed,
        unknown=unknown,
        not_applicable=12 if trouble == "na" else n % 9,
        waived=sum(group.waived for group in made),
        groups=made,
    )


def _groups(
    n: int, policy_id: str, trouble: str, share: int, is_hostile: bool, groups: int
) -> Iterator[FindingGroup]:
    for g in range(groups if trouble in TROUBLE else trouble == "blind"):
        is_fail = trouble == "fail" or (trouble == "mixed" and g == 0)
        reasons = ("missing_field", "stale", "collection_incomplete", "related_uncertain", "no_records")
        reason = None if is_fail else "no_source" if trouble == "blind" else reasons[(n + g) % len(reasons)]
        missing = () if is_fail else (("last_login", f"host DB-0{g}")[g % 2],)
        verdict = Verdict.FAIL if is_fail else Verdict.UNKNOWN
        count = 1 if reason == "no_source" else max(1, share // groups)
        waived = min(2, count - 1) if is_fail and g == 0 else 0
        samples = tuple(
            _finding(n, g, i, policy_id, verdict, reason, missing, waived) for i in range(min(25, count))
        )
        if is_hostile:
            samples = tuple(_attack(sample, i) for i, sample in enumerate(samples))
        yield FindingGroup(policy_id, verdict, reason, missing, count, waived, samples)


def _finding(
    n: int,
    g: int,
    i: int,
    policy_id: str,
    verdict: Verdict,
    reason: str | None,
    missing: tuple[str, ...],
    waived: int,
) -> Finding:
    subject = f"HIS-{n % 5 + 1}/user{g:02d}{i:06d}"
    is_fail = verdict is Verdict.FAIL
    state = STATES[(n + i) % len(STATES)] if is_fail else STATES[i % 2]
    return Finding(
        policy_id=policy_id,
        subject=subject if reason != "no_source" else "*",
        verdict=verdict,
        values={
            "subject": subject,
            "seen": (AS_OF - timedelta(days=60 + i % 300, minutes=17 * i % 1440))
            .isoformat()
            .replace("+00:00", "Z"),
            "actual": f"{60 + i % 300} days",
            "n": i % 97,
        },
        reason=reason,
        missing=missing,
        source="exports/ad-users.csv" if n % 2 else "hosts/db01/etc/ssh/sshd_config",
        line=i + 2,
        column=1 + i % 7,
        pointer=f"Sheet1!B{i + 2}" if n % 3 == 0 else None,
        collector="tables" if n % 2 else "files",
        observed_at=AS_OF - timedelta(hours=6 + n),
        fingerprint=_digest(f"{policy_id} {subject}"),
        state=state,
        first_seen=AS_OF if state is State.NEW else AS_OF - timedelta(days=30 + i % 3 * 31),
        due=AS_OF + timedelta(days=severity_days(n) - i % 40) if is_fail else None,
        waiver=f"W-{n:03d}" if i < waived else None,
    )


def _attack(finding: Finding, i: int) -> Finding:
    long_text = "A" * 1_000_000 if i == 0 else HOSTILE
    return replace(
        finding,
        subject=finding.subject + HOSTILE,
        values={**finding.values, "subject": long_text, "seen": HOSTILE},
        source="javascript:alert(3)//" + HOSTILE,
        pointer=HOSTILE,
        collector=HOSTILE,
    )


def _stream(results: tuple[PolicyResult, ...]) -> Iterator[Finding]:
    for result in sorted(results, key=lambda item: item.info.id):
        for group in result.groups:
            yield from group.samples
            template = group.samples[0]
            for i in range(len(group.samples), group.count):
                subject = f"{template.subject}-{i:07d}"
                print_ = _digest(f"{group.policy_id} {subject}")
                yield replace(template, subject=subject, fingerprint=print_, line=i + 2, waiver=None)


def _waivers(results: tuple[PolicyResult, ...], is_hostile: bool) -> tuple[Waiver, ...]:
    waived = [(n, result) for n, result in enumerate(results) if result.waived]
    return tuple(
        Waiver(
            id=f"W-{n:03d}",
            policy=result.info.id,
            subject="HIS-*/user00*" + (HOSTILE if is_hostile else ""),
            reason="进修人员长假,返岗后复核 / staff on long leave, reviewed on return",
            compensating_control="登录须经堡垒机并逐条审计 / log-ins only through the bastion",
            requested_by="李敏 (信息科)",
            approved_by="王建国 (分管院长)",
            ticket=f"OA-2026-{4000 + n}",
            starts="2026-05-01",
            until="2026-07-31",
            renewals=n % 2,
            origin=f"waivers.yaml:{n + 3}:5",
        )
        for n, result in waived
    )


def _quality(is_hostile: bool) -> tuple[Text, ...]:
    tail = HOSTILE if is_hostile else ""
    return (
        Text(
            "hr-export:14 行因缺少工号被拒收" + tail, "hr-export: 14 rows refused, no employee number" + tail
        ),
        Text("account:26 条记录被同一来源的新记录取代", "account: 26 records superseded by newer ones"),
        Text(
            "ticket.summary:9 处疑似患者信息已删去",
            "ticket.summary: 9 values dropped, they look like patient data",
        ),
    )
