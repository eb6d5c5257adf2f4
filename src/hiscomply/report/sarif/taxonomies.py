"""The specification's clauses and the controls of other frameworks as SARIF taxonomies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from sarif_om import (
    MultiformatMessageString,
    ReportingDescriptor,
    ReportingDescriptorReference,
    ToolComponent,
    ToolComponentReference,
)

from hiscomply.model import AuditResult, ClauseResult, PolicyInfo, Text
from hiscomply.report.sarif.identity import guid_of
from hiscomply.report.words import CLAUSE_STATUSES

SPECIFICATION: Final = "医疗行业信息系统运维管理规范"
_CLAUSES: Final = Text(
    "医疗行业信息系统运维管理规范的条款。",
    "The clauses of the specification for running information systems in health care.",
)
FRAMEWORKS: Final[Mapping[str, tuple[str, str, Text]]] = {
    "mlps": (
        "GB/T 22239",
        "2019",
        Text(
            "网络安全等级保护基本要求中与各条款对应的控制项。",
            "The controls of China's multi-level protection scheme (MLPS 2.0) that the clauses correspond to.",
        ),
    ),
    "hipaa": (
        "45 CFR 164",
        "",
        Text("HIPAA 中与各条款对应的规定。", "The provisions of HIPAA that the clauses correspond to."),
    ),
    "nist": (
        "NIST SP 800-53",
        "5",
        Text(
            "NIST SP 800-53 中与各条款对应的控制项。",
            "The controls of NIST SP 800-53 that the clauses correspond to.",
        ),
    ),
    "iso": (
        "ISO/IEC 27001",
        "2022",
        Text(
            "ISO/IEC 27001 中与各条款对应的正文条款与附录 A 控制项。",
            "The main clauses and Annex A controls of ISO/IEC 27001 that the clauses correspond to.",
        ),
    ),
    "cis": (
        "CIS Controls",
        "8",
        Text(
            "CIS 控制措施中与各条款对应的措施。",
            "The safeguards of the CIS Controls that the clauses correspond to.",
        ),
    ),
}
"""By framework: the taxonomy's name, its version, what it holds."""
_PART: Final = re.compile(r"\d+|[^\W\d_]+")


def reference_to(taxonomy: str) -> ToolComponentReference:
    """A reference to one of the taxonomies."""
    return ToolComponentReference(name=taxonomy, guid=guid_of(taxonomy))


def supported() -> list[ToolComponentReference]:
    """References to all taxonomies."""
    return [reference_to(SPECIFICATION), *(reference_to(name) for name, _, _ in FRAMEWORKS.values())]


def build_taxonomies(result: AuditResult, language: str) -> list[ToolComponent]:
    """Every clause with its status; then, by framework, each control once, in order of its number."""
    clauses = {item.id: item for item in result.clauses}.values()
    taxa = [_clause_taxon(clause, language) for clause in clauses]
    return [
        _component(SPECIFICATION, "", _CLAUSES, taxa, True, language),
        *(
            _component(name, version, about, _control_taxa(framework, result), False, language)
            for framework, (name, version, about) in FRAMEWORKS.items()
        ),
    ]


def controls_of(clauses: Iterable[ClauseResult]) -> list[tuple[str, str]]:
    """Taxonomy and id of each control that one of the clauses corresponds to, each once."""
    found = {
        (FRAMEWORKS[framework][0], control): None
        for clause in clauses
        for framework in FRAMEWORKS
        for control in clause.crosswalk.get(framework, ())
    }
    return list(found)


def taxa_of(info: PolicyInfo | None, known: frozenset[str]) -> list[ReportingDescriptorReference] | None:
    """The clauses that a result of this policy falls under, None for none.

    Controls of other frameworks follow from the rule's relationships; a result that repeated them would be
    five times as long.
    """
    clauses = [clause for clause in dict.fromkeys(info.clauses) if clause in known] if info else []
    component = ToolComponentReference(name=SPECIFICATION)
    return [ReportingDescriptorReference(id=clause, tool_component=component) for clause in clauses] or None


def _component(
    name: str,
    version: str,
    about: Text,
    taxa: list[ReportingDescriptor],
    is_comprehensive: bool,
    language: str,
) -> ToolComponent:
    told = about.to(language)
    return ToolComponent(
        name=name,
        guid=guid_of(name),
        version=version or None,
        language="zh-CN" if language == "zh" else "en-US",
        short_description=MultiformatMessageString(text=told),
        full_description=MultiformatMessageString(text=told),
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
            "crosswalk": {name: list(ids) for name, ids in clause.crosswalk.items() if ids},
        },
    )


def _control_taxa(framework: str, result: AuditResult) -> list[ReportingDescriptor]:
    clauses: dict[str, list[str]] = {}
    for clause in result.clauses:
        for control in clause.crosswalk.get(framework, ()):
            clauses.setdefault(control, []).append(clause.id)
    name, version, _ = FRAMEWORKS[framework]
    full = f"{name}{'-' if framework == 'mlps' else ':' if framework == 'iso' else ' '}{version}".strip()
    return [
        ReportingDescriptor(
            id=control,
            name=control,
            short_description=MultiformatMessageString(text=f"{full} {control}"),
            properties={"clauses": list(dict.fromkeys(clauses[control]))},
        )
        for control in sorted(clauses, key=_number)
    ]


def _number(control: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _PART.findall(control))
