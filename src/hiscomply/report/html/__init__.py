"""The HTML report: one file for regulators and security officers, for years, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from hiscomply.model import AuditResult, Text


class HtmlReporter:
    """Writes ``report.html``: both languages inside, nothing from elsewhere, same result same bytes."""

    name: ClassVar[str] = "html"
    filename: ClassVar[str] = "report.html"
    summary: ClassVar[Text] = Text(
        "可打印、可筛选的单文件网页报告，中英双语",
        "one web page to read, filter and print, in Chinese and English",
    )

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the page to ``path``; ``language`` is the one it opens in. Returns ``[path]``."""
        from hiscomply.report.html.page import render_page

        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render_page(result.whole or result, language), encoding="utf-8", newline="\n")
        return [path]
