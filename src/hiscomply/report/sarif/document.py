"""The whole log: a skeleton from the object model with results streamed into it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Final

from hiscomply.model import AuditResult
from hiscomply.report.sarif.choice import Choice, count_folded, plan_results
from hiscomply.report.sarif.form import to_json
from hiscomply.report.sarif.invocation import build_invocation
from hiscomply.report.sarif.plain import to_plain
from hiscomply.report.sarif.results import FindingStream
from hiscomply.report.sarif.run import build_run
from hiscomply.report.sarif.sentence import Sentences
from hiscomply.report.sarif.summaries import Summaries

SCHEMA_URI: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def write_log(result: AuditResult, path: Path, language: str, choice: Choice) -> None:
    """Writes the run to ``path``; memory does not grow with the number of findings."""
    plan = plan_results(result, choice)
    sentences = Sentences(tuple(policy.info for policy in result.policies), language, result.run.tz)
    summaries = Summaries(result, choice, sentences, language)
    findings = FindingStream(result, choice, plan, sentences)
    lines = chain(
        findings,
        (to_json(item) for item in summaries.of_groups(plan)),
        (to_json(item) for item in summaries.of_policies()),
    )
    # A lone surrogate is no character and cannot be UTF-8; "replace" makes it a question mark.
    with path.open("w", encoding="utf-8", errors="replace", newline="\n", buffering=1 << 20) as file:
        _write_head(file, result, language)
        _write_results(file, lines)
        invocation = build_invocation(result, language, count_folded(result, plan), findings.left_out)
        file.write(f'"invocations":[{to_json(invocation)}]\n}}]}}\n')


def _write_head(file: IO[str], result: AuditResult, language: str) -> None:
    file.write(f'{{"$schema":"{SCHEMA_URI}","version":"2.1.0","runs":[{{\n')
    for name, value in to_plain(build_run(result, language)).items():
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        file.write(f'"{name}":{text},\n')


def _write_results(file: IO[str], lines: Iterator[str]) -> None:
    file.write('"results":[')
    separator = "\n"
    for line in lines:
        file.write(separator + line)
        separator = ",\n"
    file.write("\n],\n")
