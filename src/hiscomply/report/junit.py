"""JUnit XML, so that any CI server shows clauses and policies as suites and cases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from hiscomply.model import AuditResult, ClauseResult, PolicyResult, Text, Verdict, Waiver
from hiscomply.report.lines import WAIVED, message_of, place_of, waiver_told, waivers_of, waivers_told
from hiscomply.report.messages import reason_text
from hiscomply.report.words import CLAUSE_STATUSES, CONTROL_STATUSES, word

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTS: Final = Text(
    "符合 {0}，不符合 {1}，证据不足 {2}，不适用 {3}，例外 {4}",
    "pass {0}, fail {1}, unknown {2}, not applicable {3}, waived {4}",
)
_NO_SUBJECTS: Final = Text("没有可判定的对象", "there was nothing to judge")
_MORE: Final = Text("…… 另有 {} 个", "... and {} more")


class JunitReporter:
    """A suite per clause, a case per policy.

    fail is a failure; unknown is an error, never a success; what is not applicable, a clause that has no
    policy, and a policy of which waivers cover every failure, is skipped. A policy that serves two clauses is a case of both.
    """

    name: ClassVar[str] = "junit"
    filename: ClassVar[str] = "junit.xml"
    summary: ClassVar[Text] = Text(
        "JUnit XML：每个条款一个套件，每条策略一个用例", "JUnit XML: a suite per clause, a case per policy"
    )

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the document to ``path``, and returns it."""
        from xml.etree.ElementTree import Element, ElementTree, indent

        root = Element("testsuites", name=_xml(" ".join(("hiscomply", *result.only))))
        waivers = waivers_of(result)
        root.extend(_suite(clause, result, waivers, language) for clause in result.clauses)
        for name in ("tests", "failures", "errors", "skipped"):
            root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
        indent(root)
        ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
        return [path]


def _suite(
    clause: ClauseResult, result: AuditResult, waivers: Mapping[str, Waiver], language: str
) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    suite = Element("testsuite", name=_xml(f"{clause.id} {clause.title.to(language)}"))
    suite.set("timestamp", result.run.started.replace(tzinfo=None).isoformat(timespec="seconds"))
    cases = [_case(clause, policy, result, waivers, language) for policy in clause.policies]
    if not cases:
        case = Element("testcase", classname=_xml(clause.id), name="no_policy")
        status = word(CONTROL_STATUSES, clause.control_status).to(language)
        SubElement(case, "skipped", message=_xml(f"{CLAUSE_STATUSES[clause.status].to(language)}: {status}"))
        cases = [case]
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)
    return suite


def _case(
    clause: ClauseResult,
    policy: PolicyResult,
    result: AuditResult,
    waivers: Mapping[str, Waiver],
    language: str,
) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    info = policy.info
    case = Element("testcase", classname=_xml(clause.id), name=_xml(info.id))
    counts = (policy.passed, policy.failed, policy.unknown, policy.not_applicable, policy.waived)
    told = _COUNTS.to(language).format(*counts)
    headline = _xml(f"{info.title.to(language)}: {told}")
    verdict = policy.open_verdict
    if verdict is Verdict.FAIL:
        trouble = SubElement(case, "failure", message=headline, type=info.severity.value)
        trouble.text = _xml(_details(policy, result, waivers, language))
    elif verdict is Verdict.UNKNOWN:
        trouble = SubElement(case, "error", message=headline, type="unknown")
        trouble.text = _xml(_details(policy, result, waivers, language) or _NO_SUBJECTS.to(language))
    elif verdict is Verdict.NOT_APPLICABLE:
        SubElement(case, "skipped", message=headline)
    elif verdict is None:
        covered = "; ".join(waivers_told(policy, waivers, language))
        skipped = SubElement(case, "skipped", message=f"{headline}; {_xml(covered)}")
        skipped.text = _xml(_details(policy, result, waivers, language))
    output = SubElement(case, "system-out")
    output.text = headline
    return case


def _details(policy: PolicyResult, result: AuditResult, waivers: Mapping[str, Waiver], language: str) -> str:
    """The samples of each group, a line each, and how many there are besides."""
    lines = []
    for group in policy.groups:
        if group.verdict is Verdict.UNKNOWN:
            lines.append(f"[{group.count}] {reason_text(group, language)}")
        for finding in group.samples:
            told = message_of(policy.info, finding, language, result.run.tz)
            if finding.waiver is not None:
                waived = WAIVED.to(language).format(waiver_told(finding.waiver, waivers, language))
                told = f"{told} [{waived}]"
            lines.append(f"{place_of(finding)}: {told}")
        if group.count > len(group.samples):
            lines.append(_MORE.to(language).format(group.count - len(group.samples)))
    return "\n".join(lines)


def _xml(text: str) -> str:
    """The text without the characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
