from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hiscomply.duck import VERDICT_COLUMNS
from hiscomply.errors import RunError
from hiscomply.findings.judge import Judgement, judge
from hiscomply.findings.rollup import exit_code, group_findings, policy_results
from hiscomply.findings.waivers import WAIVER_POLICY
from hiscomply.model import (
    Collection,
    CollectionStatus,
    Evaluation,
    Finding,
    ParameterValue,
    PolicyCount,
    PolicyInfo,
    Severity,
    Source,
    State,
    Text,
    Verdict,
    Waiver,
)

JUNE = datetime(2026, 6, 30, tzinfo=UTC)
JULY = datetime(2026, 7, 30, tzinfo=UTC)
AUGUST = datetime(2026, 8, 30, tzinfo=UTC)
FAIL, UNKNOWN = 3, 2
Row = tuple[int, str]


def policy(id_: str = "accounts_used", severity: Severity = Severity.HIGH, **more: Any) -> PolicyInfo:
    text = Text("某", "some")
    return PolicyInfo(
        id=id_,
        clauses=("4.3.2",),
        checks=(),
        title=text,
        severity=severity,
        message=text,
        remediation=text,
        rationale=text,
        condition="",
        kinds=("account",),
        parameters=more.get("parameters", ()),
        subject_kind="account",
        file="",
        digest="",
    )


def waiver(**changes: Any) -> Waiver:
    plain = Waiver(
        id="W-1",
        policy="accounts_used",
        subject="HIS/li",
        reason="long leave",
        compensating_control="",
        requested_by="Wang",
        approved_by="Li",
        ticket="",
        starts="2026-06-01",
        until="2026-06-30",
        renewals=0,
        origin="waivers.yaml:2:5",
    )
    return replace(plain, **changes)


class Judge:
    """Judges given verdict rows, one run after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = 0
        self.evaluation: Evaluation | None = None

    def run(
        self,
        rows: Sequence[Row],
        as_of: datetime = JUNE,
        *,
        passed: int = 0,
        previous: Path | None = None,
        waivers: Sequence[Waiver] = (),
        policies: Sequence[PolicyInfo] = (policy(),),
        data: str = "{}",
        line: int = 1,
    ) -> Judgement:
        self.runs += 1
        verdicts = self.folder / f"verdicts-{self.runs}.parquet"
        connection = duckdb.connect()
        columns = ", ".join(f"{name} {type_}" for name, type_ in VERDICT_COLUMNS.items())
        connection.execute(f"CREATE TABLE verdicts ({columns})")
        for code, subject in rows:
            reason = "collection_incomplete" if code == UNKNOWN else None
            connection.execute(
                "INSERT INTO verdicts VALUES ('accounts_used', ?, ?, ?, [], ?, 'a.csv', ?, 1, NULL, 'hr', NULL)",
                [code, subject, reason, data, line],
            )
        connection.execute(f"COPY verdicts TO '{verdicts}' (FORMAT parquet)")
        failed = sum(code == FAIL for code, _ in rows)
        count = PolicyCount("accounts_used", passed, failed, len(rows) - failed, 0, 0.0)
        self.evaluation = Evaluation(verdicts, (count,), as_of)
        path = self.folder / f"findings-{self.runs}.parquet"
        return judge(self.evaluation, policies, waivers, previous, as_of.date(), path)


@pytest.fixture
def judging(tmp_path: Path) -> Judge:
    return Judge(tmp_path)


def by_subject(judgement: Judgement) -> dict[str, Finding]:
    return {finding.subject: finding for finding in judgement.findings()}


def states(judgement: Judgement) -> dict[str, State]:
    return {subject: finding.state for subject, finding in by_subject(judgement).items()}


class TestHistory:
    def test_without_an_earlier_run_all_is_new(self, judging: Judge) -> None:
        assert states(judging.run([(FAIL, "HIS/li"), (UNKNOWN, "HIS/wu")])) == {
            "HIS/li": State.NEW,
            "HIS/wu": State.NEW,
        }

    def test_the_same_again_is_unchanged_though_its_line_moved(self, judging: Judge) -> None:
        june = judging.run([(FAIL, "HIS/li")])
        july = judging.run([(FAIL, "HIS/li")], JULY, previous=june.path, line=99)
        assert states(july) == {"HIS/li": State.UNCHANGED}

    @pytest.mark.parametrize(
        ("rows", "data"), [([(UNKNOWN, "HIS/li")], "{}"), ([(FAIL, "HIS/li")], '{"n": 2}')]
    )
    def test_another_verdict_or_value_is_updated(self, judging: Judge, rows: list[Row], data: str) -> None:
        june = judging.run([(FAIL, "HIS/li")])
        july = judging.run(rows, JULY, previous=june.path, data=data)
        assert states(july) == {"HIS/li": State.UPDATED}

    def test_what_is_gone_is_absent_once_and_then_no_more(self, judging: Judge) -> None:
        june = judging.run([(FAIL, "HIS/li"), (FAIL, "HIS/wu")])
        july = judging.run([(FAIL, "HIS/wu")], JULY, passed=1, previous=june.path)
        assert states(july) == {"HIS/li": State.ABSENT, "HIS/wu": State.UNCHANGED}
        august = judging.run([(FAIL, "HIS/wu")], AUGUST, passed=1, previous=july.path)
        assert states(august) == {"HIS/wu": State.UNCHANGED}

    def test_first_seen_and_due_stay_while_the_failure_lasts(self, judging: Judge) -> None:
        june = judging.run([(FAIL, "HIS/li")])
        july = judging.run([(FAIL, "HIS/li")], JULY, previous=june.path)
        found = by_subject(july)["HIS/li"]
        assert (JUNE, JUNE + timedelta(days=30)) == (found.first_seen, found.due)

    def test_a_failure_that_comes_back_is_new_again(self, judging: Judge) -> None:
        june = judging.run([(FAIL, "HIS/li")])
        july = judging.run([], JULY, passed=1, previous=june.path)
        found = by_subject(judging.run([(FAIL, "HIS/li")], AUGUST, previous=july.path))["HIS/li"]
        assert (found.state, found.first_seen) == (State.NEW, AUGUST)

    def test_a_failure_is_not_gone_when_nobody_could_look_and_keeps_its_age(self, judging: Judge) -> None:
        june = judging.run([(FAIL, "HIS/li")])
        july = judging.run([(UNKNOWN, "*")], JULY, previous=june.path)
        unseen = by_subject(july)["HIS/li"]
        assert (unseen.verdict, unseen.reason, unseen.due) == (Verdict.UNKNOWN, "collection_incomplete", None)
        assert State.UPDATED is unseen.state
        again = by_subject(judging.run([(FAIL, "HIS/li")], AUGUST, previous=july.path))["HIS/li"]
        assert (JUNE, JUNE + timedelta(days=30)) == (again.first_seen, again.due)

    def test_what_nobody_could_look_at_is_counted_as_unknown(self, judging: Judge) -> None:
        june = judging.run([(FAIL, "HIS/li")])
        july = judging.run([(UNKNOWN, "*")], JULY, previous=june.path)
        assert judging.evaluation is not None
        (result,) = policy_results([policy()], judging.evaluation.counts, group_findings(july.path), july, 0)
        assert (result.failed, result.unknown) == (0, 2)

    @pytest.mark.parametrize(
        ("severity", "days"),
        [(Severity.CRITICAL, 15), (Severity.HIGH, 30), (Severity.MEDIUM, 90), (Severity.LOW, 180)],
    )
    def test_due_follows_severity(self, judging: Judge, severity: Severity, days: int) -> None:
        found = by_subject(judging.run([(FAIL, "HIS/li")], policies=[policy(severity=severity)]))["HIS/li"]
        assert JUNE + timedelta(days=days) == found.due

    def test_what_is_not_known_has_no_due_date(self, judging: Judge) -> None:
        assert by_subject(judging.run([(UNKNOWN, "HIS/li")]))["HIS/li"].due is None

    def test_of_conflicting_rows_of_one_subject_the_worst_is_the_finding(self, judging: Judge) -> None:
        found = list(judging.run([(UNKNOWN, "HIS/li"), (FAIL, "HIS/li"), (UNKNOWN, "HIS/li")]).findings())
        assert [(one.subject, one.verdict) for one in found] == [("HIS/li", Verdict.FAIL)]

    def test_fingerprints_differ_by_policy_and_subject_only(self, judging: Judge) -> None:
        first = by_subject(judging.run([(FAIL, "HIS/li"), (FAIL, "HIS/wu")]))
        second = by_subject(judging.run([(FAIL, "HIS/li")], AUGUST, line=7, data='{"n": 1}'))
        assert first["HIS/li"].fingerprint == second["HIS/li"].fingerprint
        assert first["HIS/li"].fingerprint != first["HIS/wu"].fingerprint

    def test_an_earlier_run_that_cannot_be_read_is_an_error_and_not_forgotten(
        self, judging: Judge, tmp_path: Path
    ) -> None:
        (tmp_path / "broken.parquet").write_bytes(b"PAR1")
        with pytest.raises(RunError, match="previous run's findings"):
            judging.run([], previous=tmp_path / "broken.parquet")


class TestWaivers:
    def test_one_in_force_covers_its_subject_only(self, judging: Judge) -> None:
        found = by_subject(judging.run([(FAIL, "HIS/li"), (FAIL, "HIS/wu")], waivers=[waiver()]))
        assert (found["HIS/li"].waiver, found["HIS/wu"].waiver) == ("W-1", None)

    def test_the_last_day_is_inclusive(self, judging: Judge) -> None:
        last, after = waiver(until="2026-06-30"), waiver(until="2026-06-29")
        assert not judging.run([(FAIL, "HIS/li")], waivers=[last]).problems
        assert judging.run([(FAIL, "HIS/li")], waivers=[after]).problems

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"until": "2026-06-29"}, "expired"),
            ({"approved_by": "wang "}, "same person"),
            ({"requested_by": "Li Wei", "approved_by": "li  wei"}, "same person"),
            ({"requested_by": "李 伟", "approved_by": "李伟"}, "same person"),
            ({"requested_by": "Wang", "approved_by": "\uff37\uff41ng"}, "same person"),
            ({"until": "2026-08-30"}, "at most 90"),
            ({"policy": "no_such"}, "no policy"),
            ({"subject": "HIS/nobody"}, "covers no finding"),
            ({"starts": "2026-07-01", "until": "2026-06-30"}, "before it starts"),
        ],
    )
    def test_a_broken_one_covers_nothing_and_is_itself_a_finding(
        self, judging: Judge, changes: dict[str, str], told: str
    ) -> None:
        found = by_subject(judging.run([(FAIL, "HIS/li")], waivers=[waiver(**changes)]))
        assert found["HIS/li"].waiver is None
        assert (found["W-1"].policy_id, found["W-1"].verdict) == (WAIVER_POLICY, Verdict.FAIL)
        assert told in found["W-1"].values["what_en"]
        assert (found["W-1"].source, found["W-1"].line) == ("waivers.yaml", 2)

    def test_one_that_has_not_begun_covers_nothing_and_is_no_finding(self, judging: Judge) -> None:
        later = waiver(starts="2026-07-01", until="2026-07-20")
        found = by_subject(judging.run([(FAIL, "HIS/li")], waivers=[later]))
        assert list(found) == ["HIS/li"]
        assert found["HIS/li"].waiver is None

    def test_one_for_everything_does_not_cover_the_findings_about_waivers(self, judging: Judge) -> None:
        everything = waiver(id="W-0", policy="*", subject="*", until="2026-06-30", starts="2026-06-10")
        found = by_subject(judging.run([(FAIL, "HIS/li")], waivers=[everything, waiver(approved_by="Wang")]))
        assert (found["HIS/li"].waiver, found["W-1"].waiver) == ("W-0", None)

    def test_one_never_covers_what_is_not_known(self, judging: Judge) -> None:
        found = by_subject(judging.run([(UNKNOWN, "HIS/li")], waivers=[waiver()]))
        assert found["HIS/li"].waiver is None

    def test_one_is_not_blamed_for_covering_nothing_while_nobody_can_look(self, judging: Judge) -> None:
        assert not judging.run([(UNKNOWN, "*")], waivers=[waiver()]).problems

    @pytest.mark.parametrize(("is_looser", "is_sound"), [(True, True), (False, False)])
    def test_one_for_a_parameter_covers_a_looser_value_and_no_finding(
        self, judging: Judge, is_looser: bool, is_sound: bool
    ) -> None:
        value = ParameterValue(
            "max_idle",
            "duration",
            "90 days",
            "45 days",
            Source("L", Text("1", "1"), "law"),
            "x",
            True,
            is_looser,
        )
        judgement = judging.run(
            [(FAIL, "HIS/li")],
            waivers=[waiver(subject="parameter:max_idle")],
            policies=[policy(parameters=(value,))],
        )
        assert is_sound is (not judgement.problems)
        assert by_subject(judgement)["HIS/li"].waiver is None


class TestExitCode:
    @pytest.mark.parametrize(
        ("rows", "passed", "waivers", "status", "flags", "expected"),
        [
            ([], 1, (), "ok", {}, 0),
            ([], 0, (), "ok", {}, 3),
            ([(FAIL, "HIS/li")], 1, (), "ok", {}, 1),
            ([(FAIL, "HIS/li")], 1, (), "ok", {"fail_on": "critical"}, 0),
            ([(FAIL, "HIS/li")], 1, (waiver(),), "ok", {}, 0),
            ([(FAIL, "HIS/li")], 1, (waiver(approved_by="Wang"),), "ok", {}, 1),
            ([(FAIL, "HIS/li"), (UNKNOWN, "HIS/wu")], 1, (), "ok", {}, 1),
            ([(FAIL, "HIS/li"), (UNKNOWN, "HIS/wu")], 1, (waiver(),), "ok", {}, 3),
            ([(UNKNOWN, "HIS/wu")], 9, (), "ok", {}, 3),
            ([(UNKNOWN, "HIS/wu")], 9, (), "ok", {"allow_unknown": True}, 0),
            ([(UNKNOWN, "HIS/wu")], 0, (), "ok", {"allow_unknown": True}, 3),
            ([], 9, (), "failed", {}, 3),
            ([], 9, (), "partial", {}, 3),
            ([], 9, (), "skipped", {}, 3),
        ],
    )
    def test_it_says_the_worst_that_is_known(
        self,
        judging: Judge,
        rows: list[Row],
        passed: int,
        waivers: tuple[Waiver, ...],
        status: str,
        flags: dict[str, Any],
        expected: int,
    ) -> None:
        judgement = judging.run(rows, passed=passed, waivers=waivers)
        assert judging.evaluation is not None
        groups = group_findings(judgement.path)
        results = policy_results([policy()], judging.evaluation.counts, groups, judgement, len(waivers))
        collection = Collection("tables", "1", "hr", ("account",), CollectionStatus(status), None, JUNE, JUNE)
        asked: dict[str, Any] = {"fail_on": "low", "allow_unknown": False, **flags}
        assert expected == exit_code(results, [], [collection], **asked)


def test_groups_hold_every_finding_and_at_most_25_samples(judging: Judge) -> None:
    judgement = judging.run([(UNKNOWN, f"HIS/u{number:03}") for number in range(60)] + [(FAIL, "HIS/li")])
    groups = group_findings(judgement.path)["accounts_used"]
    assert [(one.verdict, one.count, len(one.samples)) for one in groups] == [
        (Verdict.FAIL, 1, 1),
        (Verdict.UNKNOWN, 60, 25),
    ]
    assert groups[1].samples[0].subject == "HIS/u000"


def test_findings_come_in_one_order_whatever_the_order_of_the_verdicts(judging: Judge) -> None:
    rows = [(FAIL, f"HIS/u{number}") for number in range(50)]
    first, second = judging.run(rows), judging.run(rows[::-1])
    assert first.path.read_bytes() == second.path.read_bytes()


def test_hostile_subjects_and_values_stay_what_they_are(judging: Judge) -> None:
    subject = "HIS/'; DROP TABLE current; --\n中文\x1f*[?]"
    data = json.dumps({"login": "$1 {x} '\"\\"})
    found = by_subject(judging.run([(FAIL, subject)], data=data))
    assert found[subject].values == {"login": "$1 {x} '\"\\"}


def test_today_is_the_day_of_the_project_not_of_utc(judging: Judge) -> None:
    """The stage is told the day; a waiver that ends on the 30th holds all of that day in Shanghai."""
    rows = [(FAIL, "HIS/li")]
    judgement = judging.run(rows, waivers=[waiver()])
    assert by_subject(judgement)["HIS/li"].waiver == "W-1"
    assert judging.evaluation is not None
    late = judge(
        judging.evaluation, [policy()], [waiver()], None, date(2026, 7, 1), judging.folder / "late.parquet"
    )
    assert by_subject(late)["HIS/li"].waiver is None


def test_what_no_waiver_covers_is_among_the_samples_of_many(judging: Judge) -> None:
    rows = [(FAIL, f"HIS/a{number:02}") for number in range(30)] + [(FAIL, "HIS/z")]
    judged = judging.run(rows, waivers=[waiver(subject="HIS/a*")])
    (group,) = group_findings(judged.path)["accounts_used"]
    assert (group.count, group.waived, group.samples[0].subject) == (31, 30, "HIS/z")
