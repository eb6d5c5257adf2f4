"""A million findings to SARIF: seconds, peak memory, and what sarif-om's own serialiser takes.

    python benchmarks/sarif_million.py [--findings 1000000] [--peer 10000]

The peer needs the package ``jschema-to-python``, which sarif-om names for writing; without it that row is
left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from hiscomply.model import (
    AuditResult,
    ClauseResult,
    ClauseStatus,
    Evidence,
    Finding,
    FindingGroup,
    ParameterValue,
    PolicyInfo,
    PolicyResult,
    RunInfo,
    Severity,
    Source,
    State,
    Text,
    Verdict,
)

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
POLICIES = 50


def policy(n: int, count: int) -> PolicyResult:
    info = PolicyInfo(
        id=f"dormant_accounts_disabled_{n:02d}",
        clauses=("4.3.2",),
        checks=("4.3.2-c5",),
        title=Text("停用长期未登录的账户", "Accounts nobody uses are disabled"),
        severity=list(Severity)[n % 4],
        message=Text(
            "{system_id} 的账户 {login} 最近登录于 {last_login},超过允许的 {max_idle}",
            "{login} on {system_id} last logged in {last_login}, allowed {max_idle}",
        ),
        remediation=Text("停用该账户。", "Disable the account."),
        rationale=Text("", ""),
        condition="last_login >= as_of - max_idle",
        kinds=("account",),
        parameters=(
            ParameterValue(
                "max_idle",
                "duration",
                "45 days",
                "45 days",
                Source("CIS", Text("5.3", "5.3"), "intl"),
                "default",
            ),
        ),
        subject_kind="account",
        file=f"policies/4.3/dormant_accounts_disabled_{n:02d}/policy.yaml",
        digest="0" * 64,
    )
    group = FindingGroup(info.id, Verdict.FAIL, None, (), count, 0, ())
    return PolicyResult(info, Verdict.FAIL, 10, count, 0, 0, 0, (group,))


def stream(policies: tuple[PolicyResult, ...]) -> Iterator[Finding]:
    """What the store would give: new objects each time, with values that differ."""
    for result in policies:
        policy_id = result.info.id
        for i in range(result.failed):
            login = f"user{i:06d}"
            seen = AS_OF - timedelta(days=60 + i % 300, minutes=i % 1440)
            yield Finding(
                policy_id=policy_id,
                subject=f"HIS-{i % 40:02d}/{login}",
                verdict=Verdict.FAIL,
                values={"system_id": f"HIS-{i % 40:02d}", "login": login, "last_login": seen.isoformat()},
                reason=None,
                missing=(),
                source=f"exports/accounts-{i % 40:02d}.csv",
                line=i + 2,
                column=1,
                pointer=None,
                collector="tables",
                observed_at=AS_OF,
                fingerprint=sha256(f"{policy_id} {login}".encode()).hexdigest(),
                state=State.NEW,
                first_seen=AS_OF,
                due=AS_OF,
                waiver=None,
            )


def audit(findings: int) -> AuditResult:
    policies = tuple(policy(n, findings // POLICIES) for n in range(POLICIES))
    run = RunInfo(
        id="2026-06-30T080000-benchmark",
        institution=Text("某医院", "A hospital"),
        profile="tertiary",
        zone="Asia/Shanghai",
        zone_offset=timedelta(hours=8),
        as_of=AS_OF,
        started=AS_OF,
        ended=AS_OF,
        tool_version="0.1.0",
        command=("hiscomply", "audit"),
        previous="2026-05-31T080000-benchmark",
        pack_digest="0" * 64,
        evidence_digest="0" * 64,
    )
    clause = ClauseResult(
        "4.3.2",
        Text("口令与权限", "Passwords and rights"),
        "4.3",
        {},
        "automated",
        ClauseStatus.FAIL,
        policies,
    )
    total = sum(item.failed for item in policies)
    return AuditResult(
        run=run,
        clauses=(clause,),
        policies=policies,
        evidence=Evidence(Path("evidence"), {}, ()),
        waivers=(),
        findings=lambda: stream(policies),
        findings_count=total,
        quality=(),
        exit_code=1,
    )


def iterate_only(result: AuditResult, path: Path) -> None:
    """What making the synthetic findings costs by itself."""
    path.write_text(str(sum(1 for _ in result.findings())))


def write_ours(result: AuditResult, path: Path) -> None:
    from hiscomply.report.sarif import SarifReporter

    SarifReporter(max_results=None).write(result, path, "zh")


def write_peer(result: AuditResult, path: Path) -> None:
    """The same results as objects, the whole log through jschema-to-python."""
    import sarif_om
    from jschema_to_python.to_json import to_json

    path.write_text(to_json(sarif_om.SarifLog(version="2.1.0", runs=[_peer_run(result)])), encoding="utf-8")


def _peer_run(result: AuditResult) -> Any:
    import sarif_om

    from hiscomply.report.sarif.location import locate
    from hiscomply.report.sarif.sentence import Sentences

    infos = {item.info.id: item.info for item in result.policies}
    sentences = Sentences(tuple(infos.values()), "zh", result.run.zone_offset)
    results = [
        sarif_om.Result(
            rule_id=item.policy_id,
            level="error",
            message=sarif_om.Message(text=sentences.of(item)),
            locations=[locate(item.source, item.line, item.column, item.subject, "account")],
            partial_fingerprints={"hiscomply/v1": item.fingerprint},
            baseline_state=item.state.value,
            provenance=sarif_om.ResultProvenance(first_detection_time_utc=item.first_seen.isoformat()),
            properties={"collector": item.collector},
        )
        for item in result.findings()
    ]
    return sarif_om.Run(tool=sarif_om.Tool(driver=sarif_om.ToolComponent(name="hiscomply")), results=results)


def measure(
    write: Callable[[AuditResult, Path], None], findings: int
) -> tuple[float, float, float, float] | ImportError:
    """CPU seconds, seconds, peak MiB and MB written, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_run, (write, findings))


def _run(
    write: Callable[[AuditResult, Path], None], findings: int
) -> tuple[float, float, float, float] | ImportError:
    result = audit(findings)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "findings.sarif"
        start, start_cpu = time.perf_counter(), time.process_time()
        try:
            write(result, path)
        except ImportError as error:
            return error
        cpu, seconds = time.process_time() - start_cpu, time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return cpu, seconds, peak, path.stat().st_size / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--peer", type=int, default=10_000)
    arguments = parser.parse_args()
    print(f"{'what':<34} {'results':>9} {'CPU s':>7} {'seconds':>8} {'us each':>8} {'peak MiB':>9} {'MB':>7}")
    for name, write, findings in (
        ("making the findings, nothing else", iterate_only, arguments.findings),
        ("hiscomply, streamed", write_ours, arguments.findings),
        ("hiscomply, streamed", write_ours, arguments.peer),
        ("sarif-om with jschema-to-python", write_peer, arguments.peer),
    ):
        got = measure(write, findings)
        if isinstance(got, ImportError):
            print(f"{name:<34} {findings:>9,} left out: {got}")
            continue
        cpu, seconds, peak, size = got
        each = cpu / findings * 1e6  # of the processor: what else runs on the machine does not count
        print(f"{name:<34} {findings:>9,} {cpu:>7.2f} {seconds:>8.2f} {each:>8.1f} {peak:>9.0f} {size:>7.1f}")


if __name__ == "__main__":
    main()
