"""Every way in which a tool of this field lets missing evidence pass, tried here: none passes, none exits 0."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.acceptance.small_project import (
    AS_OF,
    BAD,
    CHECK,
    GOOD,
    HEADER,
    OBSERVED,
    PARAMETERS,
    POLICY,
    PROJECT,
    TABLE,
    FakeCollector,
    SmallProject,
    assert_not_passed,
    policy_text,
    use_collector,
)

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Record, Rejected, Text

NOW = datetime.fromisoformat(AS_OF).astimezone(UTC)
FAKE = """
collect:
  - {collector: fake, name: fake, timeout: 5 seconds}
"""
HUNG = """
collect:
  - {collector: records, name: hung, command: [sh, hung.sh], kinds: [account]}
"""
PROGRAM = "from hiscomply.cli.main import main; main()"
FREE_SQL = """
check:
  subject: [system_id]
  sql: select system_id, bool_and(last_login > as_of) as verdict from account where system_id = 'NONE' group by system_id
"""


def test_the_control_with_good_evidence_passes_and_exits_0(project: SmallProject) -> None:
    ran = project.audit()
    assert ran.code == 0, ran.out + ran.err
    assert ran.policies[POLICY]["verdict"] == "pass"
    assert ran.sarif_kinds() == ["pass"]
    assert {"pass"} == ran.html_verdicts()
    assert ran.junit_outcomes() == ["passed"]


class TestPeers:
    def test_trivy_a_control_with_zero_results_is_not_a_pass(self, project: SmallProject) -> None:
        project.write("hiscomply.yaml", PROJECT + TABLE + "    allow_empty: true\n")
        project.export([])
        assert_not_passed(project.audit(), "unknown")

    def test_inspec_a_profile_whose_other_controls_have_no_results_is_not_a_pass(
        self, project: SmallProject
    ) -> None:
        ran = project.audit(only=None)
        assert ran.code == 3
        assert ran.policies[POLICY]["verdict"] == "pass"

    def test_inspec_a_control_without_a_test_is_refused(self, project: SmallProject) -> None:
        project.policy(policy_text("check:\n  each: account\n", ""))
        ran = project.audit()
        assert ran.code == 2
        assert "give either assert or periodic" in ran.err

    @pytest.mark.parametrize("assertion", ["true", "1 = 1", "as_of > as_of - max_idle"])
    def test_inspec_a_test_that_tests_nothing_is_refused(self, project: SmallProject, assertion: str) -> None:
        parameters = PARAMETERS if "max_idle" in assertion else ""
        project.policy(policy_text(f"check:\n  each: account\n  assert: {assertion}\n", parameters))
        ran = project.audit()
        assert ran.code == 2
        assert "reads no evidence" in ran.err

    def test_conftest_a_condition_over_an_undefined_field_is_not_a_success(
        self, project: SmallProject
    ) -> None:
        project.write("hiscomply.yaml", PROJECT + TABLE.replace(", last_login: last_login", ""))
        assert_not_passed(project.audit(), "unknown")

    def test_conftest_a_failing_builtin_is_not_a_success(self, project: SmallProject) -> None:
        project.policy(policy_text("check:\n  each: account\n  assert: number(login) < 5\n", ""))
        assert_not_passed(project.audit(), "unknown")

    @pytest.mark.parametrize("value", ["nan", "NaN", "inf", "Infinity"])
    def test_conftest_a_text_that_is_no_finite_number_is_above_no_limit(
        self, project: SmallProject, value: str
    ) -> None:
        project.policy(policy_text("check:\n  each: account\n  assert: number(login) >= 5\n", ""))
        project.export([f"HIS,{value},true,2026-06-29 08:00:00"])
        assert_not_passed(project.audit(), "unknown")

    def test_checkov_an_unknown_beside_passes_is_reported_and_not_dropped(
        self, project: SmallProject
    ) -> None:
        project.export([GOOD, "HIS,wang,true,"])
        ran = project.audit()
        assert_not_passed(ran, "unknown")
        assert (ran.policies[POLICY]["passed"], ran.policies[POLICY]["unknown"]) == (1, 1)

    def test_checkov_a_file_that_does_not_parse_does_not_exit_0(self, project: SmallProject) -> None:
        project.write("conf/compose.yaml", "services: {web: [unclosed\n")
        ran = project.run("check", str(project.root / "conf"))
        assert ran.code == 3, ran.out
        assert "compose.yaml" in ran.out

    def test_checkov_a_policy_that_does_not_parse_does_not_exit_0(self, project: SmallProject) -> None:
        project.policy(policy_text("check:\n  each: account\n  assert: enabled and (\n", ""))
        assert project.audit().code == 2

    def test_checkov_a_crashing_check_does_not_exit_0(self, project: SmallProject) -> None:
        project.policy(policy_text("check:\n  each: account\n  assert: matches(login, '(')\n", ""))
        assert_not_passed(project.audit(), "unknown")

    def test_checkov_a_baseline_of_one_file_does_not_hide_the_same_finding_in_another(
        self, project: SmallProject
    ) -> None:
        project.export([GOOD, BAD])
        assert project.audit().code == 1
        project.export([GOOD, BAD, BAD.replace("HIS", "PACS")])
        ran = project.audit("--as-of", "2026-06-30T09:01:00+08:00")
        assert_not_passed(ran, "fail")
        states = ran.sarif_subjects("baselineState")
        assert (states["HIS/li"], states["PACS/li"]) == ("unchanged", "new")

    def test_custodian_a_value_of_the_wrong_type_is_not_false(self, project: SmallProject) -> None:
        project.export(["HIS,zhang,perhaps,2026-06-29 08:00:00"])
        assert_not_passed(project.audit(), "unknown")

    def test_custodian_a_number_that_is_none_is_not_0(self, project: SmallProject) -> None:
        project.policy(policy_text("check:\n  each: account\n  assert: pwd_max_age_days <= 90\n", ""))
        project.write(
            "hiscomply.yaml",
            PROJECT + TABLE.replace("last_login: last_login", "pwd_max_age_days: last_login"),
        )
        project.export(["HIS,zhang,true,ninety"])
        assert_not_passed(project.audit(), "unknown")

    def test_powerpipe_a_query_of_zero_rows_is_not_a_success(self, project: SmallProject) -> None:
        project.policy(policy_text(FREE_SQL, ""))
        ran = project.audit()
        assert_not_passed(ran, "unknown")
        assert "0 unknown" not in ran.out

    def test_auditree_a_failing_check_does_not_exit_0(self, project: SmallProject) -> None:
        project.export([GOOD, BAD])
        assert_not_passed(project.audit(), "fail")

    def test_auditree_a_failure_below_fail_on_is_still_shown_as_one(self, project: SmallProject) -> None:
        project.export([GOOD, BAD])
        ran = project.audit("--fail-on", "critical")
        assert ran.code == 0
        assert ran.policies[POLICY]["verdict"] == "fail"
        assert "fail" in ran.sarif_kinds()

    def test_openscap_a_scan_where_nothing_is_applicable_does_not_exit_0(self, project: SmallProject) -> None:
        project.export(["HIS,zhang,false,2026-06-29 08:00:00"])
        ran = project.audit()
        assert ran.code == 3, ran.out
        assert ran.policies[POLICY]["verdict"] == "not_applicable"
        assert "pass" not in ran.sarif_kinds()
        assert {"pass"} != ran.html_verdicts()
        assert "passed" not in ran.junit_outcomes()

    def test_openscap_nor_does_it_when_a_waiver_is_in_order(self, project: SmallProject) -> None:
        project.export(["HIS,zhang,false,2026-06-29 08:00:00"])
        project.write("waivers.yaml", _waiver("2026-07-01", "2026-07-20"))
        project.write("hiscomply.yaml", PROJECT + TABLE + "waivers: waivers.yaml\n")
        assert project.audit().code == 3

    @pytest.mark.parametrize(
        "check",
        [
            "check:\n  each: account\n  assert: login in ()\n",
            "check:\n  each: listed\n  related: {a: {from: account, match: {login: value}}}\n  assert: exists(a)\n",
        ],
    )
    def test_goss_an_empty_list_asserts_nothing_and_is_refused(
        self, project: SmallProject, check: str
    ) -> None:
        parameters = ""
        if "listed" in check:
            parameters = (
                "parameters:\n  listed: {type: list, default: [], source: {id: T, strength: default}}\n"
            )
        project.policy(policy_text(check, parameters))
        assert project.audit().code == 2

    def test_kyverno_an_expired_exception_does_not_apply(self, project: SmallProject) -> None:
        project.export([GOOD, BAD])
        project.write("waivers.yaml", _waiver("2026-05-01", "2026-06-29"))
        project.write("hiscomply.yaml", PROJECT + TABLE + "waivers: waivers.yaml\n")
        ran = project.audit()
        assert_not_passed(ran, "fail")
        assert ran.policies[POLICY]["waived"] == 0
        assert ran.policies["waivers_in_order"]["verdict"] == "fail"

    @pytest.mark.parametrize(
        ("starts", "until", "approved_by"),
        [
            ("2026-05-01", "2026-06-29", "Li"),
            ("2026-07-01", "2026-07-20", "Li"),
            ("2026-06-30", "2026-06-29", "Li"),
            ("2026-06-01", "2026-12-31", "Li"),
            ("2026-06-01", "2026-07-20", "wang "),
        ],
        ids=["expired", "not yet", "backwards", "too long", "self-approved"],
    )
    def test_kyverno_a_broken_exception_loosens_no_legal_limit(
        self, project: SmallProject, starts: str, until: str, approved_by: str
    ) -> None:
        text = _waiver(starts, until, subject="parameter:max_idle", approved_by=approved_by)
        project.write("waivers.yaml", text)
        override = f"waivers: waivers.yaml\nparameters: {{{POLICY}: {{max_idle: 90 days}}}}\n"
        project.write("hiscomply.yaml", PROJECT + TABLE + override)
        ran = project.audit()
        assert ran.code == 2, ran.out
        assert "asks less" in ran.err

    def test_kyverno_while_a_sound_exception_does(self, project: SmallProject) -> None:
        project.export([GOOD, "HIS,li,true,2026-05-01 08:00:00"])
        project.write("waivers.yaml", _waiver("2026-06-01", "2026-07-20", subject="parameter:max_idle"))
        override = f"waivers: waivers.yaml\nparameters: {{{POLICY}: {{max_idle: 90 days}}}}\n"
        project.write("hiscomply.yaml", PROJECT + TABLE + override)
        ran = project.audit()
        assert ran.code == 0, ran.out + ran.err
        assert ran.policies["waivers_in_order"]["verdict"] == "pass"


def _waiver(starts: str, until: str, subject: str = "HIS/li", approved_by: str = "Li") -> str:
    return f"""waivers:
  - id: W-1
    policy: {POLICY}
    subject: {subject}
    reason: long leave
    requested_by: Wang
    approved_by: "{approved_by}"
    from: {starts}
    until: {until}
"""


class TestExports:
    def test_a_missing_export_is_unknown(self, project: SmallProject) -> None:
        (project.root / "accounts.csv").unlink()
        assert_not_passed(project.audit(), "unknown")

    def test_an_unreadable_export_is_unknown(self, project: SmallProject) -> None:
        # a folder in the file's place: permissions do not stop root, who may run these tests
        (project.root / "accounts.csv").unlink()
        (project.root / "accounts.csv").mkdir()
        assert_not_passed(project.audit(), "unknown")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xef\xbb\xbf",
            b"\n\n\n",
            f"{HEADER}\n".encode(),
            f"{HEADER}\n{GOOD}\nHIS,li,tr".encode(),
            f'{HEADER}\n{GOOD}\nHIS,"li,true,2026'.encode(),
            f"{HEADER}\n{GOOD}\n".encode() + b"HIS,\xff\xfe\x80,true,2026-06-29\n",
            b"\x00\x01\x02" * 100,
            b"PK\x03\x04 truncated workbook",
        ],
        ids=[
            "empty",
            "byte order mark",
            "blank lines",
            "header only",
            "cut in a row",
            "cut in a quote",
            "bad bytes",
            "binary",
            "cut workbook",
        ],
    )
    def test_a_damaged_export_is_unknown(self, project: SmallProject, content: bytes) -> None:
        project.write("accounts.csv", content)
        assert_not_passed(project.audit(), "unknown")

    def test_one_refused_row_leaves_the_population_in_doubt(self, project: SmallProject) -> None:
        project.export([GOOD, "HIS,,true,2026-06-29 08:00:00"])
        ran = project.audit()
        assert_not_passed(ran, "unknown")
        whole = [one for one in ran.sarif_results() if one["kind"] == "open"]
        assert [one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for one in whole] == ["*"]

    @pytest.mark.parametrize("order", [1, -1], ids=["pass first", "fail first"])
    def test_of_two_conflicting_rows_the_worst_wins(self, project: SmallProject, order: int) -> None:
        project.export([GOOD, BAD.replace("li", "zhang")][::order])
        assert_not_passed(project.audit(), "fail")

    def test_a_row_that_lacks_the_value_beside_one_that_has_it_is_unknown(
        self, project: SmallProject
    ) -> None:
        project.export([GOOD, "HIS,zhang,true,"])
        assert_not_passed(project.audit(), "unknown")

    @pytest.mark.parametrize(
        "observed",
        ["2026-06-20T08:00:00+08:00", "2026-06-30T10:00:00+08:00"],
        ids=["stale", "from the future"],
    )
    def test_evidence_of_the_wrong_time_is_unknown(self, project: SmallProject, observed: str) -> None:
        project.write("hiscomply.yaml", PROJECT + TABLE.replace(OBSERVED, observed))
        assert_not_passed(project.audit(), "unknown")

    def test_a_login_after_the_audit_is_no_login(self, project: SmallProject) -> None:
        project.export(["HIS,zhang,true,2026-07-02 08:00:00"])
        assert_not_passed(project.audit(), "unknown")

    def test_a_second_target_that_fails_leaves_the_first_in_doubt(self, project: SmallProject) -> None:
        second = TABLE.replace("collect:\n", "").replace("name: accounts", "name: more")
        project.write("hiscomply.yaml", PROJECT + TABLE + second.replace("accounts.csv", "more.csv"))
        ran = project.audit()
        assert_not_passed(ran, "unknown")
        assert ran.policies[POLICY]["passed"] == 1

    def test_a_project_that_collects_another_kind_only_is_unknown(self, project: SmallProject) -> None:
        project.write(
            "hiscomply.yaml",
            PROJECT
            + TABLE.replace("kind: account", "kind: host").replace(
                "{system_id: system, login: login, enabled: enabled, last_login: last_login}", "{id: login}"
            ),
        )
        assert_not_passed(project.audit(), "unknown")


@pytest.mark.parametrize(
    "condition",
    [
        "uid * uid > pwd_max_age_days",
        "uid + uid > pwd_max_age_days",
        "as_of + days(uid * 1000000000) > as_of",
        "pwd_max_age_days / (uid - uid) < 5",
        "matches(login, shell)",
        "round(uid, 2147483648) > 0",
    ],
)
def test_a_policy_that_errs_at_run_time_is_unknown(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch, condition: str
) -> None:
    extra = {"uid": 2**62, "pwd_max_age_days": 90, "shell": "("}
    use_collector(monkeypatch, FakeCollector(lambda *_: iter([_account("zhang", **extra)])))
    project.write("hiscomply.yaml", PROJECT + FAKE)
    project.policy(policy_text(f'check:\n  each: account\n  assert: "{condition}"\n', ""))
    assert_not_passed(project.audit(), "unknown")


def _account(login: str, observed: datetime | None = NOW, **more: Any) -> Record:
    fields = {"system_id": "HIS", "login": login, "enabled": True, "last_login": NOW - timedelta(days=1)}
    return Record("account", {**fields, **more}, "fake://directory", observed)


def _raising(error: BaseException, after: int) -> Callable[..., Iterator[Record]]:
    def script(*_: Any) -> Iterator[Record]:
        yield from (_account(f"u{number}") for number in range(after))
        raise error

    return script


def _hanging(after: int, released: Event) -> Callable[..., Iterator[Record]]:
    def script(*_: Any) -> Iterator[Record]:
        yield from (_account(f"u{number}") for number in range(after))
        released.wait(600)
        yield _account("too late")

    return script


REASON = Text("测试", "for the test")


_ERRORS = (
    RuntimeError("broken"),
    CollectFailed(REASON),
    CollectDenied(REASON),
    SystemExit(0),
    KeyboardInterrupt(),
    MemoryError(),
    GeneratorExit(),
)


class TestCollectors:
    @pytest.fixture
    def run_with(self, project: SmallProject, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
        def run_(script: Any, kinds: tuple[str, ...] = ("account",), check: str = CHECK) -> Any:
            use_collector(monkeypatch, FakeCollector(script, kinds))
            project.write("hiscomply.yaml", PROJECT + FAKE)
            project.policy(policy_text(check, PARAMETERS if "max_idle" in check else ""))
            return project.audit()

        return run_

    def test_the_control_passes(self, run_with: Callable[..., Any]) -> None:
        assert run_with(lambda *_: iter([_account("zhang")])).code == 0

    @pytest.mark.parametrize(
        ("error", "after"),
        [
            *((error, after) for error in _ERRORS for after in (0, 1)),
            (RuntimeError("broken"), 3000),
        ],
        ids=lambda one: str(one) if isinstance(one, int) else type(one).__name__,
    )
    def test_one_that_raises_is_unknown_however_much_it_gave(
        self, run_with: Callable[..., Any], error: BaseException, after: int
    ) -> None:
        ran = run_with(_raising(error, after))
        assert_not_passed(ran, "unknown")
        assert after == ran.policies[POLICY]["passed"]

    @pytest.mark.parametrize("after", [0, 1, 3000])
    def test_one_that_hangs_is_timed_out_and_its_whole_lines_are_kept(
        self, run_with: Callable[..., Any], after: int
    ) -> None:
        released = Event()
        ran = run_with(_hanging(after, released))
        released.set()
        assert_not_passed(ran, "unknown")
        assert after == ran.policies[POLICY]["passed"]

    def test_one_that_gives_an_undeclared_kind_and_fails_leaves_that_kind_in_doubt(
        self, run_with: Callable[..., Any]
    ) -> None:
        assert_not_passed(run_with(_raising(RuntimeError("broken"), 2), kinds=()), "unknown")

    def test_one_that_gives_nothing_is_unknown(self, run_with: Callable[..., Any]) -> None:
        assert_not_passed(run_with(lambda *_: iter(())), "unknown")

    def test_one_that_gives_no_record_at_all_but_garbage_is_unknown(
        self, run_with: Callable[..., Any]
    ) -> None:
        assert_not_passed(run_with(lambda *_: iter([{"kind": "account"}])), "unknown")

    def test_one_that_misspells_its_kind_leaves_an_empty_related_set_in_doubt(
        self, run_with: Callable[..., Any]
    ) -> None:
        check = """
check:
  each: institution
  related: {bad: {from: account, where: not enabled, may_be_empty: true}}
  assert: count(bad) = 0
"""
        good = run_with(lambda *_: iter(()), check=check)
        assert good.code == 0, good.out + good.err
        misspelt = run_with(lambda *_: iter([Record("acount", {"system_id": "HIS"}, "x", NOW)]), check=check)
        assert_not_passed(misspelt, "unknown")

    def test_one_that_sets_aside_a_record_leaves_the_population_in_doubt(
        self, run_with: Callable[..., Any]
    ) -> None:
        rejected = Rejected("account", "fake://directory", REASON)
        ran = run_with(lambda *_: iter([_account("zhang"), rejected]))
        assert_not_passed(ran, "unknown")
        assert ran.policies[POLICY]["passed"] == 1

    @pytest.mark.parametrize("observed", [None, datetime(2026, 6, 30, 8)], ids=["none", "without a zone"])
    def test_a_record_without_a_time_is_unknown(
        self, run_with: Callable[..., Any], observed: datetime | None
    ) -> None:
        assert_not_passed(run_with(lambda *_: iter([_account("zhang", observed)])), "unknown")

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, "90", True, 2**70])
    def test_a_value_outside_its_type_is_not_known(self, run_with: Callable[..., Any], value: Any) -> None:
        check = "\ncheck:\n  each: account\n  assert: pwd_max_age_days <= 90 or pwd_max_age_days > 90\n"
        assert_not_passed(
            run_with(lambda *_: iter([_account("zhang", pwd_max_age_days=value)]), check=check), "unknown"
        )


def test_a_collector_process_that_is_killed_leaves_no_sealed_run(project: SmallProject) -> None:
    """The whole program is killed while it collects."""
    import signal
    import subprocess

    project.write("hung.sh", "touch begun; until test -e over; do sleep 0.1; done")
    project.write("hiscomply.yaml", PROJECT + HUNG)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "audit", str(project.root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    runs = project.root / ".hiscomply" / "runs"
    deadline = time.monotonic() + 120
    while process.poll() is None and not (project.root / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    (project.root / "over").touch()
    process.communicate()
    left = [one.name for one in runs.iterdir()]
    assert left and [name for name in left if not name.startswith(".partial-")] == []
    assert project.run("audit", str(project.root), "--policy", POLICY).code == 3


def test_a_file_that_check_was_asked_for_and_cannot_read_is_unknown(
    project: SmallProject, tmp_path: Path
) -> None:
    loop = tmp_path / "conf" / "sshd_config"
    loop.parent.mkdir()
    loop.symlink_to(loop)
    ran = project.run("check", str(tmp_path / "conf"))
    assert ran.code == 3, ran.out
    assert "sshd_config" in ran.out


def test_check_refuses_to_leave_out_a_policy_that_was_asked_for(project: SmallProject) -> None:
    ran = project.run("check", str(project.root), "--policy", POLICY)
    assert ran.code == 2, ran.out
    assert "account" in ran.err


def test_a_text_too_long_to_be_kept_passes_nothing_by_its_beginning(project: SmallProject) -> None:
    project.policy(policy_text("check:\n  each: account\n  assert: not matches(shell, 'csh')\n", ""))
    project.write(
        "hiscomply.yaml",
        PROJECT + TABLE.replace("last_login: last_login", "last_login: last_login, shell: shell"),
    )
    for length, verdict in ((60_000, "pass"), (70_000, "unknown")):
        project.write("accounts.csv", f"{HEADER},shell\n{GOOD},{'s' * length}\n")
        ran = project.audit()
        assert ran.policies[POLICY]["verdict"] == verdict
