"""Findings as lines that a CI server turns into annotations beside the changed lines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from hiscomply.model import AuditResult, Finding, PolicyInfo, Severity, Text, Verdict
from hiscomply.report.alerts import alerts_of, file_of
from hiscomply.report.exits import exit_meaning
from hiscomply.report.lines import message_of, place_of

_ERRORS: Final = (Severity.CRITICAL, Severity.HIGH)


class _Annotations(ABC):
    """Lines of workflow commands, the worst first; they work on stdout: ``-o github=-``."""

    name: ClassVar[str]
    filename: ClassVar[str]
    summary: ClassVar[Text]

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the lines to ``path``, and returns it."""
        zone = result.run.tz
        lines = [
            self._line(finding, info, message_of(info, finding, language, zone))
            for finding, info in alerts_of(result, self._limit).worst
        ]
        lines.append(self._verdict(f"{exit_meaning(result).to(language)} ({result.exit_code})"))
        text = "\n".join([*lines, ""])
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        return [path]

    def left_out(self, result: AuditResult) -> Sequence[Text]:
        """What the server would not show."""
        return alerts_of(result, self._limit).left_out

    @abstractmethod
    def _line(self, finding: Finding, info: PolicyInfo, message: str) -> str: ...

    @abstractmethod
    def _verdict(self, told: str) -> str: ...


class GithubAnnotations(_Annotations):
    """``::error file=…,line=…,col=…,title=…::message``; GitHub shows 10 of a level in a step and 50 in a job."""

    name: ClassVar[str] = "github"
    filename: ClassVar[str] = "annotations.github.txt"
    summary: ClassVar[Text] = Text(
        "GitHub Actions 注释命令，最严重的 50 项", "annotation commands of GitHub Actions, the worst 50"
    )

    def __init__(self, limit: int = 50) -> None:
        super().__init__(limit)

    def _line(self, finding: Finding, info: PolicyInfo, message: str) -> str:
        place = file_of(finding)
        where = {} if place is None else dict(zip(("file", "line", "col"), map(str, place), strict=True))
        said = message if place is not None else f"{place_of(finding)}: {message}"
        pairs = ",".join(f"{name}={_property(value)}" for name, value in {**where, "title": info.id}.items())
        return f"::{_level(finding, info)} {pairs}::{_data(said)}"

    def _verdict(self, told: str) -> str:
        return f"::notice title=hiscomply::{_data(told)}"


class AzureAnnotations(_Annotations):
    """``##vso[task.logissue type=error;sourcepath=…;linenumber=…;columnnumber=…;code=…]message``."""

    name: ClassVar[str] = "azure"
    filename: ClassVar[str] = "annotations.azure.txt"
    summary: ClassVar[Text] = Text(
        "Azure Pipelines 日志命令，最严重的 100 项", "logging commands of Azure Pipelines, the worst 100"
    )

    def __init__(self, limit: int = 100) -> None:
        super().__init__(limit)

    def _line(self, finding: Finding, info: PolicyInfo, message: str) -> str:
        place = file_of(finding)
        names = ("sourcepath", "linenumber", "columnnumber")
        where = {} if place is None else dict(zip(names, map(str, place), strict=True))
        said = message if place is not None else f"{place_of(finding)}: {message}"
        level = "error" if _level(finding, info) == "error" else "warning"
        pairs = ";".join(
            f"{name}={_azure(value)}" for name, value in {"type": level, **where, "code": info.id}.items()
        )
        return f"##vso[task.logissue {pairs}]{_azure_data(said)}"

    def _verdict(self, told: str) -> str:
        return f"##[section]{_azure_data(told)}"


def _level(finding: Finding, info: PolicyInfo) -> str:
    """What is not known is a warning whatever its severity: nobody has seen it fail."""
    if finding.verdict is Verdict.UNKNOWN:
        return "warning"
    if info.severity in _ERRORS:
        return "error"
    return "warning" if info.severity is Severity.MEDIUM else "notice"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _azure_data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _azure(text: str) -> str:
    return _azure_data(text).replace(";", "%3B").replace("]", "%5D")
