"""What a person sees in the terminal when the audit has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hiscomply.model import AuditResult, ClauseStatus, CollectionStatus, PolicyResult, State, Text, Verdict
from hiscomply.report.chapters import draw_bar, glyphs, summarise_chapters
from hiscomply.report.exits import exit_meaning
from hiscomply.report.lines import (
    WAIVED,
    example_of,
    group_message,
    held_back_text,
    kinds_without_evidence,
    message_of,
    open_count,
    place_of,
    printable,
    statements_used,
    waivers_of,
    waivers_told,
    worst_first,
)
from hiscomply.report.messages import show_time
from hiscomply.report.words import COLLECTION_STATUSES, SEVERITIES, chapter_name, severity_word

if TYPE_CHECKING:
    from rich.console import Console

_MAX_POLICIES: Final = {Verdict.FAIL: 8, Verdict.UNKNOWN: 5}
_MAX_UNSEEN: Final = 8
_MAX_WAIVED: Final = 5
_MAX_LINE: Final = 4_000
_LINES_AT_ONCE: Final = 1_000
_CHAPTER: Final = Text("章节", "Chapter")
_SHORT: Final = {
    ClauseStatus.PASS: Text("符合", "pass"),
    ClauseStatus.PARTIAL: Text("部分", "part"),
    ClauseStatus.FAIL: Text("不符", "fail"),
    ClauseStatus.UNKNOWN: Text("不足", "unknown"),
    ClauseStatus.NOT_APPLICABLE: Text("不适用", "n/a"),
}
_WORST: Final = Text("最严重的不符合", "Worst findings")
_UNKNOWN: Final = Text("证据不足", "Not known")
_COVERED: Final = Text("有例外的不符合", "Waived")
_UNSEEN: Final = Text("未能看到的", "What was not seen")
_NO_RECORD: Final = Text("没有任何记录的证据：{}", "No record at all of: {}")
_MORE: Final = Text("另有 {} 项，见报告", "{} more in the report")
_REPORT: Final = Text("报告：{}", "Report: {}")
_OF: Final = Text("{} / {} 个", "{} of {}")
_STATED: Final = Text("依据签字声明不适用", "Not applicable by signed statement")
_STATEMENT: Final = Text(
    "{topic}:{count} 条策略;{who} 签于 {on},有效期至 {until}({origin})",
    "{topic}: {count} policies; signed by {who} on {on}, valid until {until} ({origin})",
)
_EXIT: Final = Text("结论：{}（退出码 {}）。", "Verdict: {} (exit code {}).")
_COUNTS: Final = Text(
    "策略 {0} 条：符合 {1}，不符合 {2}，证据不足 {3}，不适用 {4}。",
    "{0} policies: {1} pass, {2} fail, {3} unknown, {4} not applicable.",
)
_COUNTS_WAIVED: Final = Text(
    "策略 {0} 条：符合 {1}，不符合 {2}，证据不足 {3}，不适用 {4}，不符合但有例外 {5}。",
    "{0} policies: {1} pass, {2} fail, {3} unknown, {4} not applicable, {5} waived.",
)
_UNDECIDED: Final = Text("证据不足", "unknown")
_COLLECTION: Final = Text("采集", "collection")
_EVIDENCE: Final = Text("证据", "evidence")


def print_summary(
    result: AuditResult, console: Console, language: str, reports: Sequence[Path | str] = ()
) -> None:
    """Chapters, worst findings, what was not seen, and last the verdict in words.

    Args:
        result: the audit.
        console: where to print; colour is never needed to understand it.
        language: ``zh`` or ``en``.
        reports: where the reports are, as the user should read it.
    """
    run = result.run
    moment = show_time(run.as_of, run.tz)
    # a profile that nobody wrote down needs its reason; the other origins are in the report
    why = f" ({run.profile_origin})" if run.profile_origin.startswith("institution.") else ""
    _say(console, f"{run.institution.to(language)}  {run.profile}{why}  {moment} {run.zone}", style="bold")
    console.print()
    _print_chapters(result, console, language)
    _print_policies(result, Verdict.FAIL, _WORST, console, language)
    _print_policies(result, Verdict.UNKNOWN, _UNKNOWN, console, language)
    _print_waived(result, console, language)
    _print_unseen(result, console, language)
    _print_statements(result, console, language)
    console.print()
    for report in reports:
        _say(console, _REPORT.to(language).format(report))
    _say(console, _count_policies(result, language))
    _say(
        console, _EXIT.to(language).format(exit_meaning(result).to(language), result.exit_code), style="bold"
    )


def print_check(result: AuditResult, write: Callable[[str], object], language: str) -> None:
    """A line per finding, ``path:line:column: severity policy_id message``, and the verdict last.

    Plain text for other programs, so that nothing has to be loaded that draws. The severity is a word of the language;
    "unknown" stands in its place where nothing was judged.

    Findings that are gone since the previous run are left out; waived ones say by which waiver. No control character
    gets through.

    Args:
        write: writes a text and ends its line; it is given many lines at once.
    """
    waiting: list[str] = []
    for line in _check_lines(result, language):
        waiting.append(printable(line, _MAX_LINE))
        if len(waiting) == _LINES_AT_ONCE:
            write("\n".join(waiting))
            waiting.clear()
    if waiting:
        write("\n".join(waiting))


def _check_lines(result: AuditResult, language: str) -> Iterator[str]:
    infos = {policy.info.id: policy.info for policy in result.policies}
    for item in result.evidence.collections:
        if item.status is not CollectionStatus.OK:
            reason = f": {item.reason.to(language)}" if item.reason else ""
            status = COLLECTION_STATUSES[item.status].to(language)
            yield f"{printable(item.target)}: {_UNDECIDED.to(language)} {_COLLECTION.to(language)} {status}{reason}"
        for rejected in item.rejected:
            parts = (rejected.source, rejected.line, rejected.column)
            place = ":".join(str(part) for part in parts if part is not None)
            yield f"{place}: {_UNDECIDED.to(language)} {_EVIDENCE.to(language)} {rejected.reason.to(language)}"
    for finding in result.findings():
        if finding.state is State.ABSENT:
            continue
        info = infos[finding.policy_id]
        is_unknown = finding.verdict is Verdict.UNKNOWN
        label = _UNDECIDED if is_unknown else severity_word(info.severity)
        told = message_of(info, finding, language, result.run.tz)
        waived = f" [{WAIVED.to(language).format(finding.waiver)}]" if finding.waiver else ""
        yield f"{place_of(finding)}: {label.to(language)} {info.id} {told}{waived}"
    yield _count_policies(result.whole or result, language)
    if result.held_back is not None:
        yield held_back_text(result.held_back).to(language)
    yield _EXIT.to(language).format(exit_meaning(result).to(language), result.exit_code)


def _print_chapters(result: AuditResult, console: Console, language: str) -> None:
    from rich.table import Table
    from rich.text import Text as Line

    is_unicode = console.encoding.lower().startswith("utf")
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column(_CHAPTER.to(language), no_wrap=True, overflow="ellipsis", max_width=30)
    for status in ClauseStatus:
        table.add_column(_SHORT[status].to(language), justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for chapter in summarise_chapters(result):
        counts = [str(chapter.counts.get(status) or "-") for status in ClauseStatus]
        name = printable(f"{chapter.id} {chapter_name(chapter.id).to(language)}")
        table.add_row(Line(name), *counts, Line(draw_bar(chapter, is_unicode)))
    console.print(table)
    legend = (f"{glyph} {_SHORT[status].to(language)}" for status, glyph in glyphs(is_unicode).items())
    _say(console, "  ".join(legend), style="dim")


def _print_policies(
    result: AuditResult, verdict: Verdict, heading: Text, console: Console, language: str
) -> None:
    from rich.cells import cell_len

    policies = worst_first(result.policies, verdict)
    if not policies:
        return
    console.print()
    _say(console, heading.to(language), style="bold")
    for policy in policies[: _MAX_POLICIES[verdict]]:
        count = open_count(policy, verdict)
        total = policy.judged + policy.unknown
        severity = SEVERITIES[policy.info.severity].to(language)
        of = _OF.to(language).format(f"{count:,}", f"{total:,}")
        title = _fit(policy.info.title.to(language), console.width - cell_len(severity + of) - 6)
        _say(console, f"  {severity}  {title}  {of}")
        _print_example(result, policy, verdict, console, language)
    _print_rest(len(policies) - _MAX_POLICIES[verdict], console, language)


def _print_example(
    result: AuditResult, policy: PolicyResult, verdict: Verdict, console: Console, language: str
) -> None:
    example = example_of(policy, verdict)
    if example is None:
        return
    group, finding = example
    _say(console, group_message(policy.info, group, language, result.run.tz, finding), indent=6)
    if finding is not None:
        _say(console, f"@ {place_of(finding)}", indent=6, style="dim")


def _print_waived(result: AuditResult, console: Console, language: str) -> None:
    """Failures that nobody has to mend before the waiver ends, with the waivers."""
    policies = [policy for policy in result.policies if policy.is_waived]
    if not policies:
        return
    waivers = waivers_of(result)
    console.print()
    _say(console, _COVERED.to(language), style="bold")
    for policy in policies[:_MAX_WAIVED]:
        of = _OF.to(language).format(f"{policy.waived:,}", f"{policy.judged + policy.unknown:,}")
        _say(console, f"{policy.info.title.to(language)}  {of}", indent=2)
        for told in waivers_told(policy, waivers, language)[:_MAX_WAIVED]:
            _say(console, told, indent=6, style="dim")
    _print_rest(len(policies) - _MAX_WAIVED, console, language)


def _print_unseen(result: AuditResult, console: Console, language: str) -> None:
    failed = [item for item in result.evidence.collections if item.status is not CollectionStatus.OK]
    kinds = list(kinds_without_evidence(result))
    if not failed and not kinds:
        return
    console.print()
    _say(console, _UNSEEN.to(language), style="bold")
    groups: dict[tuple[str, CollectionStatus, Text | None], list[str]] = {}
    for item in failed:
        groups.setdefault((item.collector, item.status, item.reason), []).append(item.target)
    for (collector, status, why), targets in list(groups.items())[:_MAX_UNSEEN]:
        reason = f": {why.to(language)}" if why else ""
        more = f" (+{len(targets) - 1:,})" if len(targets) > 1 else ""
        told = COLLECTION_STATUSES[status].to(language)
        # the last words of a reason say what to do next, so it is given more room than the rest
        _say(console, f"{printable(targets[0], 40)}{more} ({collector}) {told}{reason}", indent=2, lines=6)
    _print_rest(len(groups) - _MAX_UNSEEN, console, language)
    if kinds:
        listed = ("、" if language == "zh" else ", ").join(
            result.kinds[kind].to(language) if kind in result.kinds else kind for kind in kinds
        )
        _say(console, _NO_RECORD.to(language).format(listed), indent=2)


def _print_statements(result: AuditResult, console: Console, language: str) -> None:
    """What is not applicable only because somebody signed that it does not exist."""
    resting = statements_used(result)
    if not resting:
        return
    console.print()
    _say(console, _STATED.to(language), style="bold")
    for statement, policies in resting:
        told = _STATEMENT.to(language).format(
            topic=statement.topic,
            count=len(policies),
            who=statement.signed_by,
            on=statement.signed_on,
            until=statement.until,
            origin=statement.origin,
        )
        _say(console, told, indent=2)


def _print_rest(count: int, console: Console, language: str) -> None:
    if count > 0:
        _say(console, _MORE.to(language).format(count), indent=2)


def _count_policies(result: AuditResult, language: str) -> str:
    counts = Counter(policy.open_verdict for policy in result.policies)
    waived = sum(policy.is_waived for policy in result.policies)
    told = _COUNTS_WAIVED if waived else _COUNTS
    return told.to(language).format(len(result.policies), *(counts[verdict] for verdict in Verdict), waived)


def _fit(text: str, cells: int) -> str:
    """The text cut to so many columns, Chinese being two wide."""
    from rich.text import Text as Line

    line = Line(printable(text))
    line.truncate(max(20, cells), overflow="ellipsis")
    return line.plain


def _say(console: Console, text: str, *, indent: int = 0, style: str = "", lines: int = 2) -> None:
    """Prints evidence as it is: rich reads no markup in it, and no control character gets through.

    What is indented takes so many lines at most; what is not is one line, however long, for other programs.
    """
    from rich.text import Text as Line

    line = Line(printable(text, _MAX_LINE), style=style)
    if not indent:
        console.print(line, soft_wrap=True)
        return
    width = max(20, console.width - indent)
    line.truncate(lines * (width - 2), overflow="ellipsis")
    for piece in line.wrap(console, width):
        piece.rstrip()
        console.print(Line(" " * indent) + piece, soft_wrap=True)
