"""The words that every report uses for verdicts, statuses, severities, states and chapters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiscomply.model import ClauseStatus, CollectionStatus, Severity, State, Text, Verdict

VERDICTS: Final[Mapping[Verdict, Text]] = {
    Verdict.PASS: Text("符合", "Pass"),
    Verdict.FAIL: Text("不符合", "Fail"),
    Verdict.UNKNOWN: Text("证据不足", "Unknown"),
    Verdict.NOT_APPLICABLE: Text("不适用", "Not applicable"),
}

CLAUSE_STATUSES: Final[Mapping[ClauseStatus, Text]] = {
    ClauseStatus.PASS: Text("符合", "Compliant"),
    ClauseStatus.PARTIAL: Text("部分符合", "Partially compliant"),
    ClauseStatus.FAIL: Text("不符合", "Not compliant"),
    ClauseStatus.UNKNOWN: Text("证据不足", "Not enough evidence"),
    ClauseStatus.NOT_APPLICABLE: Text("不适用", "Not applicable"),
}

SEVERITIES: Final[Mapping[Severity, Text]] = {
    Severity.CRITICAL: Text("严重", "Critical"),
    Severity.HIGH: Text("高", "High"),
    Severity.MEDIUM: Text("中", "Medium"),
    Severity.LOW: Text("低", "Low"),
}

STATES: Final[Mapping[State, Text]] = {
    State.NEW: Text("新增", "New"),
    State.UNCHANGED: Text("仍在", "Unchanged"),
    State.UPDATED: Text("有变化", "Updated"),
    State.ABSENT: Text("已消失", "Gone"),
}

COLLECTION_STATUSES: Final[Mapping[CollectionStatus, Text]] = {
    CollectionStatus.OK: Text("完成", "OK"),
    CollectionStatus.PARTIAL: Text("部分完成", "Partial"),
    CollectionStatus.FAILED: Text("失败", "Failed"),
    CollectionStatus.DENIED: Text("无权读取", "Denied"),
    CollectionStatus.TIMED_OUT: Text("超时", "Timed out"),
    CollectionStatus.SKIPPED: Text("未执行", "Skipped"),
}

CONTROL_STATUSES: Final[Mapping[str, Text]] = {
    "automated": Text("自动检查", "Automated"),
    "partial": Text("部分自动", "Partly automated"),
    "manual": Text("人工佐证", "By records people keep"),
    "pending": Text("尚无策略", "No policy yet"),
}

STRENGTHS: Final[Mapping[str, Text]] = {
    "law": Text("法律法规", "Law"),
    "rule": Text("部门规章", "Rule of an authority"),
    "cn-std": Text("国家或行业标准", "Chinese standard"),
    "intl": Text("国际标准", "International standard"),
    "proposed": Text("拟议稿", "Proposed rule"),
    "default": Text("产品默认", "Product default"),
    "unverified": Text("未核实", "Not verified"),
}

FRAMEWORKS: Final[Mapping[str, Text]] = {
    "mlps": Text("等保 2.0", "MLPS 2.0"),
    "hipaa": Text("HIPAA", "HIPAA"),
    "nist": Text("NIST 800-53", "NIST 800-53"),
    "iso": Text("ISO 27001", "ISO 27001"),
    "cis": Text("CIS v8", "CIS v8"),
}

CHAPTERS: Final[Mapping[str, Text]] = {
    "1": Text("总则", "General"),
    "2": Text("适用范围", "Scope"),
    "3": Text("目标", "Goals"),
    "4": Text("管理要求", "Management"),
    "4.1": Text("部门职责", "Duties of the IT department"),
    "4.2": Text("资源", "Resources"),
    "4.3": Text("用户", "Users"),
    "4.4": Text("事件", "Incidents"),
    "5": Text("操作流程", "Processes"),
    "5.1": Text("日常运行", "Daily running"),
    "5.2": Text("系统升级", "Upgrades"),
    "5.3": Text("安全流程", "Security process"),
    "6": Text("监督", "Oversight"),
    "6.1": Text("监督检查", "Supervision"),
    "6.2": Text("成效评估", "Evaluation"),
    "7": Text("解释与修订", "Interpretation and revision"),
}

NOT_KNOWN: Final = Text("未知", "not known")


def severity_word(severity: Severity) -> Text:
    """A severity within a line, where it begins no sentence."""
    shown = SEVERITIES[severity]
    return Text(shown.zh, shown.en.lower())


def chapter_name(chapter: str) -> Text:
    """The name of a chapter or section; its own id when the pack has one of its own."""
    return CHAPTERS.get(chapter, Text(chapter, chapter))


def framework_name(framework: str, profile: str) -> Text:
    """The name of a framework; MLPS with the level whose numbers a report of this profile shows."""
    name = word(FRAMEWORKS, framework)
    if framework != "mlps":
        return name
    zh, en = ("第二级", "level 2") if profile == "baseline" else ("第三级", "level 3")
    return Text(f"{name.zh} {zh}", f"{name.en} {en}")


def word(table: Mapping[str, Text], key: str) -> Text:
    """The label of ``key``, or the key itself when a pack uses a word of its own."""
    return table.get(key, Text(key, key))
