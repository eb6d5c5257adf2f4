"""The HTML report in a real browser: usable by keyboard, on a phone, in the dark, without seeing it.

Needs node, Chromium and ``npm ci`` in ``tests/acceptance/web``. ``HISCOMPLY_WEB_MODULES`` may name another
``node_modules`` folder that holds axe-core and playwright-core, ``CHROMIUM`` another browser.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.unit.report.factory import audit_result

from hiscomply.report.html import HtmlReporter

WEB = Path(__file__).with_name("web")
MODULES = Path(os.environ.get("HISCOMPLY_WEB_MODULES", WEB / "node_modules"))
NODE = shutil.which("node")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def _missing() -> str:
    wanted = {
        "node": NODE,
        "chromium": CHROMIUM,
        "axe-core (npm ci in tests/acceptance/web)": (MODULES / "axe-core").is_dir(),
        "playwright-core (npm ci in tests/acceptance/web)": (MODULES / "playwright-core").is_dir(),
    }
    return ", ".join(name for name, is_there in wanted.items() if not is_there)


pytestmark = pytest.mark.skipif(bool(_missing()), reason=f"not installed: {_missing()}")


@dataclass(frozen=True)
class Look:
    """One way to look at a report."""

    name: str
    language: str
    width: int
    scheme: str
    is_hostile: bool = False
    is_big: bool = False


LOOKS = (
    Look("desk", "en", 1280, "light"),
    Look("night", "zh", 1280, "dark"),
    Look("phone", "zh", 360, "light"),
    Look("hostile", "en", 390, "dark", is_hostile=True),
    Look("big", "zh", 1280, "light", is_big=True),
)


@cache
def found(look: Look) -> dict[str, Any]:
    size = {"policies": 80, "findings": 100_000, "groups": 5} if look.is_big else {}
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        other = "zh" if look.language == "en" else "en"
        HtmlReporter().write(audit_result(is_hostile=look.is_hostile, **size), report, other)
        arguments = [CHROMIUM, MODULES.resolve(), report, look.language, look.width, look.scheme]
        done = subprocess.run(
            [str(NODE), str(WEB / "inspect.mjs"), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=180,
        )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    chosen: Look = request.param
    return chosen


def test_axe_finds_no_violation(look: Look) -> None:
    assert found(look)["violations"] == []
    assert found(look)["rules_passed"] > 25


def test_the_browser_has_nothing_to_complain_of_and_asks_nobody(look: Look) -> None:
    assert found(look)["complaints"] == []
    assert found(look)["foreign_requests"] == []


def test_the_page_never_scrolls_sideways(look: Look) -> None:
    assert (found(look)["overflow"], found(look)["overflow_expanded"]) == (0, 0)


def test_the_page_is_ready_within_two_seconds(look: Look) -> None:
    assert found(look)["interactive_ms"] < 2_000


def test_the_language_switches_and_is_remembered(look: Look) -> None:
    wanted = "zh-CN" if look.language == "zh" else "en"
    assert (found(look)["lang"], found(look)["lang_after_reload"]) == (wanted, wanted)
    assert not found(look)["other_language_shown"]


def test_a_link_to_a_policy_opens_it_where_it_can_be_seen(look: Look) -> None:
    assert found(look)["deep_link_opened"]
    assert 0 <= found(look)["deep_link_top"] < 60


def test_the_slash_key_leads_to_the_search_and_escape_undoes_it(look: Look) -> None:
    assert found(look)["slash_focuses"] == "q"
    assert found(look)["clauses_without_match"] == 0
    assert found(look)["nothing_told"]
    assert found(look)["sampling_told"]
    assert found(look)["clauses_after_escape"] == found(look)["clauses"] == 43


def test_filters_find_clauses_by_control_and_policies_by_verdict(look: Look) -> None:
    assert found(look)["clauses_of_control"] == ["clause-4.2.3", "clause-4.3.1", "clause-4.3.2"]
    assert found(look)["verdicts_after_filter"] == ["unknown"]


def test_everything_can_be_expanded_at_once(look: Look) -> None:
    assert found(look)["closed_after_expand"] == 0
