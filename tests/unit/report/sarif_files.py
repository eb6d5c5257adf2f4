"""Writing and reading SARIF in tests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from hiscomply.model import AuditResult
from hiscomply.report.sarif import SarifReporter

SCHEMA = Path(__file__).parents[3] / "schemas" / "sarif-2.1.0.json"


@cache
def validator() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def write(
    result: AuditResult, folder: Path, language: str = "en", reporter: SarifReporter | None = None
) -> dict[str, Any]:
    """The log as it was written, checked against the schema of the standard."""
    path = folder / "findings.sarif"
    assert (reporter or SarifReporter()).write(result, path, language) == [path]
    log: dict[str, Any] = json.loads(path.read_bytes().decode("utf-8"))
    problems = [f"{list(error.absolute_path)}: {error.message}" for error in validator().iter_errors(log)]
    assert problems == []
    return log


def run_of(log: dict[str, Any]) -> dict[str, Any]:
    (run,) = log["runs"]
    return run
