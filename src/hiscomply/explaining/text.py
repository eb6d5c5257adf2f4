"""An explanation as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hiscomply.explaining.key_place import KeyPlace, key_of
from hiscomply.explaining.model import Explanation, InEffect
from hiscomply.model import ParameterValue, Text
from hiscomply.report.lines import message_of, place_of, printable
from hiscomply.report.words import SEVERITIES, STRENGTHS, VERDICTS, framework_name, word

_HEADINGS: Final[Mapping[str, Text]] = {
    "values": Text("生效的值", "In effect"),
    "rule": Text("规则", "Rule"),
    "numbers": Text("数值的来源", "Where the numbers come from"),
    "clauses": Text("条款", "Clauses"),
    "change": Text("能通过的最小改动", "The smallest change that passes"),
}
_ORIGINS: Final[Mapping[str, Text]] = {
    "written": Text("写明", "written"),
    "inherited": Text("继承自外层", "inherited"),
    "conditional": Text("只在部分情形下生效", "for some cases only"),
    "default": Text("软件默认值，文件未写明", "the program's default, no file states it"),
    "setting": Text("文件中的一项，按原文判定", "a line of the file, judged as it stands"),
}
_READ = Text("取值文件：{}", "Values come from: {}")
_MISSING = Text("缺少：{}", "Missing: {}")
_UNCERTAIN = Text("可能被未读取的内容覆盖", "what was not read may override it")
_OVERRIDDEN = Text("由 {0} 设定，默认 {1}", "set by {0}; the default is {1}")
_VERIFIED = Text(
    "已验证：在副本上实际运行，策略 {0} 通过（通过的对象：{1}），其他结论均未变差。您的文件没有改动。",
    "Verified by running it on a copy: {0} passes (subjects that pass: {1}), no other verdict got worse. "
    "Your files are as they were.",
)
_NONE = Text("没有经过验证的改动：{}。", "No change could be verified: {}.")
_ADVICE = Text("处置建议：{}", "Remediation: {}")
_NO_VALUE = Text("（无值）", "(no value)")


def lines(one: Explanation, language: str) -> Iterator[str]:
    """The explanation, line by line, safe to print."""
    finding, info = one.finding, one.info
    severity, verdict = SEVERITIES[info.severity].to(language), VERDICTS[finding.verdict].to(language)
    yield f"{place_of(finding)}  {verdict} · {severity}  {info.id}"
    yield f"  {info.title.to(language)}"
    yield f"  {message_of(info, finding, language, one.run.tz)}"
    yield f"  {finding.fingerprint[:16]}"
    yield ""
    yield from _code(one, language)
    yield from _values(one, language)
    yield _heading("rule", language)
    yield from (f"  {printable(line)}" for line in info.condition.split("\n"))
    yield ""
    if info.parameters:
        yield _heading("numbers", language)
        for parameter in info.parameters:
            yield from _number(parameter, language)
        yield ""
    yield _heading("clauses", language)
    for clause in one.clauses:
        yield f"  {clause.id} {clause.title.to(language)}"
        for framework, ids in clause.crosswalk.items():
            yield f"    {framework_name(framework, one.run.profile).to(language)}: {', '.join(ids)}"
    yield ""
    yield _heading("change", language)
    yield from _change(one, language)


def _heading(name: str, language: str) -> str:
    return _HEADINGS[name].to(language)


def _code(one: Explanation, language: str) -> Iterator[str]:
    if one.hidden is not None:
        yield f"  ({one.hidden.to(language)})"
    width = len(str(one.lines[-1].number)) if one.lines else 0
    key = key_of(one)
    for line in one.lines:
        is_it = line.number == one.finding.line
        yield f"{'>' if is_it else ' '} {line.number:>{width}} | {printable(line.text)}"
        value_at = one.finding.column if is_it else None
        key_is = key if key is not None and key.line == line.number else None
        marks = _marks(printable(line.text), key_is, value_at)
        if marks:
            yield f"  {' ' * width} | {marks}"
    yield ""


def _marks(text: str, key: KeyPlace | None, value_at: int | None) -> str:
    """A wave below the key and a caret where the value begins."""
    marks = ""
    if key is not None:
        name = text[key.column - 1 : key.column - 1 + key.length]
        marks = _filled(text[: key.column - 1]) + _filled(name, "~")
    if value_at:
        lead = _filled(text[: value_at - 1])
        marks = marks[: len(lead)] + lead[len(marks) :] + "^"
    return marks


def _filled(text: str, mark: str = " ") -> str:
    """So many marks as the text is wide on a terminal."""
    from rich.cells import cell_len

    return mark * cell_len(text)


def _values(one: Explanation, language: str) -> Iterator[str]:
    if not (one.values or one.missing):
        return
    yield _heading("values", language)
    for value in one.values:
        yield f"  {_value(value, language)}"
    if one.read:
        yield f"  {_READ.to(language).format(printable(', '.join(one.read)))}"
    if one.missing:
        yield f"  {_MISSING.to(language).format(printable(one.missing))}"
    yield ""


def _value(value: InEffect, language: str) -> str:
    place = [value.file, value.line, value.column]
    notes = [_ORIGINS[value.origin].to(language), ":".join(str(part) for part in place if part is not None)]
    if value.section:
        notes.append(f"[{value.section}]")
    if not value.is_certain and value.origin != "setting":
        notes.append(_UNCERTAIN.to(language))
    shown = _NO_VALUE.to(language) if value.value is None else value.value
    return printable(f"{value.key} = {shown}  ({'; '.join(notes)})")


def _number(one: ParameterValue, language: str) -> Iterator[str]:
    yield f"  {one.name} = {printable(str(one.value))}"
    source = one.source
    yield f"    {printable(source.to(language))} ({word(STRENGTHS, source.strength).to(language)})"
    if one.is_overridden:
        yield f"    {_OVERRIDDEN.to(language).format(printable(one.origin), printable(str(one.default)))}"


def _change(one: Explanation, language: str) -> Iterator[str]:
    if one.change is None:
        assert one.unchanged is not None
        yield f"  {_NONE.to(language).format(one.unchanged.to(language))}"
        yield f"  {_ADVICE.to(language).format(one.info.remediation.to(language))}"
        return
    yield from (printable(line) for line in one.change.diff.split("\n"))
    yield _VERIFIED.to(language).format(one.info.id, one.change.subjects)
