from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.report.factory import audit_result

from hiscomply.hookspecs import Reporter
from hiscomply.report.builtin import hiscomply_reporters


def test_every_format_is_there_under_its_name() -> None:
    names = {reporter.name: reporter.filename for reporter in hiscomply_reporters()}
    assert names == {
        "html": "report.html",
        "sarif": "findings.sarif",
        "sarif-github": "findings.github.sarif",
        "junit": "junit.xml",
        "json": "summary.json",
        "markdown": "summary.md",
        "github": "annotations.github.txt",
        "azure": "annotations.azure.txt",
        "gitlab-codequality": "gl-code-quality-report.json",
        "gitlab-sast": "gl-sast-report.json",
    }


def test_each_is_a_reporter_that_says_what_it_is_in_both_languages() -> None:
    for reporter in hiscomply_reporters():
        assert isinstance(reporter, Reporter)
        assert reporter.summary.zh
        assert reporter.summary.en


@pytest.mark.parametrize(
    "name", ["sarif", "sarif-github", "junit", "json", "markdown", "github", "azure", "gitlab-sast"]
)
def test_each_writes_the_file_that_it_names(name: str, tmp_path: Path) -> None:
    (reporter,) = [item for item in hiscomply_reporters() if item.name == name]
    (path,) = reporter.write(audit_result(findings=60), tmp_path / reporter.filename, "zh")
    assert path.stat().st_size > 1000


def test_registering_imports_nothing_heavy() -> None:
    heavy = "{'sarif_om', 'rich', 'jinja2', 'duckdb', 'pydantic', 'jsonschema'}"
    code = (
        "import sys, hiscomply.report.builtin as b; b.hiscomply_reporters();"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
