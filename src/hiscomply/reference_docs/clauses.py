"""``clauses/``: a page per clause in each language, and an index with the whole coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hiscomply.compiled import CompiledPolicy
from hiscomply.controls import at_level_2
from hiscomply.coverage.matrix import CLASSES, Coverage, CoveredCheck, CoveredClause
from hiscomply.coverage.spans import span
from hiscomply.coverage.table import reason_of, total
from hiscomply.kinds import Kind
from hiscomply.model import Severity, Text
from hiscomply.parameters import PROFILES, ParameterSpec
from hiscomply.reference_docs.policies import written
from hiscomply.reference_docs.tables import NOTE, table
from hiscomply.reference_docs.text import Markup, block, code, codes, escape, paragraph
from hiscomply.report.words import CONTROL_STATUSES, SEVERITIES, STRENGTHS, framework_name, word

_INDEX = Text("条款与检查项", "Clauses and checks")
_LEAD = Text(
    "《规范》的全部条款：每条应当成立的情形、检查项与判定它们的策略。名称与说明均为我们自己的表述。",
    "Every clause of the specification: what must be true, its checks, and the policies that judge them. "
    "Titles and sentences are our own words.",
)
_CLASS = Text("检查项类别：", "Classes of checks:")
_AIM = Text("应当成立的情形：", "What must be true:")
_CHECKS = Text("检查项", "Checks")
_POLICIES = Text("策略", "Policies")
_CROSSWALK = Text("标准对照", "Crosswalk")
_NEIGHBOURS = Text("相邻条款", "Neighbours")
_NO_COUNTERPART = Text("没有真正对应的控制项", "no real counterpart")
_NEAR = Text("最相近", "nearest")
_HEADS: Mapping[str, Text] = {
    "index": Text("条款|名称|A|S|M|策略|证据类型", "clause|title|A|S|M|policies|evidence"),
    "checks": Text("检查项|类别|策略", "check|class|policies"),
    "parameters": Text("阈值|{}|范围|出处|效力", "threshold|{}|bounds|source|strength"),
    "crosswalk": Text("标准|控制项|核对情况", "framework|controls|what was checked"),
}
_DO = Text("怎样整改：", "What to do:")
_EVIDENCE = Text("证据与有效期：", "Evidence and how long it stays fresh:")
_ALSO = Text("同时服务于", "serves as well")
_PROFILE = Text("基线 三级 严格", "baseline tertiary strict")
_TO_OTHER = Text("English", "中文")
_STATUS = Text("检查方式：", "How it is checked:")


def clause_pages(coverage: Coverage) -> dict[str, str]:
    """Every page by its name below ``clauses/``."""
    pages: dict[str, str] = {}
    for language, suffix in (("en", ".md"), ("zh", ".zh.md")):
        pages[f"README{suffix}"] = _page(_index(coverage, language))
        for at, one in enumerate(coverage.clauses):
            pages[f"{one.clause.id}{suffix}"] = _page(_clause(coverage, at, language))
    return pages


def _page(parts: Iterator[str]) -> str:
    return "\n\n".join([NOTE.rstrip(), *(part.rstrip("\n") for part in parts)]) + "\n"


def _file(name: str, language: str) -> str:
    return f"{name}.md" if language == "en" else f"{name}.zh.md"


def _other(name: str, language: str) -> Markup:
    return Markup(f"[{_TO_OTHER.to(language)}]({_file(name, 'zh' if language == 'en' else 'en')})")


def _heads(name: str, language: str) -> list[str]:
    return _HEADS[name].to(language).split("|")


def _index(coverage: Coverage, language: str) -> Iterator[str]:
    yield f"# {_INDEX.to(language)}"
    yield f"{_LEAD.to(language)} {_other('README', language)}"
    yield paragraph(total(coverage, language))
    yield f"{_CLASS.to(language)} " + " · ".join(
        f"**{letter}** {meaning.to(language)}" for letter, meaning in CLASSES.items()
    )
    sections = dict.fromkeys(one.clause.section for one in coverage.clauses)
    for section in sections:
        title = coverage.map.sections.get(section)
        yield f"## {section} {escape(title.to(language)) if title else ''}".rstrip()
        mine = [one for one in coverage.clauses if one.clause.section == section]
        yield table(_heads("index", language), (_index_row(one, language) for one in mine))


def _index_row(one: CoveredClause, language: str) -> tuple[object, ...]:
    shares = (one.share(letter) for letter in CLASSES)
    return (
        Markup(f"[{one.clause.id}]({_file(one.clause.id, language)})"),
        one.clause.title.to(language),
        *(f"{served}/{all_}" if all_ else "—" for served, all_ in shares),
        len(one.policies),
        Markup(", ".join(f"[`{kind}`](../evidence.md#{kind})" for kind in one.kinds)),
    )


def _clause(coverage: Coverage, at: int, language: str) -> Iterator[str]:
    one = coverage.clauses[at]
    clause = one.clause
    yield f"# {clause.id} {escape(clause.title.to(language))}"
    section = coverage.map.sections[clause.section]
    status = word(CONTROL_STATUSES, clause.control_status).to(language)
    yield (
        f"{clause.section} {escape(section.to(language))} · {_STATUS.to(language)} {status} · "
        f"[{_INDEX.to(language)}]({_file('README', language)}) · {_other(clause.id, language)}"
    )
    yield f"**{_AIM.to(language)}** {paragraph(clause.aim.to(language))}"
    yield f"## {_CHECKS.to(language)}"
    yield table(_heads("checks", language), (_check(check, language) for check in one.checks))
    if one.policies:
        yield f"## {_POLICIES.to(language)}"
    for policy in one.policies:
        yield from _policy(policy, clause.id, coverage.kinds, language)
    yield f"## {_CROSSWALK.to(language)}"
    yield table(_heads("crosswalk", language), _crosswalk(coverage, one, language))
    yield f"## {_NEIGHBOURS.to(language)}"
    yield "\n".join(_neighbours(coverage, at, language))


def _check(check: CoveredCheck, language: str) -> tuple[object, ...]:
    named = (Markup(f"[{escape(one.title.to(language))}](#{one.id})") for one in check.policies)
    return (
        check.check.id,
        f"{check.check.check_class} {CLASSES[check.check.check_class].to(language)}",
        Markup("<br>".join(named)) if check.policies else f"— {reason_of(check, language)}",
    )


def _policy(
    policy: CompiledPolicy, clause_id: str, kinds: Mapping[str, Kind], language: str
) -> Iterator[str]:
    yield f"### {policy.id}"
    mine = [check for check in policy.checks if check.startswith(f"{clause_id}-")]
    others = [id_ for id_ in policy.clauses if id_ != clause_id]
    facts = [SEVERITIES[Severity(policy.severity)].to(language), *mine]
    if others:
        links = ", ".join(f"[{id_}]({_file(id_, language)})" for id_ in others)
        facts.append(f"{_ALSO.to(language)} {links}")
    yield f"**{escape(policy.title.to(language))}** · {' · '.join(facts)}"
    yield block(policy.condition)
    told = ", ".join(_evidence(policy, kinds[kind], language) for kind in policy.kinds)
    yield f"{_EVIDENCE.to(language)} {told or '—'}"
    if policy.parameters:
        profiles = "|".join(_PROFILE.to(language).split())
        head = _HEADS["parameters"].to(language).format(profiles).split("|")
        yield table(head, (_parameter(one, language) for one in policy.parameters))
    yield f"{_DO.to(language)} {escape(policy.remediation.to(language))}"


def _evidence(policy: CompiledPolicy, kind: Kind, language: str) -> str:
    fresh = span(policy.fresh.get(kind.name, kind.fresh)).to(language)
    return f"[{escape(kind.title.to(language))} `{kind.name}`](../evidence.md#{kind.name}) {fresh}"


def _parameter(spec: ParameterSpec, language: str) -> tuple[object, ...]:
    keys = f"({', '.join(spec.keys)})" if spec.keys else ""
    bounds = " … ".join("" if one is None else written(one, language) for one in (spec.minimum, spec.maximum))
    title = f" {escape(spec.title.to(language))}" if spec.title else ""
    return (
        Markup(code(spec.name) + escape(keys) + title),
        *(written(spec.default(profile), language) for profile in PROFILES),
        bounds if bounds.strip(" …") else "",
        spec.source.to(language),
        word(STRENGTHS, spec.source.strength).to(language),
    )


def _crosswalk(coverage: Coverage, one: CoveredClause, language: str) -> Iterator[tuple[object, ...]]:
    clause = one.clause
    for framework, ids in clause.crosswalk.items():
        note = coverage.map.notes.get(framework)
        near = clause.nearest.get(framework, ())
        none = _NO_COUNTERPART.to(language) + (f" ({_NEAR.to(language)} {', '.join(near)})" if near else "")
        told = note.to(language) if note else ""
        name = framework_name(framework, "tertiary").to(language)
        yield name, codes(ids) if ids else f"— {none}", told
        if framework == "mlps" and ids:
            lower = at_level_2(ids)
            name = framework_name(framework, "baseline").to(language)
            yield name, codes(lower) if lower else f"— {_NO_COUNTERPART.to(language)}", ""


def _neighbours(coverage: Coverage, at: int, language: str) -> Iterator[str]:
    """The clauses before and after, and the others of the section."""
    clauses = coverage.clauses
    section = clauses[at].clause.section
    near = [
        n for n, one in enumerate(clauses) if n != at and (one.clause.section == section or abs(n - at) == 1)
    ]
    for n in near:
        clause = clauses[n].clause
        arrow = {-1: "← ", 1: "→ "}.get(n - at, "")
        yield f"- {arrow}[{clause.id} {escape(clause.title.to(language))}]({_file(clause.id, language)})"
