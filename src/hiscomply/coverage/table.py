"""The matrix in a terminal: a line per clause, or a line per check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from hiscomply.coverage.matrix import CLASSES, Coverage, CoveredCheck
from hiscomply.model import Text

_HEADS = Text("条款|名称|A|S|M|策略|证据类型", "clause|title|A|S|M|policies|evidence kinds")
_CHECKS = Text("检查项|类别|策略|证据类型|采集器", "check|class|policy|evidence kinds|collectors")
_WITHOUT = Text("没有策略的检查项", "Checks without a policy")
_NO_REASON = Text("既无策略也无原因", "neither a policy nor a reason")
_TOTAL = Text(
    "条款 {clauses}，检查项 {checks}：有策略 {served}，写明无策略的原因 {reasoned}，两者皆无 {open}。"
    "策略 {policies}，证据类型 {kinds}。",
    "Clauses: {clauses}. Checks: {checks}, of which {served} with a policy, {reasoned} with a reason why not, "
    "{open} with neither. Policies: {policies}. Evidence kinds: {kinds}.",
)


def overview(coverage: Coverage, language: str) -> Iterator[str]:
    """A line per clause, what has no policy with its reason, and the totals."""
    rows = [
        (
            one.clause.id,
            one.clause.title.to(language),
            *(_share(*one.share(letter)) for letter in CLASSES),
            str(len(one.policies)),
            str(len(one.kinds)),
        )
        for one in coverage.clauses
    ]
    yield from aligned(_HEADS.to(language).split("|"), rows)
    yield from _without(coverage.checks, language)
    yield from ("", total(coverage, language))


def detailed(coverage: Coverage, language: str) -> Iterator[str]:
    """Clause by clause: a line per check and policy, with the evidence and who collects it."""
    for one in coverage.clauses:
        yield f"{one.clause.id} {one.clause.title.to(language)}"
        yield f"  {one.clause.aim.to(language)}"
        rows = [
            (check.check.id, check.check.check_class, policy.id, ", ".join(policy.kinds), "; ".join(givers))
            for check in one.checks
            for policy in check.policies
            for givers in [[f"{kind}: {who(coverage, kind)}" for kind in policy.kinds]]
        ]
        yield from (f"  {line}" for line in aligned(_CHECKS.to(language).split("|"), rows))
        for policy in one.others:
            yield f"  —  {policy.id}"
        yield from _without(one.checks, language)
        yield ""
    yield total(coverage, language)


def total(coverage: Coverage, language: str) -> str:
    """The counts in one sentence."""
    return _TOTAL.to(language).format(**counts(coverage))


def counts(coverage: Coverage) -> dict[str, int]:
    """The counts by name."""
    checks = coverage.checks
    return {
        "clauses": len(coverage.clauses),
        "checks": len(checks),
        "served": sum(bool(one.policies) for one in checks),
        "reasoned": sum(not one.policies and one.check.reason is not None for one in checks),
        "open": sum(one.is_open for one in checks),
        "policies": len(coverage.policies),
        "kinds": len(coverage.kinds),
    }


def who(coverage: Coverage, kind: str) -> str:
    """The collectors that can give a kind: those that always do, then those that must be told."""
    return ", ".join((*coverage.collectors.get(kind, ()), *coverage.any_kind)) or "—"


def reason_of(check: CoveredCheck, language: str) -> str:
    """Why a check has no policy."""
    return (check.check.reason or _NO_REASON).to(language)


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns, Chinese characters counted as two; the last column is as wide as it is."""
    lines = [head, *rows]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = [
            text + " " * (width - cell_len(text)) for text, width in zip(line[:-1], widths[:-1], strict=True)
        ]
        yield "  ".join([*cells, line[-1]]).rstrip()


def _share(served: int, all_: int) -> str:
    return f"{served}/{all_}" if all_ else "—"


def _without(checks: Sequence[CoveredCheck], language: str) -> Iterator[str]:
    missing = [one for one in checks if not one.policies]
    if missing:
        yield from ("", f"{_WITHOUT.to(language)} ({len(missing)})")
        rows = [(one.check.id, one.check.check_class, reason_of(one, language)) for one in missing]
        yield from (f"  {line}" for line in list(aligned(("", "", ""), rows))[1:])
