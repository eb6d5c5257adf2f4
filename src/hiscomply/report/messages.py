"""Sentences of a finding: its message from the policy's template, and why something is not known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from hiscomply.model import Finding, FindingGroup, PolicyInfo, Text, Verdict
from hiscomply.patterns import late
from hiscomply.report.value_words import worded
from hiscomply.report.words import NOT_KNOWN

_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_]\w*)\}")
_TIME: Final = late(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)")
_SPAN: Final = late(r"-?\d+(\.\d+)? (week|day|hour|minute|second|month|year)s?\b")
_UNITS: Final = {
    "week": "周",
    "day": "天",
    "hour": "小时",
    "minute": "分钟",
    "second": "秒",
    "month": "个月",
    "year": "年",
}
_SECONDS: Final = late(r"PT(-?\d+)S")
_STEPS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_NOT_READ: Final = Text("配置不完整，有部分没有读到：{}", "Part of the configuration was not read: {}")
_NOT_JUDGED: Final = Text("未能判定：{}", "Could not be judged: {}")

_REASONS: Final[Mapping[str, tuple[Text, Text]]] = {
    "missing_field": (
        Text("缺少判定所需的字段：{}", "What the condition needs was not in the evidence: {}"),
        Text("缺少判定所需的字段", "A field that the condition needs was not in the evidence"),
    ),
    "stale": (
        Text(
            "证据已过有效期，不能证明当前状况：{}", "The evidence is too old to show how things are now: {}"
        ),
        Text("证据已过有效期，不能证明当前状况", "The evidence is too old to show how things are now"),
    ),
    "future": (
        Text(
            "证据的时间晚于审计时点，不予采信：{}", "The evidence is dated after the moment of the audit: {}"
        ),
        Text("证据的时间晚于审计时点，不予采信", "The evidence is dated after the moment of the audit"),
    ),
    "no_time": (
        Text("证据没有注明时间，无法判断新旧：{}", "The evidence does not say when it was true: {}"),
        Text("证据没有注明时间，无法判断新旧", "The evidence does not say when it was true"),
    ),
    "no_source": (
        Text("没有为此类证据配置采集来源：{}", "Nothing was set up to collect this evidence: {}"),
        Text("没有为此类证据配置采集来源", "Nothing was set up to collect this evidence"),
    ),
    "no_records": (
        Text(
            "采集未取得任何记录，空白不等于符合：{}", "No record was collected, and nothing is not a pass: {}"
        ),
        Text("采集未取得任何记录，空白不等于符合", "No record was collected, and nothing is not a pass"),
    ),
    "collection_incomplete": (
        Text(
            "采集未完整结束，可能有未见到的对象：{}",
            "A collection did not end well; subjects may be unseen: {}",
        ),
        Text("采集未完整结束，可能有未见到的对象", "A collection did not end well; subjects may be unseen"),
    ),
    "related_incomplete": (
        Text(
            "关联证据采集不完整，可能有未见到的记录：{}",
            "Related evidence is incomplete; records may be unseen: {}",
        ),
        Text(
            "关联证据采集不完整，可能有未见到的记录", "Related evidence is incomplete; records may be unseen"
        ),
    ),
    "related_uncertain": (
        Text(
            "无法确定哪些关联记录属于该对象：{}",
            "Which related records belong to the subject is not certain: {}",
        ),
        Text("无法确定哪些关联记录属于该对象", "Which related records belong to the subject is not certain"),
    ),
    "small_or_gap": (
        Text(
            "总体过小或有缺口，比例不能成立：{}",
            "The population is too small or has gaps; a share proves nothing: {}",
        ),
        Text(
            "总体过小或有缺口，比例不能成立",
            "The population is too small or has gaps; a share proves nothing",
        ),
    ),
    "share_undetermined": (
        Text(
            "部分对象未能判定，比例是否达标取决于它们：{}",
            "Whether the share is met hangs on subjects not known: {}",
        ),
        Text(
            "部分对象未能判定，比例是否达标取决于它们",
            "Whether the share is met hangs on subjects that are not known",
        ),
    ),
    "error": (
        Text("策略执行出错：{}", "The policy could not be run: {}"),
        Text("策略执行出错", "The policy could not be run"),
    ),
    "undetermined": (
        Text("现有证据既不能证明符合，也不能证明不符合：{}", "The evidence proves neither pass nor fail: {}"),
        Text("现有证据既不能证明符合，也不能证明不符合", "The evidence proves neither pass nor fail"),
    ),
    "invalid": (
        Text("证据内容有误，不能使用：{}", "The evidence is malformed and cannot be used: {}"),
        Text("证据内容有误，不能使用", "The evidence is malformed and cannot be used"),
    ),
}


def render_message(info: PolicyInfo, finding: Finding, language: str, zone: tzinfo) -> str:
    """The finding's sentence in ``language``, times in the project's zone.

    A template tells of a failure, so an unknown finding gets a sentence of its own instead; say
    ``reason_text`` after it. A value that the finding does not have reads "not known".
    """
    if finding.verdict is Verdict.UNKNOWN:
        return _NOT_JUDGED.to(language).format(info.title.to(language))
    told: list[str] = []
    for number, part in enumerate(_parts(info.message.to(language))):
        if number % 2 == 0:
            told.append(part)
            continue
        value = finding.values[part] if part in finding.values else _parameter(info, part)
        told.append(show_named(name_of(part, info), value, language, zone))
    return "".join(told)


def name_of(part: str, info: PolicyInfo) -> str:
    """The name by which a value has its words: ``value`` is one of a list where no record is judged."""
    return "each" if part == "value" and not info.subject_kind else part


def show_named(name: str, value: Any, language: str, zone: tzinfo) -> str:
    """A value of a message: a share in percent, a choice by its word, anything else as ``show_value``."""
    if name.startswith("share") and isinstance(value, float):
        return f"{value:.1%}"
    return show_value(worded(name, value, language), language, zone)


@lru_cache(maxsize=1024)
def _parts(template: str) -> Sequence[str]:
    """A template taken apart: words, the name of a value, words, and so on."""
    return _PLACEHOLDER.split(template)


def _parameter(info: PolicyInfo, name: str) -> Any:
    return next((one.value for one in info.parameters if one.name == name), None)


def reason_text(item: Finding | FindingGroup, language: str) -> str:
    """Why something is not known, with what is missing; empty for what is decided."""
    if item.reason is None:
        return ""
    not_read = _not_read(item, language)
    if not_read:
        return _NOT_READ.to(language).format(not_read)
    if item.reason not in _REASONS:
        return ": ".join(filter(None, (item.reason, ", ".join(item.missing))))
    with_names, without_names = _REASONS[item.reason]
    if not item.missing:
        return without_names.to(language)
    return with_names.to(language).format(("、" if language == "zh" else ", ").join(item.missing))


def _not_read(item: Finding | FindingGroup, language: str) -> str:
    """What of a configuration was not read, where that is why; of a group only if it is the same for all."""
    if item.reason != "missing_field":
        return ""
    findings = (item,) if isinstance(item, Finding) else item.samples
    told = {one.values.get(f"not_read_{language}") for one in findings}
    return str(told.pop() or "") if len(told) == 1 else ""


def show_value(value: Any, language: str, zone: tzinfo) -> str:
    """A value as people read it: times in the project's zone, durations in the language's units."""
    if value is None:
        return NOT_KNOWN.to(language)
    if isinstance(value, bool):
        return Text("是" if value else "否", "yes" if value else "no").to(language)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return show_time(value, zone)
    if isinstance(value, str):
        return _show_text(value, language, zone)
    if isinstance(value, Mapping):
        pairs = (f"{key} → {show_value(item, language, zone)}" for key, item in value.items())
        return _listed(list(pairs), language)
    if isinstance(value, Sequence):
        return _listed([show_value(item, language, zone) for item in value], language)
    return str(value)


def show_time(moment: datetime | None, zone: tzinfo) -> str:
    """``YYYY-MM-DD HH:MM`` in the project's zone as it is on that day, summer time and all; empty when there is none."""
    if moment is None:
        return ""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        local = aware.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # 9999-12-31, a directory's "never", has no later hour to move to
        local = aware.replace(tzinfo=None)
    return local.isoformat(" ", "minutes")


def show_duration(seconds: int, language: str) -> str:
    """Seconds as people say them, in at most two units: ``45 days``, ``1 天 2 小时``."""
    left = abs(seconds)
    parts: list[str] = []
    for unit, size in _STEPS:
        count, rest = divmod(left, size)
        if count and len(parts) < 2:
            left = rest
            plural = "" if count == 1 else "s"
            parts.append(f"{count} {_UNITS[unit]}" if language == "zh" else f"{count} {unit}{plural}")
    if not parts:
        return "0 秒" if language == "zh" else "0 seconds"
    return ("-" if seconds < 0 else "") + " ".join(parts)


def _listed(parts: list[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(parts)


def _show_text(text: str, language: str, zone: tzinfo) -> str:
    if not text[:1].isdigit() and text[:1] not in ("P", "-"):
        return text  # neither a time nor a duration
    span = _SECONDS.fullmatch(text)
    if span:
        return show_duration(int(span[1]), language)
    if _TIME.fullmatch(text):
        try:
            return show_time(datetime.fromisoformat(text), zone)
        except ValueError:  # looks like a time, is none (month 13): show it as it stands
            return text
    if language == "zh" and _SPAN.match(text) and not _SPAN.sub("", text).strip(" ,:.0123456789"):
        return _SPAN.sub(lambda match: f"{match[0].split()[0]} {_UNITS[match[2]]}", text)
    return text
