"""The coverage page in a real browser: by keyboard, on a phone, in the dark. Needs what the report's test needs."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.acceptance.test_report_accessibility import CHROMIUM, MODULES, NODE, WEB, _missing

from hiscomply.coverage.matrix import Coverage, cover
from hiscomply.coverage.page import render_coverage
from hiscomply.paths import policies_dir
from hiscomply.plugins import collectors, evidence_kinds
from hiscomply.policy.clauses import load_clauses
from hiscomply.policy.pack import load_pack

pytestmark = pytest.mark.skipif(bool(_missing()), reason=f"not installed: {_missing()}")
LOOKS = [("en", 1280, "light"), ("zh", 360, "dark")]


@cache
def matrix() -> Coverage:
    kinds = evidence_kinds()
    clauses = load_clauses(policies_dir() / "clauses.yaml")
    return cover(clauses, load_pack([policies_dir()], kinds).policies, kinds, collectors())


@cache
def found(language: str, width: int, scheme: str) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "coverage.html"
        file.write_text(render_coverage(matrix(), "zh" if language == "en" else "en"), encoding="utf-8")
        arguments = [CHROMIUM, MODULES.resolve(), file, language, width, scheme]
        done = subprocess.run(
            [str(NODE), str(WEB / "coverage.mjs"), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=600,
        )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_page_is_usable_and_quiet(look: tuple[str, int, str]) -> None:
    told = found(*look)
    assert told["violations"] == []
    assert (told["complaints"], told["foreign_requests"], told["overflow"]) == ([], [], 0)
    assert told["lang"] == {"zh": "zh-CN", "en": "en"}[look[0]]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_search_and_filters_leave_what_was_asked_for(look: tuple[str, int, str]) -> None:
    told = found(*look)
    assert told["clauses"] == 43
    assert (told["clauses_of_policy"], told["rows_of_policy"]) == (["clause-4.3.2"], 1)
    gaps = [one for one in matrix().clauses if any(not check.policies for check in one.checks)]
    assert told["clauses_with_gaps"] == len(gaps)
    documents = [one for one in matrix().clauses if one.share("M")[1]]
    assert told["clauses_with_documents"] == len(documents)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_link_to_a_check_opens_its_clause(look: tuple[str, int, str]) -> None:
    assert found(*look)["check_shown"]
