"""The audit's summary as JSON, for scripts. The shape is described in ``docs/summary-json.md``."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from hiscomply.model import (
    AuditResult,
    ClauseResult,
    ClauseStatus,
    Collection,
    FindingGroup,
    PolicyResult,
    RunInfo,
    Text,
    Verdict,
)
from hiscomply.report.lines import kinds_without_evidence, message_of, statements_used
from hiscomply.report.messages import reason_text

FORMAT_VERSION: Final = 1
"""Goes up when a name goes away or changes its meaning; new names may come without."""


class SummaryJsonReporter:
    """Clauses, policies, counts and collections; single findings are in SARIF and in findings.parquet."""

    name: ClassVar[str] = "json"
    filename: ClassVar[str] = "summary.json"
    summary: ClassVar[Text] = Text(
        "JSON 摘要：条款、策略、计数、采集情况",
        "JSON summary: clauses, policies, counts, collections",
    )

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the summary, in both languages whatever ``language`` is, and returns its path."""
        text = json.dumps(summarise(result.whole or result), ensure_ascii=False, indent=2, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")
        return [path]


def summarise(result: AuditResult) -> dict[str, Any]:
    """The summary as plain data."""
    return {
        "format": "hiscomply-summary",
        "format_version": FORMAT_VERSION,
        "run": _run(result.run),
        "only": list(result.only),
        "exit_code": result.exit_code,
        "allow_unknown": result.allow_unknown,
        "totals": _totals(result),
        "clauses": [_clause(clause) for clause in result.clauses],
        "policies": [_policy(policy, result) for policy in result.policies],
        "collections": [_collection(item) for item in result.evidence.collections],
        "kinds_without_evidence": list(kinds_without_evidence(result)),
        "scope_statements": [
            {
                "topic": one.topic,
                "reason": one.reason,
                "signed_by": one.signed_by,
                "signed_on": one.signed_on,
                "until": one.until,
                "origin": one.origin,
                "policies": policies,
            }
            for one, policies in statements_used(result)
        ],
        "quality": [_both(text) for text in result.quality],
        **({"held_back": asdict(result.held_back)} if result.held_back else {}),
    }


def _run(run: RunInfo) -> dict[str, Any]:
    return {
        "id": run.id,
        "institution": _both(run.institution),
        "profile": run.profile,
        "profile_origin": run.profile_origin,
        "zone": run.zone,
        "as_of": _time(run.as_of),
        "started": _time(run.started),
        "ended": _time(run.ended),
        "tool_version": run.tool_version,
        "previous": run.previous,
        "pack_digest": run.pack_digest,
        "evidence_digest": run.evidence_digest,
    }


def _totals(result: AuditResult) -> dict[str, Any]:
    clauses = Counter(clause.status for clause in result.clauses)
    policies = Counter(policy.verdict for policy in result.policies)
    names = ("passed", "failed", "unknown", "not_applicable", "waived")
    return {
        "clauses": {status.value: clauses[status] for status in ClauseStatus},
        "policies": {verdict.value: policies[verdict] for verdict in Verdict},
        "subjects": {name: sum(getattr(policy, name) for policy in result.policies) for name in names},
        "findings": result.findings_count,
    }


def _clause(clause: ClauseResult) -> dict[str, Any]:
    return {
        "id": clause.id,
        "title": _both(clause.title),
        "chapter": clause.chapter,
        "status": clause.status.value,
        "control_status": clause.control_status,
        "crosswalk": {framework: list(ids) for framework, ids in clause.crosswalk.items()},
        "share_judged": round(clause.share_judged, 4),
        "policies": [policy.info.id for policy in clause.policies],
    }


def _policy(policy: PolicyResult, result: AuditResult) -> dict[str, Any]:
    info = policy.info
    return {
        "id": info.id,
        "title": _both(info.title),
        "severity": info.severity.value,
        "verdict": policy.verdict.value,
        "clauses": list(info.clauses),
        "checks": list(info.checks),
        "evidence": list(info.kinds),
        "passed": policy.passed,
        "failed": policy.failed,
        "unknown": policy.unknown,
        "not_applicable": policy.not_applicable,
        "waived": policy.waived,
        "digest": info.digest,
        "overrides": [item.name for item in info.parameters if item.is_overridden],
        "conflicts": [_both(text) for text in info.conflicts],
        "statements": [one.topic for one in policy.statements],
        "groups": [_group(policy, group, result) for group in policy.groups],
    }


def _group(policy: PolicyResult, group: FindingGroup, result: AuditResult) -> dict[str, Any]:
    sample = group.samples[0] if group.samples else None
    zone = result.run.tz
    return {
        "verdict": group.verdict.value,
        "reason": group.reason,
        "reason_text": {tongue: reason_text(group, tongue) for tongue in ("zh", "en")},
        "missing": list(group.missing),
        "count": group.count,
        "waived": group.waived,
        "example": sample
        and {
            "subject": sample.subject,
            "message": {tongue: message_of(policy.info, sample, tongue, zone) for tongue in ("zh", "en")},
            "source": sample.source,
            "line": sample.line,
            "column": sample.column,
            "fingerprint": sample.fingerprint,
        },
    }


def _collection(item: Collection) -> dict[str, Any]:
    return {
        "collector": item.collector,
        "target": item.target,
        "status": item.status.value,
        "reason": item.reason and _both(item.reason),
        "kinds": list(item.kinds),
        "records": dict(item.records),
        "rejected": item.rejected_count,
        "dropped_fields": dict(item.dropped_fields),
        "started": _time(item.started),
        "ended": _time(item.ended),
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
