"""XCCDF results and ARF reports, as OpenSCAP and other SCAP scanners write them: read as a stream. Pure.

No document type, no entity and no external file is accepted: a result file has no use for them.
"""

from __future__ import annotations

import xml.parsers.expat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_scans.scan import About, Scan

_XCCDF: Final = "http://checklists.nist.gov/xccdf/"
_ROOTS: Final = ("Benchmark", "TestResult", "asset-report-collection")
_MAX_TEXT: Final = 4096
_VERDICTS: Final[Mapping[str, bool | None]] = {
    "pass": True,
    "fixed": True,
    "fail": False,
    "error": None,
    "unknown": None,
    "notchecked": None,
}
"""Results that become a record; the rest (notapplicable, notselected, informational) says nothing of the asset."""
_EVALUATED: Final = ("pass", "fixed", "fail")
_SEVERITY: Final = {"high": "high", "medium": "medium", "low": "low", "info": "low"}


@dataclass(slots=True)
class _Result:
    rule: str
    severity: str | None
    line: int
    outcome: str = ""


@dataclass(slots=True)
class _Test:
    attributes: Mapping[str, str]
    target: str = ""
    profile: str = ""
    benchmark: str = ""
    results: list[_Result] = field(default_factory=list)


class _Reader:
    """Takes the events of one document and keeps the tests that are whole."""

    def __init__(self) -> None:
        self.parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = _refuse
        self.parser.EntityDeclHandler = _refuse
        self.parser.ExternalEntityRefHandler = _refuse
        self.tests: list[_Test] = []
        self.scanner = ""
        self._path: list[str] = []
        self._depth = 0
        self._test: _Test | None = None
        self._said = ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        self._depth += 1
        if self._depth == 1 and local not in _ROOTS:
            raise CollectFailed(
                Text(
                    f"XML 根元素是 {local[:60]!r},不是 XCCDF 或 ARF 结果",
                    f"an XML document of {local[:60]!r}, which is neither XCCDF nor ARF results",
                )
            )
        if self._test is None:
            if local == "TestResult" and space.startswith(_XCCDF):
                self._test, self._path = _Test(dict(attributes)), []
            return
        self._path.append(local)
        self._said = ""
        match self._path:
            case ["rule-result"]:
                line = self.parser.CurrentLineNumber
                found = _Result(attributes.get("idref", ""), attributes.get("severity"), line)
                self._test.results.append(found)
            case ["profile"]:
                self._test.profile = attributes.get("idref", "")
            case ["benchmark"]:
                self._test.benchmark = attributes.get("id", "")

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._test is None:
            return
        if not self._path:
            self.tests.append(self._test)
            self._test = None
            return
        match self._path:
            case ["rule-result", "result"]:
                self._test.results[-1].outcome = self._said.strip()
            case ["target"]:
                self._test.target = self._test.target or self._said.strip()
        self._path.pop()
        self._said = ""

    def _text(self, data: str) -> None:
        if self._test is not None and len(self._said) < _MAX_TEXT:
            self._said += data


def _refuse(*_event: Any) -> NoReturn:
    raise CollectFailed(
        Text(
            "XML 含有文档类型或实体声明,已拒绝(扫描结果用不到)",
            "the XML declares a document type or entities and is refused: scan results need none",
        )
    )


def parse(pieces: Iterable[bytes], about: About) -> Iterator[Scan]:
    """The tests of a document, each as soon as it is whole.

    Raises:
        CollectFailed: broken or cut-off XML, a document type, another root, or no test in it.
    """
    reader = _Reader()
    count = 0
    for piece, is_last in _with_end(pieces):
        try:
            reader.parser.Parse(piece, is_last)
        except xml.parsers.expat.ExpatError as error:
            told = xml.parsers.expat.errors.messages.get(error.code, str(error.code))
            raise CollectFailed(
                Text(
                    f"XML 在第 {error.lineno} 行损坏或被截断:{told}",
                    f"the XML is broken or cut off at line {error.lineno}: {told}",
                )
            ) from None
        while reader.tests:
            count += 1
            yield _scan(reader.tests.pop(0), about)
    if not count:
        raise CollectFailed(
            Text(
                "XML 中没有 TestResult:这是规则内容,不是扫描结果",
                "the XML holds no TestResult: it is content to scan with, not the result of a scan",
            )
        )


def _with_end(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    for piece in pieces:
        yield piece, False
    yield b"", True


def _scan(test: _Test, about: About) -> Scan:
    done_at = about.moment(test.attributes.get("end-time"))
    outcomes = Counter(result.outcome for result in test.results)
    selected = sum(outcomes.values()) - outcomes["notselected"]
    evaluated = sum(outcomes[one] for one in _EVALUATED)
    scan = Scan(
        about,
        tool=_tool(test.attributes.get("test-system", "")),
        asset_id=about.asset_of(test.target),
        observed_at=about.observed(done_at),
        finished_at=done_at,
        is_examination=evaluated > 0,
        baseline=test.profile or test.benchmark,
        part=test.target,
        type="configuration",
        selected=selected,
        evaluated=evaluated,
    )
    for result in test.results:
        _take(result, scan)
    if not evaluated:
        shown = ", ".join(f"{count} {name or '?'}" for name, count in sorted(outcomes.items())) or "0"
        scan.set_aside(
            "config_result",
            Text(
                f"选中 {selected} 条规则,没有一条得出结论({shown}):基线内容可能不适用于该系统",
                f"{selected} rules were selected and none gave a verdict ({shown}): the content may not fit this system",
            ),
            subject=scan.asset_id,
        )
    return scan


def _tool(system: str) -> str:
    """``cpe:/a:redhat:openscap:1.3.7`` is openscap 1.3.7."""
    parts = system.split(":")
    if system.startswith("cpe:/a:") and len(parts) >= 4:
        return " ".join(parts[3:5])
    return "xccdf"


def _take(result: _Result, scan: Scan) -> None:
    if result.outcome in _VERDICTS and result.rule:
        scan.add_result(
            result.rule,
            _VERDICTS[result.outcome],
            severity=_SEVERITY.get(result.severity or ""),
            line=result.line,
        )
    elif result.outcome not in {"notapplicable", "notselected", "informational"} or not result.rule:
        scan.set_aside(
            "config_result",
            Text("规则结果无法识别", "the result of a rule is none that XCCDF knows"),
            line=result.line,
            subject=result.rule[:120],
        )
