"""The page of policies, from the compiled pack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.parameters import ParameterSpec
from hiscomply.policy.clauses import ClauseMap
from hiscomply.reference_docs.text import page, table


def policies_page(policies: Sequence[CompiledPolicy], clauses: ClauseMap) -> str:
    """Every clause with its policies, then every policy."""
    index = table(
        ("clause", "中文", "English", "policies"),
        [
            (
                clause.id,
                clause.title.zh,
                clause.title.en,
                ", ".join(f"[{one.id}](#{one.id})" for one in policies if clause.id in one.clauses),
            )
            for clause in clauses.clauses
        ],
    )
    return page(f"Policies / 策略 ({len(policies)})", index, *(_policy(one) for one in policies))


def _policy(policy: CompiledPolicy) -> str:
    parts = [
        f"## {policy.id}\n",
        f"{policy.title.zh} · {policy.title.en}\n",
        f"clauses / 条款 {', '.join(policy.clauses)} · checks / 检查项 {', '.join(policy.checks) or '—'} · "
        f"severity / 等级 {policy.severity} · evidence / 证据 {', '.join(policy.kinds)}\n",
        f"```\n{policy.condition}\n```\n",
    ]
    if policy.parameters:
        parts.append(
            table(
                ("parameter", "type", "baseline", "tertiary", "strict", "bounds", "source"),
                [_parameter(one) for one in policy.parameters],
            )
        )
    parts.append(f"{policy.remediation.zh} · {policy.remediation.en}\n")
    return "\n".join(parts)


def _parameter(spec: ParameterSpec) -> tuple[object, ...]:
    bounds = (
        f"{spec.minimum} … {spec.maximum}" if spec.minimum is not None or spec.maximum is not None else ""
    )
    source = f"{spec.source.id} {spec.source.ref} ({spec.source.strength})"
    defaults = [_value(spec.default(profile)) for profile in ("baseline", "tertiary", "strict")]
    return (f"`{spec.name}`", spec.type, *defaults, bounds, source)


def _value(written: Any) -> str:
    if isinstance(written, dict):
        return ", ".join(f"{key}: {value}" for key, value in written.items())
    if isinstance(written, list):
        return "; ".join(", ".join(map(str, row)) if isinstance(row, list) else str(row) for row in written)
    return str(written)
