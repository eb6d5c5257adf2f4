"""What rules passwords on a host: its files, their defaults, and what the lines of PAM say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hiscomply.model import Record, Rejected
from hiscomply.units import one_by_one
from hiscomply_local.about import About
from hiscomply_local.answers import Answer, Answers, Outcome
from hiscomply_local.parse_password_rules import parse_password_rules

LOGIN = "/etc/login.defs"
QUALITY, DROP_IN = "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d/50-his.conf"
FAILLOCK = "/etc/security/faillock.conf"
PASSWORD, AUTH = "/etc/pam.d/common-password", "/etc/pam.d/common-auth"
CALLS = "password requisite pam_pwquality.so retry=3\n"
ABOUT = About("H1", datetime(2026, 6, 30, tzinfo=UTC), UTC)


def told(files: dict[str, str | Answer]) -> list[Record | Rejected]:
    answers = {
        path: one if isinstance(one, Answer) else Answer(Outcome.OK, one.encode())
        for path, one in files.items()
    }
    return list(one_by_one(parse_password_rules(Answers(answers, {}), ABOUT)))


def values(files: dict[str, str | Answer], key: str) -> dict[str, object]:
    """The value by the place that it stands in; an ellipsis for one that is not known."""
    return {
        one.fields["file"].removeprefix("H1:"): one.fields.get("value", ...)
        for one in told(files)
        if isinstance(one, Record) and one.fields["key"] == key
    }


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("minclass = 3\n", "3"),
        ("dcredit = -1\nucredit = -1\nlcredit = -1\nocredit = -1\n", "4"),
        ("minclass = 2\ndcredit = -1\n", "2"),
        ("dcredit = 1\n", "0"),
        ("", "0"),
    ],
)
def test_classes_are_what_minclass_or_the_credits_demand(text: str, classes: str) -> None:
    files: dict[str, str | Answer] = {QUALITY: text, PASSWORD: CALLS}
    assert values(files, "classes") == {QUALITY: classes}


def test_an_argument_of_pam_comes_before_the_file() -> None:
    files: dict[str, str | Answer] = {
        QUALITY: "minlen = 14\nminclass = 4\n",
        PASSWORD: "password requisite pam_pwquality.so minlen=8 minclass=1\n",
    }
    assert values(files, "minlen") == {PASSWORD: "8"}
    assert values(files, "classes") == {PASSWORD: "1"}


def test_a_positive_credit_is_taken_off_the_length_but_six_stay() -> None:
    assert values({QUALITY: "minlen = 14\ndcredit = 1\nucredit = 2\n", PASSWORD: CALLS}, "minlen") == {
        QUALITY: "11"
    }
    in_pam = "password requisite pam_pwquality.so dcredit=1 lcredit=-1\n"
    assert values({QUALITY: "minlen = 14\n", PASSWORD: in_pam}, "minlen") == {QUALITY: "13"}
    assert values({QUALITY: "minlen = 8\nocredit = 9\n", PASSWORD: CALLS}, "minlen") == {QUALITY: "6"}


def test_nothing_is_demanded_where_pwquality_only_warns() -> None:
    lenient = "minlen = 14\nminclass = 4\nenforcing = 0\n"
    assert values({QUALITY: lenient, PASSWORD: CALLS}, "minlen") == {QUALITY: "0"}
    in_pam = "password requisite pam_pwquality.so enforcing=0\n"
    assert values({QUALITY: "minclass = 4\n", PASSWORD: in_pam}, "classes") == {QUALITY: "0"}


def test_a_module_rules_only_in_the_stack_where_it_does_its_work() -> None:
    account_only = {FAILLOCK: "deny = 5\n", AUTH: "account required pam_faillock.so\n"}
    assert values(dict(account_only), "deny") == {FAILLOCK: ...}
    both = "auth required pam_faillock.so preauth deny=4\naccount required pam_faillock.so\n"
    assert values({FAILLOCK: "deny = 5\n", AUTH: both}, "deny") == {AUTH: "4"}
    assert values({AUTH: "auth requisite pam_pwquality.so\n"}, "minlen") == {"/etc/pam.d": ...}


@pytest.mark.parametrize("end", [".bak", ".rpmsave", ".rpmnew", ".dpkg-dist", ".pam-old", "~", ".orig"])
def test_a_left_over_copy_of_a_stack_calls_nothing_and_spoils_nothing(end: str) -> None:
    files: dict[str, str | Answer] = {
        QUALITY: "minlen = 14\n", PASSWORD: "password required pam_unix.so\n", PASSWORD + end: CALLS,
    }  # fmt: skip
    assert values(files, "minlen") == {QUALITY: ...}
    files = {QUALITY: "minlen = 14\n", PASSWORD: CALLS, PASSWORD + end: "no rule\n"}
    assert values(files, "minlen") == {QUALITY: "14"}


def test_the_main_file_is_read_after_the_drop_ins() -> None:
    files: dict[str, str | Answer] = {DROP_IN: "minlen = 14\n", QUALITY: "minlen = 6\n", PASSWORD: CALLS}
    assert values(files, "minlen") == {QUALITY: "6"}


def test_a_module_without_a_file_takes_its_defaults() -> None:
    assert values({PASSWORD: CALLS}, "minlen") == {QUALITY: "8"}
    assert values({AUTH: "auth required pam_faillock.so preauth\n"}, "deny") == {FAILLOCK: "3"}


@pytest.mark.parametrize(
    ("file", "text", "key"),
    [(QUALITY, "minlen = 14\nminclass = 4\n", "minlen"), (FAILLOCK, "deny = 5\n", "deny")],
)
def test_nothing_is_known_of_a_module_that_no_line_of_pam_calls(file: str, text: str, key: str) -> None:
    assert values({file: text, PASSWORD: "password required pam_unix.so\n"}, key) == {file: ...}


def test_without_pam_and_files_the_questions_stay_open() -> None:
    assert values({}, "minlen") == values({}, "classes") == values({}, "deny") == {"/etc/pam.d": ...}
    assert values({}, "PASS_MAX_DAYS") == {LOGIN: ...}


def test_a_stack_that_cannot_be_read_may_override_the_file() -> None:
    files: dict[str, str | Answer] = {
        QUALITY: "minlen = 14\n", PASSWORD: CALLS, "/etc/pam.d/su": Answer(Outcome.DENIED),
    }  # fmt: skip
    assert values(files, "minlen") == {QUALITY: ...}
    assert values(files | {LOGIN: "PASS_MAX_DAYS 90\n"}, "PASS_MAX_DAYS") == {LOGIN: "90"}
    refused = [one for one in told(files) if isinstance(one, Rejected)]
    assert [(one.source, one.kind) for one in refused] == [("file://H1/etc/pam.d/su", "setting")]


def test_a_line_that_cannot_be_read_leaves_its_file_unknown_and_is_named_by_number_only() -> None:
    found = told({LOGIN: "PASS_MAX_DAYS 90\n=hunter2\n"})
    (refused,) = (one for one in found if isinstance(one, Rejected))
    assert (refused.source, refused.line) == (f"file://H1{LOGIN}", 2)
    assert "hunter2" not in str(refused)
    assert not any(isinstance(one, Record) and one.fields["key"] == "PASS_MAX_DAYS" for one in found)


def test_login_defs_without_a_word_on_age_sets_no_limit() -> None:
    assert values({LOGIN: "UMASK 027\n"}, "PASS_MAX_DAYS") == {LOGIN: "-1"}


def test_a_value_has_the_line_it_stands_on() -> None:
    found = told({LOGIN: "# c\nPASS_MAX_DAYS 90\n"})
    assert [
        (one.source, one.line)
        for one in found
        if isinstance(one, Record) and one.fields["key"] == "PASS_MAX_DAYS"
    ] == [(f"file://H1{LOGIN}", 2)]


def test_hosts_with_the_same_files_have_their_own_records_and_others_their_own_values():
    def days_of(asset: str, text: str) -> list[tuple[str, object]]:
        answers = Answers({"/etc/login.defs": Answer(Outcome.OK, text.encode())}, {})
        about = About(asset, datetime(2026, 1, 1, tzinfo=UTC), UTC)
        found = [one for one in one_by_one(parse_password_rules(answers, about)) if isinstance(one, Record)]
        days = [one for one in found if one.fields["key"] == "PASS_MAX_DAYS"]
        assert {one.fields["asset_id"] for one in found} == {asset}
        return [(one.source, one.fields["value"]) for one in days]

    ninety, large = "PASS_MAX_DAYS 90\n", "PASS_MAX_DAYS 30\n" + "# \n" * 300_000
    assert days_of("a", ninety) == [("file://a/etc/login.defs", "90")]
    assert days_of("b", ninety) == [("file://b/etc/login.defs", "90")]
    assert days_of("b", large) == [("file://b/etc/login.defs", "30")]


def test_a_drop_in_of_login_defs_comes_after_the_file() -> None:
    drop_in = "/etc/login.defs.d/70-yast.defs"
    assert values({LOGIN: "PASS_MAX_DAYS 90\n", drop_in: "PASS_MAX_DAYS 99999\n"}, "PASS_MAX_DAYS") == {
        drop_in: "99999"
    }
    assert values({drop_in: "PASS_MAX_DAYS 90\n"}, "PASS_MAX_DAYS") == {drop_in: ...}
