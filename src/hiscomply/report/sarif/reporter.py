"""The two reporters; everything heavy is imported when one of them writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from hiscomply.model import AuditResult, Text
from hiscomply.report.sarif.choice import (
    GITHUB_MAX_RESULTS,
    GITHUB_MAX_SHOWN,
    Choice,
    count_folded,
    plan_results,
)


class SarifReporter:
    """Every verdict as SARIF 2.1.0.

    Args:
        max_results: at most so many results in the run; beyond it, findings with one cause become one result
            with an ``occurrenceCount``, and a notification says so. None writes every finding.
    """

    name: ClassVar[str] = "sarif"
    filename: ClassVar[str] = "findings.sarif"
    summary: ClassVar[Text] = Text(
        "SARIF 2.1.0：全部判定，供代码平台与安全平台读取",
        "SARIF 2.1.0: every verdict, for code and security platforms",
    )

    def __init__(self, max_results: int | None = GITHUB_MAX_RESULTS) -> None:
        self.choice = Choice(max_results=max_results)

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the log to ``path``, in constant memory, and returns it.

        With a baseline all findings are in it, each with its ``baselineState``; as alerts, only what is new.
        """
        from hiscomply.report.sarif.document import write_log

        told = result if self.choice.is_alerts_only else result.whole or result
        write_log(told, path, language, self.choice)
        return [path]

    def left_out(self, result: AuditResult) -> Sequence[Text]:
        """How many findings are only in groups, because there are more than the reader takes."""
        told = result if self.choice.is_alerts_only else result.whole or result
        folded = count_folded(told, plan_results(told, self.choice))
        if not folded:
            return ()
        limit = self.choice.max_results
        return (
            Text(
                f"超过 {limit:,} 条，{folded:,} 项较轻的发现合并为同因分组，未逐条写出",
                f"more than {limit:,} results: {folded:,} of the less severe findings are in groups of one cause",
            ),
        )


class GithubSarifReporter(SarifReporter):
    """Only what should raise an alert, in the subset of SARIF that GitHub code scanning understands.

    GitHub ignores ``kind``, ``suppressions`` and ``baselineState`` (a pass would become an alert), and
    refuses the whole file when one result has no physical location. So passes, waived and absent findings are
    left out, and a finding without a file is shown at the project file. It shows 5,000 results: of more, the least
    severe are folded into one result for each cause.
    """

    name: ClassVar[str] = "sarif-github"
    filename: ClassVar[str] = "findings.github.sarif"
    summary: ClassVar[Text] = Text(
        "SARIF 2.1.0：仅含需要处理的发现，供 GitHub 代码扫描上传",
        "SARIF 2.1.0: only what needs attention, for GitHub code scanning",
    )

    def __init__(self, max_results: int | None = GITHUB_MAX_SHOWN) -> None:
        super().__init__(max_results)
        self.choice = Choice(max_results=max_results, is_alerts_only=True, anchor="hiscomply.yaml")
