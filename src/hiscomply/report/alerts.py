"""What needs attention, the worst first, for readers that take only so much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

from hiscomply.model import AuditResult, Finding, PolicyInfo, Severity, State, Text, Verdict
from hiscomply.report.sarif.place import uri_of

ANCHOR: Final = "hiscomply.yaml"
"""Where a finding is shown that stands in no file of the repository."""
_CUT: Final = Text(
    "{0:,} 项中只写出最严重的 {1:,} 项，其余见 sarif 报告",
    "only the worst {1:,} of {0:,} findings are written; the sarif report has the others",
)


@dataclass(frozen=True, slots=True)
class Alerts:
    """The worst findings, and how many there are in all."""

    worst: Sequence[tuple[Finding, PolicyInfo]]
    total: int

    @property
    def left_out(self) -> Sequence[Text]:
        """A sentence on what is cut, if anything is."""
        if self.total <= len(self.worst):
            return ()
        numbers = (self.total, len(self.worst))
        return (Text(_CUT.zh.format(*numbers), _CUT.en.format(*numbers)),)


def alerts_of(result: AuditResult, limit: int) -> Alerts:
    """Failures before what is not known, the severe first, then by policy and subject; waived and gone ones left out.

    Memory does not grow beyond ``limit`` findings.
    """
    infos = {policy.info.id: policy.info for policy in result.policies}
    order = {severity: number for number, severity in enumerate(Severity)}
    total = 0

    def counted(finding: Finding) -> bool:
        nonlocal total
        is_alert = finding.waiver is None and finding.state is not State.ABSENT
        total += is_alert
        return is_alert

    def rank(finding: Finding) -> tuple[bool, int, str, str]:
        severity = infos[finding.policy_id].severity
        return (finding.verdict is Verdict.UNKNOWN, order[severity], finding.policy_id, finding.subject)

    worst = nsmallest(limit, filter(counted, result.findings()), key=rank)
    return Alerts([(finding, infos[finding.policy_id]) for finding in worst], total)


def file_of(finding: Finding) -> tuple[str, int, int] | None:
    """The file below the repository, line and column from 1; None for what stands in no such file."""
    place = uri_of(finding.source, finding.line is not None)
    if place is None or not place[1] or not finding.source or place[0].startswith(".."):
        return None
    name = finding.source.replace("\\", "/").removeprefix("./")
    return name, max(finding.line or 1, 1), max(finding.column or 1, 1)
