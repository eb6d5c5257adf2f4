"""``policies.md``: every policy of the Spec's own pack, with its parameters and where their numbers come from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.model import Text
from hiscomply.parameters import PROFILES, ParameterSpec
from hiscomply.policy.clauses import ClauseMap
from hiscomply.reference_docs.kinds import span
from hiscomply.reference_docs.tables import both, page, table
from hiscomply.reference_docs.text import Markup, block, code, escape
from hiscomply.report.messages import show_value

_TITLE = Text("策略", "Policies")
_INTRO = """\
Every policy that ships. Thresholds are parameters: the profile chooses the default, a project may override it within
the bounds, and a source of strength `law` or `rule` cannot be loosened without a waiver.
随产品提供的全部策略。阈值均为参数:默认值随档位而定,项目可在范围内调整;出处为 `law` 或 `rule` 的,未办理例外不得放宽。

Strength / 效力: `law` 法律 · `rule` 部门规章 · `cn-std` 国家或行业标准 · `intl` 国际标准 · `proposed` 征求意见稿 ·
`default` 本产品自定 · `unverified` 出处未核实."""


def policies_page(policies: Sequence[CompiledPolicy], pack: Path, clauses: ClauseMap) -> str:
    """The whole page, by section of the pack, then clause, then id."""
    order = {clause.id: at for at, clause in enumerate(clauses.clauses)}
    sections: dict[str, list[CompiledPolicy]] = {}
    for policy in policies:
        sections.setdefault(Path(policy.file).parents[1].name, []).append(policy)
    parts = [_INTRO]
    for section in sorted(sections):
        found = sorted(
            sections[section],
            key=lambda one: (min(order.get(id_, len(order)) for id_ in one.clauses), one.id),
        )
        title = clauses.sections.get(section)
        parts += [f"## {section} {escape(both(title)) if title else ''}".rstrip(), _index(found)]
        for policy in found:
            parts.extend(_policy(policy, pack))
    return page(_TITLE, *parts)


def _index(policies: Sequence[CompiledPolicy]) -> str:
    return table(
        ("policy", "clauses", "checks", "severity", "策略", ""),
        (
            (
                Markup(f"[`{one.id}`](#{one.id})"),
                ", ".join(one.clauses),
                ", ".join(one.checks),
                one.severity,
                one.title.zh,
                one.title.en,
            )
            for one in policies
        ),
    )


def _policy(policy: CompiledPolicy, pack: Path) -> Iterator[str]:
    yield f"### {policy.id}"
    file = Path(policy.file).resolve().relative_to(pack.resolve()).as_posix()
    kinds = ", ".join(_kind(policy, kind) for kind in policy.kinds)
    yield (
        f"**{escape(both(policy.title))}** ([source](../../policies/{file}))\n\n{policy.severity} · "
        f"{', '.join((*policy.clauses, *policy.checks))} · evidence 证据: {kinds or '—'}"
    )
    yield block(policy.condition)
    if policy.parameters:
        yield table(
            ("parameter", "type", *PROFILES, "bounds", "source", "strength"),
            (_parameter(one) for one in policy.parameters),
        )


def _kind(policy: CompiledPolicy, kind: str) -> str:
    shown = f"[`{kind}`](evidence.md#{kind})"
    fresh = policy.fresh.get(kind)
    return f"{shown} (fresh for 有效期 {span(fresh)})" if fresh else shown


def _parameter(spec: ParameterSpec) -> tuple[object, ...]:
    keys = f"({', '.join(spec.keys)})" if spec.keys else ""
    bounds = " … ".join("" if one is None else str(one) for one in (spec.minimum, spec.maximum))
    return (
        Markup(code(spec.name) + escape(keys)),
        spec.type,
        *(written(spec.default(profile)) for profile in PROFILES),
        bounds if bounds.strip(" …") else "",
        f"{spec.source.id} {both(spec.source.ref)}".strip(),
        spec.source.strength,
    )


def written(value: Any, language: str = "en") -> str:
    """A default as its author wrote it, on one line; durations in the language's words."""
    if isinstance(value, Mapping):
        return "; ".join(f"{_plain(key, language)}: {_plain(one, language)}" for key, one in value.items())
    if isinstance(value, list):
        return "; ".join(_plain(one, language) for one in value)
    return _plain(value, language)


def _plain(value: Any, language: str) -> str:
    if isinstance(value, list):
        return " ".join(_plain(one, language) for one in value)
    if isinstance(value, str):
        return show_value(value, language, UTC)
    return json.dumps(value, ensure_ascii=False)
