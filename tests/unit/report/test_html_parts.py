from __future__ import annotations

import pytest
from markupsafe import Markup
from tests.unit.report.factory import audit_result

from hiscomply.model import ClauseStatus, Finding, FindingGroup, Text, Verdict
from hiscomply.report.html.charts import subjects_bar
from hiscomply.report.html.drilldown import all_controls, search_controls
from hiscomply.report.html.samples import MOST_BYTES, MOST_ON_PAGE, show_samples
from hiscomply.report.html.summary import conclude, count_statuses
from hiscomply.report.html.text import both, code_lines, percent, shorten, slug, stranger, visible
from hiscomply.report.words import framework_name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张三", "张三"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("\ud800", "⟨U+D800⟩"),
        ("x\u200by", "x⟨U+200B⟩y"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("line\nline", "line⟨U+000A⟩line"),
        ("العربية", "العربية"),
    ],
)
def test_invisible_characters_become_visible_and_others_stay(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_text_of_strangers_is_escaped_and_isolated() -> None:
    assert stranger('<b onclick="x">') == "<bdi>&lt;b onclick=&#34;x&#34;&gt;</bdi>"


def test_text_at_the_limit_is_whole_and_one_more_is_cut() -> None:
    assert shorten("x" * 10, 10, "en") == "x" * 10
    assert shorten("x" * 11, 10, "en") == "x" * 10 + "… (cut; 11 characters in all)"


def test_text_made_of_controls_only_does_not_grow_without_limit() -> None:
    assert len(shorten("\u202e" * 100, 100, "en")) < 200


def test_one_text_for_both_languages_is_written_once() -> None:
    assert both(Text("NIST", "NIST")) == "NIST"


def test_a_condition_keeps_its_lines_and_is_cut_with_its_length_told() -> None:
    assert code_lines("a < b\nand c") == "a &lt; b\nand c"
    assert "9,000" in code_lines("x" * 9_000)


@pytest.mark.parametrize(("name", "made"), [("4.3.2", "4.3.2"), ('a"b c', "a~22b~20c"), ("条", "~6761")])
def test_ids_hold_nothing_that_html_could_trip_over(name: str, made: str) -> None:
    assert slug(name) == made


@pytest.mark.parametrize(
    ("share", "shown"), [(1.0, "100 %"), (0.9999, "99 %"), (0.29, "29 %"), (0.004, "<1 %"), (0.0, "0 %")]
)
def test_percents_never_claim_more_than_was_judged(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_a_clause_names_its_controls_for_the_filter() -> None:
    clause = next(clause for clause in audit_result().clauses if clause.id == "4.3.2")
    assert search_controls(clause).startswith(
        "mlps:8.1.4.2 c|mlps:8.1.8.2|mlps:8.1.8.4 c|hipaa:164.308(a)(3)"
    )
    assert search_controls(clause).endswith("|cis:6.8")


def test_every_control_can_be_chosen_once_and_by_framework() -> None:
    result = audit_result()
    controls = all_controls(result)
    pairs = {
        (name, id_) for clause in result.clauses for name, ids in clause.crosswalk.items() for id_ in ids
    }
    assert sorted(controls) == sorted(f"{name}:{id_}" for name, id_ in pairs)
    frameworks = [control.partition(":")[0] for control in controls]
    assert list(dict.fromkeys(frameworks)) == ["mlps", "hipaa", "nist", "iso", "cis"]
    assert sorted(frameworks, key=["mlps", "hipaa", "nist", "iso", "cis"].index) == frameworks


@pytest.mark.parametrize(
    ("profile", "name"),
    [("baseline", "等保 2.0 第二级"), ("tertiary", "等保 2.0 第三级"), ("strict", "等保 2.0 第三级")],
)
def test_the_column_of_mlps_says_of_which_level_its_numbers_are(profile: str, name: str) -> None:
    assert framework_name("mlps", profile).zh == name
    assert framework_name("nist", profile).zh == "NIST 800-53"


def test_a_bar_shows_one_failure_among_a_million() -> None:
    bar = subjects_bar("4.3", "k", {Verdict.FAIL: 1, Verdict.UNKNOWN: 0, Verdict.PASS: 1_000_000})
    assert '<rect class="f-fail" x="0.0" width="7.9"' in bar
    assert "f-unknown" not in bar
    assert "1,000,000" in bar


def _groups(sizes: list[int]) -> list[FindingGroup]:
    sample = next(s for p in audit_result().policies for g in p.groups for s in g.samples)
    return [FindingGroup("p", Verdict.FAIL, None, (), 500, 0, (sample,) * size) for size in sizes]


def test_few_samples_are_all_shown_and_the_rest_is_counted() -> None:
    shown = show_samples(_groups([25, 3]), lambda _: Markup("<li></li>"))
    assert [(len(item.samples), item.left_out) for item in shown] == [(25, 475), (3, 497)]


def test_many_groups_share_the_page_fairly() -> None:
    shown = show_samples(_groups([25] * 300 + [2]), lambda _: Markup("<li></li>"))
    assert {len(item.samples) for item in shown} == {13, 2}
    assert sum(len(item.samples) for item in shown) <= MOST_ON_PAGE


def test_huge_samples_are_shown_in_smaller_number() -> None:
    def render(finding: Finding) -> Markup:
        return Markup("<li></li>") * 40_000

    shown = show_samples(_groups([25, 25]), render)
    assert sum(len(sample) for item in shown for sample in item.samples) <= MOST_BYTES
    assert {len(item.samples) for item in shown} == {7}


def test_statuses_are_counted_worst_first_with_zeroes() -> None:
    counts = count_statuses(audit_result(is_clean=True))
    assert list(counts) == [
        ClauseStatus.FAIL,
        ClauseStatus.PARTIAL,
        ClauseStatus.UNKNOWN,
        ClauseStatus.PASS,
        ClauseStatus.NOT_APPLICABLE,
    ]
    assert counts[ClauseStatus.FAIL] == 0


def test_clauses_without_policies_keep_a_clean_run_undecided() -> None:
    assert conclude(audit_result(is_clean=True)).status is ClauseStatus.UNKNOWN
