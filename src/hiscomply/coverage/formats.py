"""The matrix as JSON, CSV, Markdown and HTML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from hiscomply import __version__
from hiscomply.controls import at_level_2
from hiscomply.coverage.matrix import CLASSES, Coverage, CoveredCheck, CoveredClause
from hiscomply.coverage.table import counts, reason_of, total, who
from hiscomply.model import Text

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: Final = (
    "clause", "clause_zh", "clause_en", "control_status", "check", "class", "policy", "policy_zh", "policy_en",
    "evidence", "collectors", "reason_zh", "reason_en", "mlps_level_3", "mlps_level_2", "hipaa", "nist", "iso", "cis",
)  # fmt: skip
_TITLE: Final = Text("策略覆盖", "Policy coverage")
_HEAD: Final = Text(
    "| 条款 | 名称 | 检查项 | 类别 | 策略 | 证据 |",
    "| Clause | Title | Check | Class | Policies | Evidence |",
)


def as_json(coverage: Coverage, language: str) -> str:
    """Everything, both languages whatever ``language`` is."""
    content = {
        "format": "hiscomply-coverage",
        "format_version": 1,
        "hiscomply": __version__,
        "totals": counts(coverage) | {"by_class": {letter: _share(coverage, letter) for letter in CLASSES}},
        "clauses": [_clause(one, coverage) for one in coverage.clauses],
        "evidence": {
            name: {
                "title": _both(kind.title),
                "fresh_s": kind.fresh.total_seconds(),
                "policies": coverage.users(name),
                "collectors": list(coverage.collectors[name]),
            }
            for name, kind in coverage.kinds.items()
        },
        "collectors_of_any_kind": list(coverage.any_kind),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def as_csv(coverage: Coverage, language: str) -> str:
    """A row per check and policy, one for a check without; both languages, for a spreadsheet."""
    target = io.StringIO()
    writer = csv.DictWriter(target, _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for one in coverage.clauses:
        for check in one.checks:
            for policy in check.policies or (None,):
                row = _row(one, check, policy, coverage)
                writer.writerow({name: _harmless(text) for name, text in row.items()})
    return "\ufeff" + target.getvalue()


def as_markdown(coverage: Coverage, language: str) -> str:
    """A table of checks, and what has no policy."""
    lines = [
        f"# {_TITLE.to(language)}",
        "",
        total(coverage, language),
        "",
        _HEAD.to(language),
        "|---" * 6 + "|",
    ]
    for one in coverage.clauses:
        for check in one.checks:
            policies = " ".join(f"`{policy.id}`" for policy in check.policies)
            kinds = dict.fromkeys(kind for policy in check.policies for kind in policy.kinds)
            cells = (
                one.clause.id,
                one.clause.title.to(language),
                check.check.id,
                check.check.check_class,
                policies or f"— {reason_of(check, language)}",
                " ".join(f"`{kind}`" for kind in kinds) or "—",
            )
            lines.append("| " + " | ".join(cell.replace("|", "&#124;") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def as_html(coverage: Coverage, language: str) -> str:
    """One page with everything, to read without a network."""
    from hiscomply.coverage.page import render_coverage

    return render_coverage(coverage, language)


FORMATS: Final[Mapping[str, Callable[[Coverage, str], str]]] = {
    "html": as_html,
    "json": as_json,
    "csv": as_csv,
    "md": as_markdown,
}


def _share(coverage: Coverage, letter: str) -> dict[str, int]:
    served, all_ = coverage.share(letter)
    return {"checks": all_, "with_policy": served}


def _clause(one: CoveredClause, coverage: Coverage) -> dict[str, Any]:
    clause = one.clause
    return {
        "id": clause.id,
        "title": _both(clause.title),
        "aim": _both(clause.aim),
        "control_status": clause.control_status,
        "crosswalk": {name: list(ids) for name, ids in clause.crosswalk.items()}
        | {"mlps_level_2": list(at_level_2(clause.crosswalk.get("mlps", ())))},
        "checks": [
            {
                "id": check.check.id,
                "class": check.check.check_class,
                "policies": [
                    {"id": policy.id, "title": _both(policy.title), "evidence": list(policy.kinds)}
                    for policy in check.policies
                ],
                "reason": _both(check.check.reason) if check.check.reason and not check.policies else None,
            }
            for check in one.checks
        ],
        "other_policies": [policy.id for policy in one.others],
        "evidence": one.kinds,
    }


def _row(one: CoveredClause, check: CoveredCheck, policy: Any, coverage: Coverage) -> dict[str, str]:
    crosswalk = {name: ", ".join(ids) for name, ids in one.clause.crosswalk.items()}
    crosswalk["mlps_level_3"] = crosswalk.pop("mlps", "")
    crosswalk["mlps_level_2"] = ", ".join(at_level_2(one.clause.crosswalk.get("mlps", ())))
    kinds = policy.kinds if policy else ()
    return {
        "clause": one.clause.id,
        "clause_zh": one.clause.title.zh,
        "clause_en": one.clause.title.en,
        "control_status": one.clause.control_status,
        "check": check.check.id,
        "class": check.check.check_class,
        "policy": policy.id if policy else "",
        "policy_zh": policy.title.zh if policy else "",
        "policy_en": policy.title.en if policy else "",
        "evidence": " ".join(kinds),
        "collectors": "; ".join(f"{kind}: {who(coverage, kind)}" for kind in kinds),
        "reason_zh": "" if policy else reason_of(check, "zh"),
        "reason_en": "" if policy else reason_of(check, "en"),
        **{name: crosswalk.get(name, "") for name in _COLUMNS[-6:]},
    }


def _harmless(text: str) -> str:
    """A spreadsheet must not take a text for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
