"""One target that stands for many, targets that are not asked for, and what an interrupted run leaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hiscomply.collect.keeper import Keeper, finished_targets, staging_folder, unfinished
from hiscomply.collect.runner import collect_all
from hiscomply.errors import ConfigError
from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed, CollectTimedOut
from hiscomply.kinds import Kind, load_kinds
from hiscomply.model import Collection, CollectionStatus, Record, Rejected, Target, Text
from hiscomply.paths import schemas_dir

NAMES = ("web-1", "web-2", "db-1")


class Hosts:
    """A fleet of scripted hosts; counts how often each is asked, and how many at once."""

    name = "hosts"
    version = "1"
    summary = Text("测试", "For tests")
    options_schema: Mapping[str, Any] = {"type": "object"}
    parallel = 2

    def __init__(self, names: Sequence[str] = NAMES) -> None:
        self.names = names
        self.asked: list[str] = []
        self.dead: dict[str, BaseException] = {}
        self.busy = self.busiest = 0
        self.meet = 0
        """So many are waited for before the first is done."""
        self._news = threading.Condition()

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("account",)

    def expand(self, target: Target, project: Path) -> Sequence[Target]:
        if "unreadable" in target.options:
            raise CollectFailed(Text("读不到清单", "the list cannot be read"))
        return [replace(target, name=f"{target.name}/{name}") for name in self.names]

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        with self._news:
            self.asked.append(target.name)
            self.busy += 1
            self.busiest = max(self.busy, self.busiest)
            self._news.notify_all()
            self._news.wait_for(lambda: self.busiest >= self.meet, 60)
        try:
            time.sleep(0.02)
            ending = self.dead.get(target.name.partition("/")[2])
            if ending is not None:
                raise ending
            yield Record("account", {"system_id": target.name, "login": "li"}, target.name, context.now)
        finally:
            with self._news:
                self.busy -= 1


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    return load_kinds([schemas_dir() / "evidence"])


Told = tuple[str, int, CollectionStatus | None]


def run(
    hosts: Hosts,
    kinds: dict[str, Kind],
    staging: Path,
    only: Sequence[str] = (),
    told: list[Told] | None = None,
    zone: str = "Asia/Shanghai",
    **options: Any,
) -> dict[str, Collection]:
    heard: list[Told] = [] if told is None else told
    target = Target("hosts", "fleet", options, ("account",), 20.0)
    outcomes = collect_all(
        [target],
        {"hosts": hosts},
        kinds,
        staging,
        project=staging.parent,
        zone=zone,
        digest=lambda secret: f"digest-of-{len(secret)}",
        progress=lambda *one: heard.append(one),
        only=only,
    )
    return {one.target: one for one in outcomes}


def test_every_host_has_a_collection_of_its_own(kinds: dict[str, Kind], tmp_path: Path) -> None:
    hosts = Hosts()
    hosts.dead = {
        "web-1": CollectDenied(Text("拒绝", "refused")),
        "web-2": CollectTimedOut(Text("超时", "too slow")),
    }
    outcomes = run(hosts, kinds, tmp_path / "staging")
    assert {name: one.status.value for name, one in outcomes.items()} == {
        "fleet/web-1": "denied",
        "fleet/web-2": "timed_out",
        "fleet/db-1": "ok",
    }
    assert outcomes["fleet/web-1"].affected == ("account",)


def test_no_more_hosts_are_asked_at_once_than_the_collector_allows(
    kinds: dict[str, Kind], tmp_path: Path
) -> None:
    hosts = Hosts([f"h{number}" for number in range(12)])
    hosts.meet = 2
    outcomes = run(hosts, kinds, tmp_path / "staging")
    assert len(outcomes) == 12
    assert hosts.busiest == 2


def test_all_are_announced_before_any_is_done(kinds: dict[str, Kind], tmp_path: Path) -> None:
    told: list[Told] = []
    run(Hosts(), kinds, tmp_path / "staging", told=told)
    assert sorted(name for name, *_ in told[:3]) == sorted(f"fleet/{name}" for name in NAMES)
    assert [status for *_, status in told[:3]] == [None, None, None]


@pytest.mark.parametrize(
    ("names", "options", "reason"),
    [
        (NAMES, {"unreadable": True}, "the list cannot be read"),
        ((), {}, "the list of targets is empty"),
        (("a", "b", "a"), {}, "named twice: fleet/a"),
    ],
)
def test_a_list_that_is_no_list_is_a_failed_collection(
    kinds: dict[str, Kind], tmp_path: Path, names: Sequence[str], options: dict[str, Any], reason: str
) -> None:
    (one,) = run(Hosts(names), kinds, tmp_path / "staging", **options).values()
    assert (one.target, one.status, one.affected) == ("fleet", CollectionStatus.FAILED, ("account",))
    assert one.reason is not None
    assert one.reason.en == reason


def test_who_is_not_asked_for_is_skipped_and_what_rests_on_it_is_unknown(
    kinds: dict[str, Kind], tmp_path: Path
) -> None:
    hosts = Hosts()
    outcomes = run(hosts, kinds, tmp_path / "staging", only=["fleet/web-*"])
    assert sorted(hosts.asked) == ["fleet/web-1", "fleet/web-2"]
    skipped = outcomes["fleet/db-1"]
    assert (skipped.status, skipped.affected) == (CollectionStatus.SKIPPED, ("account",))
    assert len(run(Hosts(), kinds, tmp_path / "other", only=["fleet"])) == 3


class TestInterrupted:
    def test_finished_hosts_are_not_asked_again_and_dead_ones_are(
        self, kinds: dict[str, Kind], tmp_path: Path
    ) -> None:
        hosts = Hosts()
        hosts.dead = {"web-2": CollectFailed(Text("断开", "gone"))}
        first = run(hosts, kinds, tmp_path / "staging")
        hosts.dead, hosts.asked = {}, []
        second = run(hosts, kinds, tmp_path / "staging")
        assert hosts.asked == ["fleet/web-2"]
        assert [one.status.value for one in second.values()] == ["ok", "ok", "ok"]
        assert second["fleet/db-1"] == first["fleet/db-1"]
        files = list((tmp_path / "staging").glob("*/account.jsonl"))
        assert sorted(json.loads(file.read_text())["system_id"] for file in files) == sorted(second)

    def test_other_options_are_another_target(self, kinds: dict[str, Kind], tmp_path: Path) -> None:
        hosts = Hosts(["web-1"])
        run(hosts, kinds, tmp_path / "staging")
        run(hosts, kinds, tmp_path / "staging", port=23)
        assert len(hosts.asked) == 2
        assert len(list((tmp_path / "staging").glob("*/account.jsonl"))) == 1

    def test_who_is_skipped_now_leaves_no_rows_of_then(self, kinds: dict[str, Kind], tmp_path: Path) -> None:
        run(Hosts(), kinds, tmp_path / "staging")
        run(Hosts(), kinds, tmp_path / "staging", only=["fleet/db-1"])
        files = list((tmp_path / "staging").glob("*/account.jsonl"))
        assert [json.loads(file.read_text())["system_id"] for file in files] == ["fleet/db-1"]

    def test_a_host_that_was_cut_off_half_way_counts_for_nothing(
        self, kinds: dict[str, Kind], tmp_path: Path
    ) -> None:
        target = Target("hosts", "fleet/web-1", {}, ("account",), 20.0)
        half = Keeper(tmp_path / "staging", kinds, "Asia/Shanghai").fresh(target)
        (half / "account.jsonl").write_text('{"system_id": "left over"}\n')
        run(Hosts(["web-1"]), kinds, tmp_path / "staging")
        assert "left over" not in (half / "account.jsonl").read_text()

    @pytest.mark.parametrize("name", ["account.jsonl", "finished/collections.json"])
    @pytest.mark.parametrize("rows", [b"", None])
    def test_a_host_of_which_not_all_is_left_is_asked_again(
        self, kinds: dict[str, Kind], tmp_path: Path, name: str, rows: bytes | None
    ) -> None:
        hosts = Hosts(["web-1"])
        run(hosts, kinds, tmp_path / "staging")
        (file,) = (tmp_path / "staging").glob(f"*/{name}")
        file.unlink() if rows is None else file.write_bytes(rows)
        (one,) = run(hosts, kinds, tmp_path / "staging").values()
        assert (len(hosts.asked), one.status.value, one.records) == (2, "ok", {"account": 1})
        assert sum(len(file.read_bytes()) > 0 for file in (tmp_path / "staging").glob("*/*.jsonl")) == 1

    def test_what_was_read_in_another_zone_is_read_again(
        self, kinds: dict[str, Kind], tmp_path: Path
    ) -> None:
        hosts = Hosts(["web-1"])
        run(hosts, kinds, tmp_path / "staging")
        run(hosts, kinds, tmp_path / "staging", zone="UTC")
        assert len(hosts.asked) == 2

    def test_the_folder_stays_when_the_work_is_cut_off_and_goes_when_it_is_done(self, tmp_path: Path) -> None:
        below = tmp_path / "collecting"
        with pytest.raises(KeyboardInterrupt), staging_folder(below, resume=False) as folder:
            (folder / "abc" / "finished").mkdir(parents=True)
            assert unfinished(below) == []
            raise KeyboardInterrupt
        assert [finished_targets(one) for one in unfinished(below)] == [1]
        with staging_folder(below, resume=True) as again:
            assert again == folder
        assert not below.exists()

    def test_nothing_finished_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), staging_folder(tmp_path / "collecting", resume=False):
            raise KeyboardInterrupt
        assert list(tmp_path.iterdir()) == []

    def test_without_a_leftover_there_is_nothing_to_resume(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="no interrupted collection"):
            staging_folder(tmp_path / "collecting", resume=True).__enter__()
