"""The report formats that come with hiscomply, entering by the door that is open to everybody."""

from __future__ import annotations

from hiscomply.hookspecs import Reporter, hookimpl


@hookimpl
def hiscomply_reporters() -> list[Reporter]:
    """HTML, SARIF for everybody and for GitHub, JUnit, JSON and Markdown, and what CI servers show beside the lines."""
    from hiscomply.report.annotations import AzureAnnotations, GithubAnnotations
    from hiscomply.report.gitlab import CodeQualityReporter, SastReporter
    from hiscomply.report.html import HtmlReporter
    from hiscomply.report.junit import JunitReporter
    from hiscomply.report.markdown import MarkdownReporter
    from hiscomply.report.sarif import GithubSarifReporter, SarifReporter
    from hiscomply.report.summary_json import SummaryJsonReporter

    return [
        HtmlReporter(),
        SarifReporter(),
        GithubSarifReporter(),
        JunitReporter(),
        SummaryJsonReporter(),
        MarkdownReporter(),
        GithubAnnotations(),
        AzureAnnotations(),
        CodeQualityReporter(),
        SastReporter(),
    ]
