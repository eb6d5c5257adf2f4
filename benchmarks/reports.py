"""A million findings to SARIF, and a hundred thousand to HTML."""

from __future__ import annotations

from benchmarks.measure import Cost, measure_task
from benchmarks.setting import Setting
from benchmarks.table import Row, aim

SARIF_LIMIT_S = 10.0
HTML_LIMIT_MB = 10.0
PEER_FINDINGS = 10_000


def sarif_rows(setting: Setting) -> list[Row]:
    """hiscomply at full size and at the peer's, and the peer."""
    many = 100_000 if setting.is_quick else 1_000_000
    findings = measure_task("reports:sarif_findings_only", 1, findings=many)
    ours = measure_task("reports:sarif", min(3, setting.runs), findings=many)
    few = measure_task("reports:sarif", 1, findings=PEER_FINDINGS)
    target = aim(f"≤ {SARIF_LIMIT_S:g} s", ours.seconds <= SARIF_LIMIT_S)
    remark = f"{_each(ours, many)}; {ours.facts['megabytes']:.0f} MB; {target}"
    return [
        Row("sarif_million", f"making {many:,} findings, nothing else", findings, "part of the next row"),
        Row("sarif_million", f"hiscomply, {many:,} findings", ours, remark),
        Row("sarif_million", f"hiscomply, {PEER_FINDINGS:,} findings", few, _each(few, PEER_FINDINGS)),
        _sarif_peer(setting, few),
    ]


def _sarif_peer(setting: Setting, few: Cost) -> Row:
    what = f"sarif-om with jschema-to-python, {PEER_FINDINGS:,} findings"
    if not setting.has_peer("jschema_to_python"):
        return Row("sarif_million", what, None, "not installed")
    peer = measure_task("reports:sarif_peer", 1, setting.peers, findings=PEER_FINDINGS)
    ratio = f"{peer.cpu_s / few.cpu_s:.1f} × hiscomply's CPU"
    return Row("sarif_million", what, peer, f"{_each(peer, PEER_FINDINGS)}; {ratio}")


def html_rows(setting: Setting) -> list[Row]:
    """One row."""
    many = 10_000 if setting.is_quick else 100_000
    cost = measure_task("reports:html", min(3, setting.runs), findings=many)
    size = cost.facts["megabytes"]
    target = aim(f"≤ {HTML_LIMIT_MB:g} MB", size <= HTML_LIMIT_MB)
    return [Row("html_100k", f"hiscomply, {many:,} findings", cost, f"{size:.1f} MB; {target}")]


def _each(cost: Cost, findings: int) -> str:
    return f"{cost.cpu_s / findings * 1e6:.0f} µs of CPU a result"
