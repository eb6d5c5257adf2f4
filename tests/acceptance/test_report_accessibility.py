"""The HTML report in a real browser: usable by keyboard, on a phone, in the dark, without seeing it.

Needs node, Chromium and ``npm ci`` in ``tests/acceptance/web``. ``HISCOMPLY_WEB_MODULES`` may name another
``node_modules`` folder that holds axe-core and playwright-core, ``CHROMIUM`` another browser.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.unit.report.factory import audit_result

from hiscomply.model import AuditResult
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


def with_a_policy_of_two_clauses(result: AuditResult) -> AuditResult:
    """The first policy of 4.2.3 serves 4.3.2 as well, so it stands at the first and is named at the second."""
    first = next(clause.policies[0] for clause in result.clauses if clause.id == "4.2.3")
    return replace(
        result,
        clauses=tuple(
            replace(clause, policies=(*clause.policies, first)) if clause.id == "4.3.2" else clause
            for clause in result.clauses
        ),
    )


@cache
def found(look: Look) -> dict[str, Any]:
    size = {"policies": 80, "findings": 100_000, "groups": 5} if look.is_big else {}
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        other = "zh" if look.language == "en" else "en"
        result = with_a_policy_of_two_clauses(audit_result(is_hostile=look.is_hostile, **size))
        HtmlReporter().write(result, report, other)
        arguments = [CHROMIUM, MODULES.resolve(), report, look.language, look.width, look.scheme]
        done = subprocess.run(
            [str(NODE), str(WEB / "inspect.mjs"), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=600,
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


def test_the_address_names_the_control_that_is_shown(look: Look) -> None:
    assert found(look)["control_in_address"] == "#framework=8.1.4.2"
    assert found(look)["rows_of_control"] == 3
    assert found(look)["address_after_escape"] == ""


def test_a_link_to_a_control_shows_what_it_concerns_and_says_so(look: Look) -> None:
    assert found(look)["linked_control"] == "nist:AC-2(3)"
    assert found(look)["clauses_of_link"] == ["clause-4.3.2"]
    assert "nist:AC-2(3)" in found(look)["filtered_told"]
    assert "1 / 43" in found(look)["filtered_told"]
    assert "1 / 43" in found(look)["found_told"]
    assert found(look)["clause_count"] == "1 / 43"
    assert found(look)["overflow_filtered"] == 0


def test_a_policy_that_stands_elsewhere_comes_to_the_clause_that_is_left_and_goes_home(look: Look) -> None:
    assert found(look)["moved_policy_shown"]
    assert found(look)["policy_back_home"]


def test_what_was_filtered_is_printed(look: Look) -> None:
    assert found(look)["print_tells_filter"]
    assert found(look)["print_clauses"] == 1


def test_controls_can_be_chosen_by_framework_from_a_list_and_in_the_crosswalk(look: Look) -> None:
    assert found(look)["clauses_of_chosen_framework"] == ["clause-4.3.2"]
    assert found(look)["clauses_after_clear"] == 43
    assert found(look)["choices"] > 200
    assert found(look)["clauses_of_chip"] == ["clause-6.2.3"]


def test_everything_can_be_expanded_at_once(look: Look) -> None:
    assert found(look)["closed_after_expand"] == 0
