"""Policies as SARIF rules."""

from __future__ import annotations

from typing import Any, Final

from sarif_om import (
    MultiformatMessageString,
    ReportingConfiguration,
    ReportingDescriptor,
    ReportingDescriptorReference,
    ReportingDescriptorRelationship,
)

from hiscomply.model import AuditResult, ClauseResult, ParameterValue, PolicyInfo, Severity, Text
from hiscomply.report.messages import show_value
from hiscomply.report.sarif.taxonomies import SPECIFICATION, controls_of, reference_to
from hiscomply.report.words import STRENGTHS, word

LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SECURITY_SEVERITY: Final = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
}
_MAX_TAGS: Final = 20
"""GitHub refuses a file in which a rule has more."""
_WHY: Final = Text("为什么重要", "Why it matters")
_DO: Final = Text("怎样整改", "What to do")
_CONDITION: Final = Text("判定条件", "Condition")
_PARAMETERS: Final = Text("参数", "Parameters")


def build_rules(result: AuditResult, language: str) -> list[ReportingDescriptor]:
    """One rule per policy that was asked for, in order of id."""
    clauses = {clause.id: clause for clause in result.clauses}
    return [_build_rule(policy.info, clauses, result, language) for policy in result.policies]


def _build_rule(
    info: PolicyInfo, clauses: dict[str, ClauseResult], result: AuditResult, language: str
) -> ReportingDescriptor:
    known = [clauses[clause] for clause in dict.fromkeys(info.clauses) if clause in clauses]
    mlps = list(dict.fromkeys(item for clause in known for item in clause.crosswalk.get("mlps", ())))
    targets = [(SPECIFICATION, clause.id) for clause in known] + controls_of(known)
    text, markdown = _help(info, result, language)
    title = info.title.to(language)
    return ReportingDescriptor(
        id=info.id,
        name=_pascal_case(info.id),
        short_description=MultiformatMessageString(text=_sentence(title, language)),
        full_description=MultiformatMessageString(
            text=_sentence(info.rationale.to(language) or info.remediation.to(language) or title, language)
        ),
        help=MultiformatMessageString(text=text, markdown=markdown),
        default_configuration=ReportingConfiguration(level=LEVELS[info.severity]),
        relationships=[
            ReportingDescriptorRelationship(
                target=ReportingDescriptorReference(id=taxon, tool_component=reference_to(taxonomy)),
                kinds=["relevant"],
            )
            for taxonomy, taxon in targets
        ],
        properties=_properties(info, mlps, language),
    )


def _properties(info: PolicyInfo, mlps: list[str], language: str) -> dict[str, Any]:
    tags = ["security", "compliance", *info.clauses, *(f"mlps/{item}" for item in mlps)]
    texts = {"title": info.title, "message": info.message, "remediation": info.remediation}
    return {
        "tags": list(dict.fromkeys(tags))[:_MAX_TAGS],
        "precision": "very-high",
        "security-severity": _SECURITY_SEVERITY[info.severity],
        "problem.severity": {"note": "recommendation"}.get(LEVELS[info.severity], LEVELS[info.severity]),
        "severity": info.severity.value,
        "clauses": list(info.clauses),
        "checks": list(info.checks),
        "evidence": list(info.kinds),
        "parameters": [_parameter(item, language) for item in info.parameters],
        **{
            f"conflicts.{tongue}": [text.to(tongue) for text in info.conflicts]
            for tongue in ("zh", "en")
            if info.conflicts
        },
        **{f"{name}.{tongue}": text.to(tongue) for name, text in texts.items() for tongue in ("zh", "en")},
    }


def _parameter(item: ParameterValue, language: str) -> dict[str, Any]:
    return {
        "name": item.name,
        "value": _keyed_as_text(item.value),
        "default": _keyed_as_text(item.default),
        "source": item.source.to(language),
        "strength": item.source.strength,
        **(
            {
                "sources": {
                    key: f"{one.to(language)} ({one.strength})" for key, one in item.key_sources.items()
                }
            }
            if item.key_sources
            else {}
        ),
        "origin": item.origin,
        "overridden": item.is_overridden,
        **({} if item.is_looser is None else {"looser": item.is_looser}),
    }


def _keyed_as_text(value: Any) -> Any:
    """JSON has only texts for keys; a keyed parameter has numbers and booleans too."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else value


def _help(info: PolicyInfo, result: AuditResult, language: str) -> tuple[str, str]:
    zone = result.run.tz
    lines = [
        f"{item.name} = {show_value(item.value, language, zone)}"
        f" ({item.source.to(language)}, {word(STRENGTHS, item.source.strength).to(language)})"
        for item in info.parameters
    ]
    parts = [
        (_DO, info.remediation.to(language), ""),
        (_WHY, info.rationale.to(language), ""),
        (_CONDITION, info.condition, "sql"),
        (_PARAMETERS, "\n".join(lines), "text"),
    ]
    given = [(head.to(language), body, fence) for head, body, fence in parts if body]
    text = "\n\n".join(f"{head}:\n{body}" for head, body, _ in given)
    title = info.title.to(language)
    markdown = [f"**{head}**\n\n{_fenced(body, fence)}" for head, body, fence in given]
    return text or title, "\n\n".join(markdown) or title


def _fenced(body: str, language: str) -> str:
    if not language:
        return body
    fence = "```"
    while fence in body:
        fence += "`"
    return f"{fence}{language}\n{body}\n{fence}"


def _pascal_case(policy_id: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in policy_id.split("_"))


def _sentence(text: str, language: str) -> str:
    return text if text.endswith(("。", ".")) else text + ("。" if language == "zh" else ".")
