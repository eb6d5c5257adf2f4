"""Findings as SARIF 2.1.0: a skeleton of sarif-om objects, and results streamed into it."""

from hiscomply.report.sarif.reporter import GithubSarifReporter, SarifReporter

__all__ = ["GithubSarifReporter", "SarifReporter"]
