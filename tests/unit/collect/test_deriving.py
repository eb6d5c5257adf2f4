"""What is concluded from other targets comes after them, sees what they gave, and is never more certain than they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hiscomply.collect.runner import collect_all
from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed
from hiscomply.kinds import load_kinds
from hiscomply.model import Collection, CollectionStatus, Record, Rejected, Target, Text
from hiscomply.paths import schemas_dir

OBSERVED = datetime(2026, 6, 30, tzinfo=UTC)
REFUSED = Rejected("package", "list", Text("坏行", "bad line"))
KINDS = load_kinds([schemas_dir() / "evidence"])
Items = Iterator[Record | Rejected]


def package(name: str) -> Record:
    return Record("package", {"asset_id": "S1", "name": name}, "list", OBSERVED)


class Giver:
    name, version, summary, options_schema = "giver", "1", Text("给", "gives"), {"type": "object"}

    def __init__(self, *items: Record | Rejected | Exception) -> None:
        self._items = items

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("package",)

    def collect(self, target: Target, context: CollectContext) -> Items:
        for item in self._items:
            if isinstance(item, Exception):
                raise item
            yield item


class Deriver:
    name, version, summary, options_schema = "deriver", "1", Text("推", "derives"), {"type": "object"}

    def __init__(self, reads: tuple[str, ...] = ("package",), ending: Exception | None = None) -> None:
        self.reads = reads
        self.ending = ending
        self.seen: list[str] = []

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("vuln",)

    def derives_from(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return self.reads

    def collect(self, target: Target, context: CollectContext) -> Items:
        if self.ending:
            raise self.ending
        for file in context.staged["package"].files:
            for line in file.read_text(encoding="utf-8").splitlines():
                self.seen.append(json.loads(line)["name"])
        yield Record("vuln", {"asset_id": "S1", "cve": "CVE-2099-1"}, "feed", OBSERVED)


def run(
    tmp_path: Path,
    deriver: Deriver,
    *givers: Giver,
    only: tuple[str, ...] = (),
    told: list[Any] | None = None,
) -> dict[str, Collection]:
    known: dict[str, Any] = {"deriver": deriver}
    targets = [Target("deriver", "derived", {}, ("vuln",))]
    for number, giver in enumerate(givers):
        known[f"giver{number}"] = giver
        targets.append(Target(f"giver{number}", f"host{number}", {}, ("package",)))
    ended = collect_all(
        targets,
        known,
        KINDS,
        tmp_path / "staging",
        project=tmp_path,
        zone="UTC",
        digest=lambda secret: secret,
        progress=lambda *what: told.append(what) if told is not None else None,
        only=only,
    )
    assert [one.target for one in ended] == [one.name for one in targets]
    return {one.target: one for one in ended}


def test_it_reads_what_every_other_target_gave_though_it_is_named_first(tmp_path: Path) -> None:
    deriver = Deriver()
    told: list[Any] = []
    ended = run(tmp_path, deriver, Giver(package("a")), Giver(package("b")), told=told)
    assert sorted(deriver.seen) == ["a", "b"]
    assert (ended["derived"].status, ended["derived"].affected) == (CollectionStatus.OK, ())
    assert told[-1] == ("derived", 1, CollectionStatus.OK)


@pytest.mark.parametrize(
    "broken",
    [
        Giver(package("a"), REFUSED),
        Giver(package("a"), CollectFailed(Text("断", "lost"))),
        Giver(CollectDenied(Text("拒", "refused"))),
    ],
    ids=["partial", "cut off", "denied"],
)
def test_rows_that_may_be_missing_make_it_partial_and_name_their_target(
    tmp_path: Path, broken: Giver
) -> None:
    ended = run(tmp_path, Deriver(), Giver(package("b")), broken)["derived"]
    assert (ended.status, ended.affected) == (CollectionStatus.PARTIAL, ("vuln",))
    assert ended.reason is not None
    assert ended.reason.en == "it rests on collections that are incomplete: host1"
    assert "host1" in ended.reason.zh


def test_gaps_are_told_beside_its_own_failure(tmp_path: Path) -> None:
    deriver = Deriver(ending=CollectDenied(Text("拒", "no feed")))
    ended = run(tmp_path, deriver, Giver(package("b"), REFUSED))["derived"]
    assert ended.status is CollectionStatus.DENIED
    assert ended.reason is not None
    assert ended.reason.en == "no feed; it rests on collections that are incomplete: host0"


def test_a_kind_that_no_target_gives_is_a_failure(tmp_path: Path) -> None:
    told: list[Any] = []
    ended = run(tmp_path, Deriver(reads=("package", "host")), Giver(package("b")), told=told)["derived"]
    assert (ended.status, ended.affected) == (CollectionStatus.FAILED, ("vuln",))
    assert ended.reason is not None
    assert ended.reason.en == "no target gives host, so nothing can be concluded from it"
    assert told[-1] == ("derived", 0, CollectionStatus.FAILED)


def test_a_target_that_was_not_asked_for_is_a_gap(tmp_path: Path) -> None:
    ended = run(tmp_path, Deriver(), Giver(package("a")), Giver(package("b")), only=("derived", "host0"))
    assert ended["host1"].status is CollectionStatus.SKIPPED
    assert ended["derived"].status is CollectionStatus.PARTIAL


def test_it_is_skipped_when_it_was_not_asked_for(tmp_path: Path) -> None:
    deriver = Deriver()
    assert run(tmp_path, deriver, Giver(package("a")), only=("host0",))["derived"].status is (
        CollectionStatus.SKIPPED
    )
    assert deriver.seen == []


def test_it_is_concluded_anew_where_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    run(tmp_path, Deriver(), Giver(package("a")))
    again = Deriver()
    ended = run(tmp_path, again, Giver(package("changed")))
    assert again.seen == ["a"], "the finished target is taken over, and read"
    assert ended["derived"].status is CollectionStatus.OK


def test_a_collector_that_cannot_say_what_it_reads_costs_only_itself(tmp_path: Path) -> None:
    class Broken(Deriver):
        def derives_from(self, options: Mapping[str, Any]) -> tuple[str, ...]:
            raise KeyError("kinds")

    ended = run(tmp_path, Broken(), Giver(package("a")))
    assert ended["derived"].status is CollectionStatus.FAILED
    assert ended["host0"].status is CollectionStatus.OK
