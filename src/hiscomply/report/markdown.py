"""A short Markdown page for the job summary of a CI server."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from hiscomply.model import AuditResult, ClauseStatus, CollectionStatus, PolicyResult, Text, Verdict
from hiscomply.report.exits import exit_meaning
from hiscomply.report.lines import (
    example_of,
    group_message,
    held_back_text,
    kinds_without_evidence,
    open_count,
    place_of,
    printable,
    worst_first,
)
from hiscomply.report.messages import show_time
from hiscomply.report.words import (
    CLAUSE_STATUSES,
    COLLECTION_STATUSES,
    FRAMEWORKS,
    SEVERITIES,
    framework_name,
)

_MAX_ROWS: Final = 15
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&:@-])")
_TITLE: Final = Text("合规检查", "Compliance check")
_CLAUSES: Final = Text("条款", "Clauses")
_WORST: Final = Text("不符合项", "Not compliant")
_HEADER: Final = Text(
    "| 级别 | 条款 | 策略 | 数量 | 例 |", "| Severity | Clauses | Policy | Count | For example |"
)
_ONLY: Final = Text(
    "本报告只含以下控制项涉及的内容；退出码属于整次运行",
    "This report holds only what these controls concern; the exit code is the one of the whole run",
)
_STATUS: Final = Text("结论", "Status")
_EXIT: Final = Text("退出码 {}", "exit {}")
_UNKNOWN: Final = Text("证据不足", "Not known")
_UNSEEN: Final = Text("未能看到", "Not seen")
_NO_RECORD: Final = Text("没有任何记录", "not a single record")
_MORE: Final = Text("另有 {} 项，见完整报告。", "And {} more; the full report has them.")


class MarkdownReporter:
    """The verdict, the worst findings, and what was not seen, on one screen."""

    name: ClassVar[str] = "markdown"
    filename: ClassVar[str] = "summary.md"
    summary: ClassVar[Text] = Text("Markdown：供 CI 任务摘要", "Markdown: for the job summary of a CI server")

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the page to ``path``, and returns it."""
        text = "\n".join(_page(result, language)) + "\n"
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        return [path]


def _page(result: AuditResult, language: str) -> Iterator[str]:
    run = result.run
    yield f"## {_TITLE.to(language)}: {_plain(run.institution.to(language))}"
    yield ""
    moment = show_time(run.as_of, run.tz)
    meaning, code = exit_meaning(result).to(language), _EXIT.to(language).format(result.exit_code)
    yield f"**{meaning}** ({run.profile}, {moment}, {code})"
    yield ""
    counts = Counter(clause.status for clause in result.clauses)
    told = (f"{CLAUSE_STATUSES[status].to(language)} {counts[status]}" for status in ClauseStatus)
    yield f"{_CLAUSES.to(language)}: " + " · ".join(told)
    if result.held_back is not None:
        yield from ("", _plain(held_back_text(result.held_back).to(language), 400))
    yield from _only(result, language)
    for verdict, heading in ((Verdict.FAIL, _WORST), (Verdict.UNKNOWN, _UNKNOWN)):
        yield from _policies(result, verdict, heading, language)
    yield from _unseen(result, language)


def _only(result: AuditResult, language: str) -> Iterator[str]:
    """What the page was narrowed to, with the controls of each clause that is left."""
    if not result.only:
        return
    names = [framework_name(name, result.run.profile).to(language) for name in FRAMEWORKS]
    yield from ("", f"{_ONLY.to(language)}: {_plain(', '.join(result.only))}", "")
    yield f"| {_CLAUSES.to(language)} | {_STATUS.to(language)} | {' | '.join(names)} |"
    yield "|---" * (len(names) + 2) + "|"
    for clause in result.clauses:
        cells = [_plain(", ".join(clause.crosswalk.get(name, ())), 400) or "—" for name in FRAMEWORKS]
        title = f"{clause.id} {_plain(clause.title.to(language))}"
        yield f"| {title} | {CLAUSE_STATUSES[clause.status].to(language)} | {' | '.join(cells)} |"


def _policies(result: AuditResult, verdict: Verdict, heading: Text, language: str) -> Iterator[str]:
    policies = worst_first(result.policies, verdict)
    if not policies:
        return
    yield from (
        "",
        f"### {heading.to(language)} ({len(policies)})",
        "",
        _HEADER.to(language),
        "|---|---|---|---:|---|",
    )
    for policy in policies[:_MAX_ROWS]:
        yield _row(result, policy, verdict, language)
    if len(policies) > _MAX_ROWS:
        yield from ("", _MORE.to(language).format(len(policies) - _MAX_ROWS))


def _row(result: AuditResult, policy: PolicyResult, verdict: Verdict, language: str) -> str:
    info = policy.info
    example = example_of(policy, verdict)
    told = ""
    if example is not None:
        group, finding = example
        told = _plain(group_message(info, group, language, result.run.tz, finding), 160)
        if finding is not None:
            told += f" ({_plain(place_of(finding), 80)})"
    count = open_count(policy, verdict)
    title = f"{_plain(info.title.to(language))} `{info.id}`"
    clauses = _plain(", ".join(info.clauses))
    return f"| {SEVERITIES[info.severity].to(language)} | {clauses} | {title} | {count:,} | {told} |"


def _unseen(result: AuditResult, language: str) -> Iterator[str]:
    lines = [
        f"- {_plain(item.target)}: {COLLECTION_STATUSES[item.status].to(language)}"
        + (f", {_plain(item.reason.to(language), 160)}" if item.reason else "")
        for item in result.evidence.collections
        if item.status is not CollectionStatus.OK
    ]
    lines += [f"- `{kind}`: {_NO_RECORD.to(language)}" for kind in kinds_without_evidence(result)]
    if lines:
        yield from ("", f"### {_UNSEEN.to(language)} ({len(lines)})", "", *lines[:_MAX_ROWS])
    if len(lines) > _MAX_ROWS:
        yield from ("", _MORE.to(language).format(len(lines) - _MAX_ROWS))


def _plain(text: str, limit: int = 120) -> str:
    """Text that Markdown shows as it is: no link, no markup, no mention, no new line."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[1])};", printable(text, limit))
