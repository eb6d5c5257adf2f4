"""SARIF 2.1.0 of any tool: results by rule; a rule named after a CVE is a vulnerability. Pure.

Messages and snippets are never read: they may quote what the tool looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_scans.documents import mapping, objects, text
from hiscomply_scans.scan import About, Scan, by_score, cves_in, number_of

VERSION: Final = "2.1.0"
_PASSES: Final = {"fail": False, "pass": True, "open": None, "review": None}
_LEVEL: Final = {"error": "high", "warning": "medium", "note": "low"}
_DOES_NOT_APPLY: Final = ("notApplicable", "informational")


def parse(log: dict[str, Any], about: About) -> Iterator[Scan]:
    """One scan for each run.

    Raises:
        CollectFailed: another version, no run, or nobody says what was scanned, or when.
    """
    if log.get("version") != VERSION:
        raise CollectFailed(
            Text(f"SARIF 版本不是 {VERSION}", f"a SARIF log of another version than {VERSION}")
        )
    runs = objects(log.get("runs"))
    if not runs:
        raise CollectFailed(Text("SARIF 中没有任何 run", "the SARIF log holds no run"))
    for number, run in enumerate(runs):
        yield _scan(run, number, about)


def _scan(run: dict[str, Any], number: int, about: About) -> Scan:
    driver = mapping(mapping(run.get("tool")).get("driver"))
    invocations = objects(run.get("invocations"))
    made = _made(invocations, about)
    listed = run.get("results")
    name, version = (
        text(driver.get("name")) or "sarif",
        text(driver.get("semanticVersion") or driver.get("version")),
    )
    scan = Scan(
        about,
        tool=f"{name.replace(' ', '-')} {version}".strip(),
        asset_id=about.asset_of(None),
        observed_at=about.observed(made),
        finished_at=made if _succeeded(invocations) else None,
        is_examination=isinstance(listed, list),
        baseline=name,
        scope=_category(run),
        part=str(number),
    )
    extensions = mapping(run.get("tool")).get("extensions")
    for index, result in enumerate(objects(listed)):
        rules = objects(_component(result, driver, extensions).get("rules"))
        _take(result, rules, f"/runs/{number}/results/{index}", scan)
    _say_what_is_open(run, invocations, listed, scan)
    return scan


def _category(run: dict[str, Any]) -> str:
    """What kind of run it is: the name that it has in common with the earlier ones of its kind."""
    return text(mapping(run.get("automationDetails")).get("id")).rpartition("/")[0]


def _made(invocations: list[dict[str, Any]], about: About) -> datetime | None:
    """When the first of its invocations ended: the run holds at least until then."""
    times = [about.moment(one.get("endTimeUtc") or one.get("startTimeUtc")) for one in invocations]
    return min((one for one in times if one is not None), default=None)


def _succeeded(invocations: list[dict[str, Any]]) -> bool:
    return all(one.get("executionSuccessful") is True for one in invocations)


def _take(result: dict[str, Any], rules: list[dict[str, Any]], pointer: str, scan: Scan) -> None:
    rule = _rule(result, rules)
    rule_id = (
        text(result.get("ruleId")) or text(mapping(result.get("rule")).get("id")) or text(rule.get("id"))
    )
    kind = text(result.get("kind", "fail"))
    if kind in _DOES_NOT_APPLY or result.get("baselineState") == "absent":
        return
    if not rule_id or kind not in _PASSES:
        reason = Text("结果没有规则编号,或类型未知", "a result without a rule, or of an unknown kind")
        scan.set_aside("config_result", reason, subject=pointer)
        return
    score = number_of(mapping(rule.get("properties")).get("security-severity"))
    severity = by_score(score) or _LEVEL.get(_level(result, rule))
    cves = cves_in(rule_id)
    for cve in cves if kind == "fail" else ():
        scan.add_vulnerability(cve, severity=severity, cvss=score, pointer=pointer)
    if not cves:
        scan.add_result(
            rule_id, _PASSES[kind], severity=severity, suppressed=_suppressed(result), pointer=pointer
        )


def _component(result: dict[str, Any], driver: dict[str, Any], extensions: Any) -> dict[str, Any]:
    """The part of the tool that has the result's rule: the driver, unless an extension is named."""
    index = mapping(mapping(result.get("rule")).get("toolComponent")).get("index", -1)
    if index == -1 or not isinstance(extensions, list):
        return driver
    is_there = isinstance(index, int) and 0 <= index < len(extensions)
    return mapping(extensions[index]) if is_there else {}


def _rule(result: dict[str, Any], rules: list[dict[str, Any]]) -> dict[str, Any]:
    index = mapping(result.get("rule")).get("index", result.get("ruleIndex"))
    if isinstance(index, int) and 0 <= index < len(rules):
        return rules[index]
    name = text(result.get("ruleId"))
    return next((one for one in rules if name and one.get("id") == name), {})


def _level(result: dict[str, Any], rule: dict[str, Any]) -> str:
    default = text(mapping(rule.get("defaultConfiguration")).get("level")) or "warning"
    return text(result.get("level")) or default


def _suppressed(result: dict[str, Any]) -> bool | None:
    """A list says it, also an empty one; without a list it is not known. A status left out means accepted."""
    listed = result.get("suppressions")
    if not isinstance(listed, list):
        return None
    return bool(listed) and all(one.get("status", "accepted") == "accepted" for one in objects(listed))


def _say_what_is_open(
    run: dict[str, Any], invocations: list[dict[str, Any]], listed: Any, scan: Scan
) -> None:
    for reason in _gaps(run, invocations, listed):
        for kind in ("config_result", "vuln"):
            scan.set_aside(kind, reason, subject=scan.tool)
    if not _succeeded(invocations):
        reason = Text(
            "工具未成功执行,不能算作完成的扫描",
            "the tool did not run successfully, which is no finished scan",
        )
        scan.set_aside("scan", reason, subject=scan.tool)


def _gaps(run: dict[str, Any], invocations: list[dict[str, Any]], listed: Any) -> Iterator[Text]:
    if not isinstance(listed, list):
        yield Text(
            "run 没有 results:结果未确定", "the run has no results key: its results were not determined"
        )
    elif len(objects(listed)) < len(listed):
        yield Text("部分结果不是对象,无法读取", "some results are no objects and cannot be read")
    elif not listed:
        yield Text(
            "run 没有任何结果:SARIF 不说明检查了哪些规则,不能当作通过",
            "the run has no result at all, and SARIF does not say which rules were checked: that is no pass",
        )
    if not _succeeded(invocations):
        yield Text(
            "工具报告执行未成功(executionSuccessful: false),结果可能不全",
            "the tool says that it did not run successfully, so results may be missing",
        )
    lists = ("toolExecutionNotifications", "toolConfigurationNotifications")
    errors = sum(
        note.get("level") == "error"
        for one in invocations
        for name in lists
        for note in objects(one.get(name))
    )
    if errors:
        yield Text(f"工具报告了 {errors} 个错误", f"the tool reports {errors} errors of its own")
    if mapping(run.get("externalPropertyFileReferences")).get("results"):
        yield Text("部分结果在其他文件中", "results stand in further files, which were not read")
