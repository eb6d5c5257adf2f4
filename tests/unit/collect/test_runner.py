"""Whatever a collector does, it ends as a collection that says so, and it costs no other collector anything."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hiscomply.collect.runner import collect_all
from hiscomply.collect.work import KEPT_REJECTED
from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed
from hiscomply.kinds import Kind, load_kinds
from hiscomply.model import Collection, CollectionStatus, Record, Rejected, Target, Text
from hiscomply.paths import schemas_dir
from hiscomply.run_folder import read_collections

OBSERVED = datetime(2026, 6, 30, tzinfo=UTC)
Items = Iterator[Record | Rejected]
Script = Callable[[Target, CollectContext], Items]


class Scripted:
    """A collector that does what a test says."""

    version = "2.1"
    summary = Text("测试", "For tests")
    options_schema: Mapping[str, Any] = {"type": "object"}

    def __init__(self, name: str, script: Script) -> None:
        self.name = name
        self._script = script

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("account",)

    def collect(self, target: Target, context: CollectContext) -> Items:
        return self._script(target, context)


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    return load_kinds([schemas_dir() / "evidence"])


class Bench:
    """Runs scripts side by side and reads what they staged."""

    def __init__(self, kinds: dict[str, Kind], folder: Path) -> None:
        self.kinds = kinds
        self.staging = folder / "staging"
        self.progress: list[tuple[str, int, CollectionStatus | None]] = []

    def run(
        self, *scripts: Script, timeout_s: float = 20.0, declared: tuple[str, ...] = ("account",)
    ) -> tuple[Collection, ...]:
        collectors = {f"c{n}": Scripted(f"c{n}", script) for n, script in enumerate(scripts)}
        targets = [Target(name, f"target-{name}", {}, declared, timeout_s) for name in collectors]
        return collect_all(
            targets,
            collectors,  # type: ignore[arg-type]  # name is a ClassVar of the protocol, here one of the instance
            self.kinds,
            self.staging,
            project=self.staging.parent,
            zone="Asia/Shanghai",
            digest=lambda secret: f"digest-of-{len(secret)}",
            progress=lambda *told: self.progress.append(told),
        )

    def folder(self, number: int = 0) -> Path:
        """Where a target's rows were put."""
        (found,) = (
            one.parent
            for one in self.staging.glob("*/finished")
            if read_collections(one)[0].target == f"target-c{number}"
        )
        return found

    def rows(self, kind: str = "account", number: int = 0) -> list[dict[str, Any]]:
        file = self.folder(number) / f"{kind}.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def bench(kinds: dict[str, Kind], tmp_path: Path) -> Bench:
    return Bench(kinds, tmp_path)


def account(login: str = "li", **fields: Any) -> Record:
    return Record("account", {"system_id": "HIS", "login": login, **fields}, "accounts.csv", OBSERVED, line=4)


def refused(kind: str | None, text: str = "坏行") -> Rejected:
    return Rejected(kind, "accounts.csv", Text(text, text), line=9)


def good(_target: Target, _context: CollectContext) -> Items:
    yield account("a")
    yield account("b")


def ending_with(ending: BaseException, rows: int) -> Script:
    def script(_target: Target, _context: CollectContext) -> Items:
        for n in range(rows):
            yield account(f"u{n}")
        raise ending

    return script


def test_a_good_collection_is_ok_and_every_row_says_where_it_came_from(bench: Bench) -> None:
    (one,) = bench.run(good)
    assert (one.status, one.reason, one.affected) == (CollectionStatus.OK, None, ())
    assert (one.collector, one.collector_version, one.target) == ("c0", "2.1", "target-c0")
    assert dict(one.records) == {"account": 2}
    assert one.started <= one.ended
    row = bench.rows()[0]
    assert row["login"] == "a"
    provenance = {name: row[name] for name in ("_collection", "_source", "_line", "_column", "_observed_at")}
    assert provenance == {
        "_collection": "target-c0",
        "_source": "accounts.csv",
        "_line": 4,
        "_column": None,
        "_observed_at": "2026-06-30 00:00:00.000000",
    }
    assert bench.progress == [("target-c0", 0, None), ("target-c0", 2, CollectionStatus.OK)]


@pytest.mark.parametrize("rows", [0, 3])
@pytest.mark.parametrize(
    ("ending", "status", "why"),
    [
        (
            CollectDenied(Text("无权读取", "not allowed to read")),
            CollectionStatus.DENIED,
            "not allowed to read",
        ),
        (CollectFailed(Text("无法连接", "no route")), CollectionStatus.FAILED, "no route"),
        (ValueError("surprise"), CollectionStatus.FAILED, "the collector raised ValueError('surprise')"),
        (SystemExit(0), CollectionStatus.FAILED, "the collector raised SystemExit(0)"),
        (KeyboardInterrupt(), CollectionStatus.FAILED, "the collector raised KeyboardInterrupt()"),
        (RecursionError("deep"), CollectionStatus.FAILED, "the collector raised RecursionError('deep')"),
    ],
)
def test_one_that_raises_says_why_keeps_what_came_and_leaves_its_kind_in_doubt(
    bench: Bench, ending: BaseException, status: CollectionStatus, why: str, rows: int
) -> None:
    (one,) = bench.run(ending_with(ending, rows))
    assert one.status is status
    assert one.reason is not None
    assert one.reason.en == why
    assert one.affected == ("account",)
    assert one.records.get("account", 0) == rows
    if rows:
        assert [row["login"] for row in bench.rows()] == ["u0", "u1", "u2"]


def test_one_that_raises_before_its_first_item_is_failed_too(bench: Bench) -> None:
    def script(_target: Target, _context: CollectContext) -> Items:
        raise OSError("disk gone")

    (one,) = bench.run(script)
    assert one.status is CollectionStatus.FAILED
    assert one.affected == ("account",)


@pytest.mark.parametrize("nonsense", [None, [1, 2], ["account"]])
def test_one_that_gives_no_records_at_all_is_failed(bench: Bench, nonsense: Any) -> None:
    (one,) = bench.run(lambda _target, _context: nonsense)
    assert one.status is CollectionStatus.FAILED


@pytest.mark.parametrize(
    "ending", [ValueError("password=Hospital#1"), CollectFailed(Text("电话13812345678", "x"))]
)
def test_a_reason_does_not_quote_a_secret_or_a_patient(bench: Bench, ending: Exception) -> None:
    (one,) = bench.run(ending_with(ending, 0))
    assert one.reason is not None
    shown = one.reason.zh + one.reason.en
    assert "Hospital#1" not in shown
    assert "13812345678" not in shown
    assert "[…]" in shown


class TestTimeOut:
    def test_one_that_hangs_is_timed_out_and_what_came_before_is_whole(self, bench: Bench) -> None:
        release = threading.Event()

        def script(_target: Target, _context: CollectContext) -> Items:
            yield account("a")
            release.wait(600)
            yield account("late")

        (one,) = bench.run(script, timeout_s=4)
        assert one.status is CollectionStatus.TIMED_OUT
        assert one.reason is not None
        assert "not done within" in one.reason.en
        assert one.affected == ("account",)
        assert [row["login"] for row in bench.rows()] == ["a"]
        release.set()
        _wait_until_over("collect-target-c0")
        assert [row["login"] for row in bench.rows()] == ["a"], "nothing may be written after its time is up"
        assert dict(one.records) == {"account": 1}

    def test_one_that_hangs_does_not_cost_its_neighbour_anything(self, bench: Bench) -> None:
        release = threading.Event()

        def hangs(_target: Target, _context: CollectContext) -> Items:
            release.wait(600)
            yield account("late")

        first, second = bench.run(hangs, good, timeout_s=4)
        assert "collect-target-c0" in [one.name for one in threading.enumerate()], "it was waited for"
        release.set()
        assert (first.target, first.status) == ("target-c0", CollectionStatus.TIMED_OUT)
        assert (second.target, second.status) == ("target-c1", CollectionStatus.OK)
        assert [row["login"] for row in bench.rows(number=1)] == ["a", "b"]

    def test_one_that_never_stops_giving_is_timed_out(self, bench: Bench) -> None:
        def endless(_target: Target, _context: CollectContext) -> Items:
            n = 0
            while True:
                n += 1
                time.sleep(0.001)
                yield account(f"u{n}")

        (one,) = bench.run(endless, timeout_s=4)
        assert one.status is CollectionStatus.TIMED_OUT
        assert one.records["account"] == len(bench.rows()) > 0


def _wait_until_over(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(60)
            assert not thread.is_alive()


class TestRejected:
    def test_one_refused_item_makes_it_partial_and_names_only_the_kind_it_would_have_been(
        self, bench: Bench
    ) -> None:
        def script(_target: Target, _context: CollectContext) -> Items:
            yield account()
            yield refused("backup_job")

        (one,) = bench.run(script, declared=("account", "backup_job", "asset"))
        assert one.status is CollectionStatus.PARTIAL
        assert one.affected == ("backup_job",)
        assert one.rejected == (refused("backup_job"),)

    @pytest.mark.parametrize("kind", [None, "no_such_kind"])
    def test_an_item_of_no_known_kind_leaves_every_kind_in_doubt(
        self, bench: Bench, kind: str | None
    ) -> None:
        def script(_target: Target, _context: CollectContext) -> Items:
            yield account()
            yield refused(kind)

        (one,) = bench.run(script, declared=("account", "asset"))
        assert one.status is CollectionStatus.PARTIAL
        assert one.affected == ("account", "asset")

    def test_a_record_of_an_unknown_kind_leaves_every_kind_in_doubt(self, bench: Bench) -> None:
        def script(_target: Target, _context: CollectContext) -> Items:
            yield account()
            yield Record("acount", {"system_id": "HIS"}, "s", OBSERVED)

        (one,) = bench.run(script, declared=("account", "asset"))
        assert one.affected == ("account", "asset")
        assert sorted(path.name for path in bench.folder().iterdir()) == ["account.jsonl", "finished"]

    def test_a_field_of_the_wrong_type_makes_it_partial_and_keeps_the_row(self, bench: Bench) -> None:
        (one,) = bench.run(lambda _target, _context: iter([account(enabled="yes")]))
        assert one.status is CollectionStatus.PARTIAL
        assert one.affected == ("account",)
        assert dict(one.records) == {"account": 1}

    def test_all_are_counted_and_the_first_ones_kept(self, bench: Bench) -> None:
        total = KEPT_REJECTED + 50
        (one,) = bench.run(lambda _target, _context: iter([refused("account")] * total))
        assert (len(one.rejected), one.rejected_count) == (KEPT_REJECTED, total)
        assert one.reason is not None
        assert str(total) in one.reason.zh
        assert str(total) in one.reason.en

    def test_a_failure_outweighs_a_refusal(self, bench: Bench) -> None:
        def script(_target: Target, _context: CollectContext) -> Items:
            yield refused("asset")
            raise CollectFailed(Text("断开", "lost"))

        (one,) = bench.run(script)
        assert one.status is CollectionStatus.FAILED
        assert one.affected == ("account", "asset")
        assert one.rejected_count == 1

    def test_what_is_kept_of_it_quotes_no_secret_and_can_be_written(self, bench: Bench) -> None:
        item = Rejected(
            "account", "导出\udcff.csv", Text("值 13812345678", "pwd=Hospital#1"), subject="\ud800"
        )
        (one,) = bench.run(lambda _target, _context: iter([item]))
        kept = one.rejected[0]
        assert (kept.reason.zh, kept.reason.en) == ("值 […]", "[…]")
        assert (kept.source, kept.subject) == ("导出?.csv", "?")


class TestKindsThatWereNotDeclared:
    def test_their_records_are_stored_and_the_collection_names_them(self, bench: Bench) -> None:
        asset = Record("asset", {"id": "S1"}, "s", OBSERVED)
        (one,) = bench.run(lambda _target, _context: iter([account(), asset]))
        assert one.status is CollectionStatus.OK
        assert one.kinds == ("account", "asset")
        assert dict(one.records) == {"account": 1, "asset": 1}

    def test_they_are_in_doubt_when_it_then_fails(self, bench: Bench) -> None:
        def script(_target: Target, _context: CollectContext) -> Items:
            yield Record("asset", {"id": "S1"}, "s", OBSERVED)
            raise CollectFailed(Text("断开", "lost"))

        (one,) = bench.run(script)
        assert one.affected == ("account", "asset")

    def test_a_declared_kind_that_never_came_is_still_named(self, bench: Bench) -> None:
        (one,) = bench.run(lambda _target, _context: iter([account()]), declared=("account", "asset"))
        assert one.kinds == ("account", "asset")
        assert "asset" not in one.records


def test_a_file_name_with_broken_characters_costs_only_those(bench: Bench) -> None:
    """Linux file names need not be UTF-8; Python gives them with lone surrogates."""
    record = Record("account", {"system_id": "HIS", "login": "a"}, "旧\udcb5.csv", OBSERVED)
    (one,) = bench.run(lambda _target, _context: iter([record, account("b")]))
    assert one.status is CollectionStatus.OK
    assert [row["_source"] for row in bench.rows()] == ["旧?.csv", "accounts.csv"]


@pytest.mark.parametrize("observed", [None, datetime(2026, 6, 30)])
def test_a_record_that_does_not_say_when_it_was_true_has_no_time(
    bench: Bench, observed: datetime | None
) -> None:
    record = Record("account", {"system_id": "HIS", "login": "a"}, "s", observed)
    bench.run(lambda _target, _context: iter([record]))
    assert bench.rows()[0]["_observed_at"] is None


def test_a_collector_is_told_the_zone_the_fields_and_how_to_digest(bench: Bench) -> None:
    seen: list[CollectContext] = []

    def script(_target: Target, context: CollectContext) -> Items:
        seen.append(context)
        return iter(())

    bench.run(script)
    assert seen[0].zone == "Asia/Shanghai"
    assert "last_login" in seen[0].fields["account"]
    assert seen[0].digest("four") == "digest-of-4"
    assert seen[0].now.tzinfo is UTC


def test_no_targets_give_no_collections(bench: Bench) -> None:
    assert bench.run() == ()


def test_more_targets_than_places_all_end_in_the_order_of_the_project(bench: Bench) -> None:
    ended = bench.run(*[good if n % 2 else ending_with(OSError(str(n)), 1) for n in range(11)])
    assert [f"target-c{n}" for n in range(11)] == [one.target for one in ended]
    assert [one.status is CollectionStatus.OK for one in ended] == [bool(n % 2) for n in range(11)]
