"""The specification's clauses and MLPS controls as SARIF taxonomies."""

from __future__ import annotations

from typing import Final

from sarif_om import MultiformatMessageString, ReportingDescriptor, ToolComponent, ToolComponentReference

from hiscomply.model import AuditResult, ClauseResult, Text
from hiscomply.report.sarif.identity import guid_of
from hiscomply.report.words import CLAUSE_STATUSES

SPECIFICATION: Final = "医疗行业信息系统运维管理规范"
MLPS: Final = "GB/T 22239"
_ABOUT: Final = {
    SPECIFICATION: Text(
        "医疗行业信息系统运维管理规范的条款。",
        "The clauses of the specification for running information systems in health care.",
    ),
    MLPS: Text(
        "网络安全等级保护基本要求中与各条款对应的控制项。",
        "The controls of China's multi-level protection scheme (MLPS 2.0) that the clauses correspond to.",
    ),
}


def reference_to(taxonomy: str) -> ToolComponentReference:
    """A reference to one of the taxonomies."""
    return ToolComponentReference(name=taxonomy, guid=guid_of(taxonomy))


def build_taxonomies(result: AuditResult, language: str) -> list[ToolComponent]:
    """Every clause with its status, and each MLPS control once, in order of its number."""
    clauses = [
        _clause_taxon(clause, language) for clause in {item.id: item for item in result.clauses}.values()
    ]
    controls = sorted(
        {item for clause in result.clauses for item in clause.crosswalk.get("mlps", ())}, key=_number
    )
    return [
        _component(SPECIFICATION, clauses, True, language),
        _component(MLPS, [_control_taxon(item) for item in controls], False, language),
    ]


def _component(
    name: str, taxa: list[ReportingDescriptor], is_comprehensive: bool, language: str
) -> ToolComponent:
    about = _ABOUT[name].to(language)
    return ToolComponent(
        name=name,
        guid=guid_of(name),
        language="zh-CN" if language == "zh" else "en-US",
        short_description=MultiformatMessageString(text=about),
        full_description=MultiformatMessageString(text=about),
        is_comprehensive=is_comprehensive,
        taxa=taxa,
    )


def _clause_taxon(clause: ClauseResult, language: str) -> ReportingDescriptor:
    status = CLAUSE_STATUSES[clause.status]
    return ReportingDescriptor(
        id=clause.id,
        name=clause.title.to(language),
        short_description=MultiformatMessageString(text=clause.title.to(language)),
        properties={
            "chapter": clause.chapter,
            "status": clause.status.value,
            "status.zh": status.zh,
            "status.en": status.en,
            "control_status": clause.control_status,
            "share_judged": round(clause.share_judged, 4),
            "policies": len(clause.policies),
            "title.zh": clause.title.zh,
            "title.en": clause.title.en,
        },
    )


def _control_taxon(control: str) -> ReportingDescriptor:
    text = f"GB/T 22239-2019 {control}"
    return ReportingDescriptor(
        id=control, name=control, short_description=MultiformatMessageString(text=text)
    )


def _number(control: str) -> tuple[tuple[int, int, str], ...]:
    parts = control.replace(" ", ".").split(".")
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
