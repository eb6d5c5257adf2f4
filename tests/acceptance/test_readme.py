"""The first screen of both READMEs shows what an audit of the example prints, not what it once printed."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from tests.acceptance.example import Hospital
from tests.acceptance.guide import blocks, is_answer

from hiscomply.cli.stages import evaluate_again
from hiscomply.report.terminal import print_summary
from hiscomply.run_folder import read_manifest

TOP = Path(__file__).parents[2]
READMES = ("README.md", "README.zh.md")
REPORTS = ("report.html", "findings.sarif", "summary.json")
ANSWERED = re.compile(r"[-\d,]*\d+|@ \S+|[█▓▒░·]+|(?<= )-(?= )")
"""What stands in a line in every language: numbers, bars, the absence of clauses, and places."""


def shown(readme: str) -> str:
    """What the README says that ``make audit`` prints."""
    [block] = [one for one in blocks(TOP / readme) if one.body.startswith("$ make audit\n")]
    [(_, answer)] = block.commands()
    return answer


def test_the_readme_shows_what_the_audit_of_the_example_prints(hospital: Hospital) -> None:
    audited = hospital.audited("hospital")
    printed = audited.said.replace(str(audited.folder), "examples/hospital")
    assert is_answer(f"…{shown('README.md').rstrip()}…", printed), printed


def test_the_chinese_readme_shows_what_the_same_audit_says_in_chinese(
    hospital: Hospital, tmp_path: Path
) -> None:
    run = hospital.audited("hospital").run
    result, _ = evaluate_again(run, read_manifest(run), tmp_path, "zh")
    screen = io.StringIO()
    console = Console(file=screen, width=80, color_system=None)
    reports = [f"examples/hospital/.hiscomply/runs/{run.name}/{name}" for name in REPORTS]
    print_summary(result, console, "zh", reports)
    assert is_answer(f"…{shown('README.zh.md').rstrip()}…", screen.getvalue()), screen.getvalue()


def test_both_languages_show_the_same_numbers_and_places() -> None:
    english, chinese = (facts(shown(name)) for name in READMES)
    assert len(english) > 80
    assert english == chinese


def facts(answer: str) -> list[str]:
    """Numbers, bars and places of the chapters and totals, in order; of the findings, whose sentences differ, places only."""
    found: list[str] = []
    for line in answer.splitlines():
        is_sentence = line.startswith("   ") and not line.lstrip().startswith("@")
        found += [] if is_sentence else ANSWERED.findall(line)
    return found


@pytest.mark.parametrize("readme", READMES)
def test_the_picture_of_the_first_screen_is_there_and_small(readme: str) -> None:
    text = (TOP / readme).read_text(encoding="utf-8")
    [picture] = re.findall(r"!\[[^]]+\]\((docs/images/[^)]+)\)", text)
    assert 10_000 < (TOP / picture).stat().st_size < 300_000
