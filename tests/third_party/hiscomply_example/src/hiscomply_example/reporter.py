"""A report of one line, for a wallboard."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from hiscomply.model import AuditResult, Text, Verdict


class OneLineReporter:
    """Counts of policies by verdict."""

    name: ClassVar[str] = "oneline"
    filename: ClassVar[str] = "oneline.txt"
    summary: ClassVar[Text] = Text("一行摘要", "one line")

    def write(self, result: AuditResult, path: Path, language: str) -> list[Path]:
        """Writes the line, and returns its file."""
        counts = {one: sum(policy.verdict is one for policy in result.policies) for one in Verdict}
        parts = (f"{one.value} {count}" for one, count in counts.items())
        path.write_text(f"exit {result.exit_code}: {', '.join(parts)}\n", encoding="utf-8")
        return [path]
