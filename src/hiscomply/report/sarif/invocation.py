"""The invocation: when it ran, how it ended, and all that was not seen."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from sarif_om import Invocation, Message, Notification, ReportingDescriptorReference

from hiscomply.model import AuditResult, Collection, CollectionStatus, Rejected, Text
from hiscomply.report.exits import exit_meaning
from hiscomply.report.sarif.location import locate
from hiscomply.report.sarif.notices import COLLECTION, FOLDED, OVERRIDE, QUALITY, REJECTED
from hiscomply.report.sarif.results import utc_text
from hiscomply.report.words import COLLECTION_STATUSES

_UNSEEN: Final = (CollectionStatus.FAILED, CollectionStatus.DENIED, CollectionStatus.TIMED_OUT)


def build_invocation(result: AuditResult, language: str, folded: int, left_out: int) -> Invocation:
    """The run as one invocation; successful only if every collection could look at its target.

    Args:
        folded: findings that were written as groups.
        left_out: findings that found no room at all.
    """
    run = result.run
    program = PurePath(run.command[0]).name if run.command else "hiscomply"
    unseen = [item for item in result.evidence.collections if item.status in _UNSEEN]
    return Invocation(
        command_line=shlex.join([program, *run.command[1:]]),
        arguments=list(run.command[1:]),
        start_time_utc=utc_text(run.started),
        end_time_utc=utc_text(run.ended),
        exit_code=result.exit_code,
        exit_code_description=exit_meaning(result).to(language),
        execution_successful=result.exit_code != 2 and not unseen,
        tool_configuration_notifications=list(_overrides(result, language)),
        tool_execution_notifications=[
            *_collections(result.evidence.collections, language),
            *(_notice(QUALITY, "warning", text, language) for text in result.quality),
            *_limits(folded, left_out, language),
        ],
    )


def _overrides(result: AuditResult, language: str) -> Iterator[Notification]:
    for index, policy in enumerate(result.policies):
        for item in policy.info.parameters:
            if not item.is_overridden:
                continue
            name = f"{policy.info.id}.{item.name}"
            text = Text(
                f"参数 {name} 由 {item.origin} 设为 {item.value}，默认值为 {item.default}。",
                f"Parameter {name} is {item.value} by {item.origin}, default {item.default}.",
            )
            notice = _notice(OVERRIDE, "warning" if item.is_looser else "note", text, language)
            notice.associated_rule = ReportingDescriptorReference(id=policy.info.id, index=index)
            yield notice


def _collections(collections: tuple[Collection, ...], language: str) -> Iterator[Notification]:
    for item in collections:
        if item.status is CollectionStatus.OK:
            continue
        status, reason = (
            COLLECTION_STATUSES[item.status],
            item.reason or Text("未说明原因", "no reason given"),
        )
        kinds = item.affected or (() if item.status is CollectionStatus.PARTIAL else item.kinds)
        text = Text(
            f"采集 {item.target}（{item.collector}）{status.zh}：{reason.zh}。"
            + (f"依赖 {'、'.join(kinds)} 的判定为证据不足。" if kinds else ""),
            f"Collection {item.target} ({item.collector}) {status.en.lower()}: {reason.en}."
            + (f" What rests on {', '.join(kinds)} is not known." if kinds else ""),
        )
        notice = _notice(COLLECTION, "error" if item.status in _UNSEEN else "warning", text, language)
        notice.time_utc = utc_text(item.ended)
        yield notice
        yield from (_rejected(item, rejected, language) for rejected in item.rejected)
        unlisted = item.rejected_count - len(item.rejected)
        if unlisted > 0:
            more = Text(
                f"{item.target} 另有 {unlisted} 项被拒收。", f"{item.target}: {unlisted} more refused."
            )
            yield _notice(REJECTED, "warning", more, language)


def _rejected(collection: Collection, item: Rejected, language: str) -> Notification:
    kind = item.kind or "?"
    text = Text(
        f"{collection.target} 的一条 {kind} 证据被拒收（{item.subject}）：{item.reason.zh}。",
        f"A {kind} item of {collection.target} was refused ({item.subject}): {item.reason.en}.",
    )
    notice = _notice(REJECTED, "warning", text, language)
    notice.properties |= {"source": item.source, "reason.en": item.reason.en}
    notice.locations = [locate(item.source, item.line, item.column, item.subject or kind, kind)]
    return notice


def _limits(folded: int, left_out: int, language: str) -> Iterator[Notification]:
    if folded:
        text = Text(
            f"{folded:,} 项发现因数量上限合并为同因分组，逐条记录在 findings.parquet。",
            f"{folded:,} findings were folded into groups of one cause to stay below the result limit; "
            "each row is in findings.parquet.",
        )
        yield _notice(FOLDED, "warning", text, language)
    if left_out:
        text = Text(
            f"{left_out:,} 项发现因数量上限未写入本文件，逐条记录在 findings.parquet。",
            f"{left_out:,} findings are not in this file because of the result limit; "
            "each row is in findings.parquet.",
        )
        yield _notice(FOLDED, "warning", text, language)


def _notice(descriptor: str, level: str, text: Text, language: str) -> Notification:
    return Notification(
        descriptor=ReportingDescriptorReference(id=descriptor),
        level=level,
        message=Message(text=text.to(language)),
        properties={"message.zh": text.zh, "message.en": text.en},
    )
