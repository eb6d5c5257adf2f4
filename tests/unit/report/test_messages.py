from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hiscomply.model import (
    Finding,
    FindingGroup,
    ParameterValue,
    PolicyInfo,
    Severity,
    Source,
    State,
    Text,
    Verdict,
)
from hiscomply.report.messages import reason_text, render_message, show_time, show_value

EAST_8 = timezone(timedelta(hours=8))
CODES = (
    "missing_field",
    "stale",
    "future",
    "no_time",
    "no_source",
    "no_records",
    "collection_incomplete",
    "related_incomplete",
    "related_uncertain",
    "small_or_gap",
    "undetermined",
    "invalid",
)

INFO = PolicyInfo(
    id="dormant_accounts_disabled",
    clauses=("4.3.2",),
    checks=(),
    title=Text("停用长期未登录的账户", "Accounts nobody uses are disabled"),
    severity=Severity.HIGH,
    message=Text(
        "{login} 最近登录于 {last_login},允许 {max_idle}", "{login} last in {last_login}, allowed {max_idle}"
    ),
    remediation=Text("停用", "Disable it"),
    rationale=Text("", ""),
    condition="last_login >= as_of - max_idle",
    kinds=("account",),
    parameters=(
        ParameterValue(
            "max_idle", "duration", "45 days", "45 days", Source("CIS", Text("5.3", "5.3"), "intl"), "default"
        ),
    ),
    subject_kind="account",
    file="policies/4.3/dormant_accounts_disabled/policy.yaml",
    digest="0" * 64,
)


def finding(values: Mapping[str, Any], verdict: Verdict = Verdict.FAIL, reason: str | None = None) -> Finding:
    return Finding(
        policy_id=INFO.id,
        subject="HIS/zhang",
        verdict=verdict,
        values=values,
        reason=reason,
        missing=(),
        source=None,
        line=None,
        column=None,
        pointer=None,
        collector=None,
        observed_at=None,
        fingerprint="f" * 64,
        state=State.NEW,
        first_seen=datetime(2026, 6, 1, tzinfo=UTC),
        due=None,
        waiver=None,
    )


def test_message_shows_times_in_the_zone_of_the_project() -> None:
    got = render_message(
        INFO, finding({"login": "zhang", "last_login": "2026-05-01T17:30:00Z"}), "en", EAST_8
    )
    assert got == "zhang last in 2026-05-02 01:30, allowed 45 days"


def test_message_in_chinese_names_durations_in_chinese() -> None:
    got = render_message(
        INFO, finding({"login": "zhang", "last_login": "2026-05-01 17:30:00+00:00"}), "zh", EAST_8
    )
    assert got == "zhang 最近登录于 2026-05-02 01:30,允许 45 天"


@pytest.mark.parametrize(("language", "word"), [("zh", "未知"), ("en", "not known")])
def test_message_with_a_missing_value_says_that_it_is_not_known(language: str, word: str) -> None:
    assert word in render_message(INFO, finding({"login": "zhang"}), language, EAST_8)


def test_message_never_expands_a_placeholder_that_came_from_the_evidence() -> None:
    got = render_message(INFO, finding({"login": "{max_idle}", "last_login": None}), "en", EAST_8)
    assert got == "{max_idle} last in not known, allowed 45 days"


def test_message_of_an_unknown_does_not_claim_a_failure() -> None:
    got = render_message(INFO, finding({}, Verdict.UNKNOWN, "stale"), "en", EAST_8)
    assert got == "Could not be judged: Accounts nobody uses are disabled"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", CODES)
def test_every_reason_has_a_sentence_with_and_without_names(code: str, language: str) -> None:
    group = FindingGroup(INFO.id, Verdict.UNKNOWN, code, ("last_login", "enabled"), 3, 0, ())
    named = reason_text(group, language)
    bare = reason_text(replace(group, missing=()), language)
    assert "last_login" in named
    assert "enabled" in named
    assert code not in bare
    assert "{" not in bare


def test_a_reason_of_a_strange_plugin_is_shown_as_it_is() -> None:
    assert reason_text(FindingGroup("p", Verdict.UNKNOWN, "odd", ("x",), 1, 0, ()), "en") == "odd: x"


def test_a_decided_finding_has_no_reason() -> None:
    assert reason_text(finding({}), "zh") == ""


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (None, "未知", "not known"),
        (True, "是", "yes"),
        (3, "3", "3"),
        (0.1 + 0.2, "0.3", "0.3"),
        ("2026-13-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-13-01T00:00:00Z"),
        ("2026-05-01", "2026-05-01", "2026-05-01"),
        ("1 day 02:00:00", "1 天 02:00:00", "1 day 02:00:00"),
        ("90 days of logs", "90 days of logs", "90 days of logs"),
        (["a", "b"], "a、b", "a, b"),
        ({1: "24 hours", 2: "7 days"}, "1 → 24 小时、2 → 7 天", "1 → 24 hours, 2 → 7 days"),
    ],
)
def test_values_read_well_in_both_languages(value: Any, zh: str, en: str) -> None:
    assert (zh, en) == (show_value(value, "zh", EAST_8), show_value(value, "en", EAST_8))


@pytest.mark.parametrize(
    ("zone", "summer", "winter"),
    [
        ("Europe/Berlin", "2026-06-30 14:00", "2026-12-30 13:00"),
        ("Asia/Shanghai", "2026-06-30 20:00", "2026-12-30 20:00"),
    ],
)
def test_a_time_is_told_by_the_clocks_of_its_own_day(zone: str, summer: str, winter: str) -> None:
    here = ZoneInfo(zone)
    assert show_value("2026-06-30T12:00:00Z", "en", here) == summer
    assert show_time(datetime(2026, 12, 30, 12, tzinfo=UTC), here) == winter


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_what_lies_beyond_the_calendar_can_be_shown(zone: str) -> None:
    assert show_time(datetime(9999, 12, 31, 23, 59, tzinfo=UTC), ZoneInfo(zone))[:4] == "9999"
    assert show_time(datetime(1, 1, 1, tzinfo=UTC), ZoneInfo(zone))[:5] == "0001-"


def test_the_end_of_time_can_be_shown() -> None:
    assert show_time(datetime(9999, 12, 31, 23, 59, tzinfo=UTC), EAST_8) == "9999-12-31 23:59"


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("PT259200S", "3 days", "3 天"),
        ("PT3600S", "1 hour", "1 小时"),
        ("PT93784S", "1 day 2 hours", "1 天 2 小时"),
        ("PT-61S", "-1 minute 1 second", "-1 分钟 1 秒"),
        ("PT0S", "0 seconds", "0 秒"),
    ],
)
def test_a_duration_of_the_engine_is_said_in_the_units_of_people(text: str, en: str, zh: str) -> None:
    assert show_value(text, "en", EAST_8) == en
    assert show_value(text, "zh", EAST_8) == zh
