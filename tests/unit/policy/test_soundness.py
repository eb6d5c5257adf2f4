"""Whatever could still be true of the world decides: verdicts against all completions of small tables.

For random tables with doubtful members and unknown values every way in which the world could be is enumerated.
TRUE must hold in all of them, FALSE in none; only then may a policy say so.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from small_world import compile_check, judge

VALUES = (0, 1, 2)
CONDITIONS: dict[str, Callable[[list[Any]], bool | None]] = {
    "count(r) = 0": lambda v: len(v) == 0,
    "count(r) >= 2": lambda v: len(v) >= 2,
    "count(r) < 2": lambda v: len(v) < 2,
    "count(r) <> 1": lambda v: len(v) != 1,
    "exists(r)": lambda v: len(v) >= 1,
    "max(r.w) >= 1": lambda v: max(v) >= 1 if v else None,
    "max(r.w) <= 1": lambda v: max(v) <= 1 if v else None,
    "min(r.w) > 0": lambda v: min(v) > 0 if v else None,
    "min(r.w) = 1": lambda v: min(v) == 1 if v else None,
    "sum(r.w) >= 3": lambda v: sum(v) >= 3,
    "sum(r.w) <= 2": lambda v: sum(v) <= 2,
    "sum(r.v) = 2": lambda v: sum(v) == 2,
    "avg(r.w) >= 1": lambda v: sum(v) / len(v) >= 1 if v else None,
    "count(distinct r.w) <= 1": lambda v: len(set(v)) <= 1,
    "count(r) >= 1 and max(r.w) >= 1": lambda v: bool(v) and max(v) >= 1,
    "count(r) < 1 or count(r) > 1": lambda v: len(v) != 1,
    "r.w = 1": lambda v: v[0] == 1 if len(v) == 1 else None,
}
Part = tuple[bool | None, int | None]


def completions(parts: list[Part]) -> Iterator[list[int]]:
    """Every way in which doubtful members and unknown values could turn out: the values of the members."""
    choices = [
        [
            (is_member, value)
            for is_member in ((True, False) if member is None else (member,))
            for value in (VALUES if known is None else (known,))
        ]
        for member, known in parts
    ]
    for world in itertools.product(*choices):
        yield [value for is_member, value in world if is_member]


def random_parts(dice: random.Random) -> list[Part]:
    return [
        (dice.choice([True, True, False, None]), dice.choice([0, 1, 2, None]))
        for _ in range(dice.randint(0, 3))
    ]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_verdict_over_related_records_holds_in_every_possible_world(tmp_path: Path, condition: str) -> None:
    dice = random.Random(f"related {condition}")
    check = (
        "  each: thing\n  related:\n    r: {from: part, match: {thing: id}, where: good, may_be_empty: true}\n"
        f"  assert: {condition}\n"
    )
    policy, kinds = compile_check(tmp_path, check)
    worlds = {f"t{number}": random_parts(dice) for number in range(40)}
    rows = [
        {"id": f"{thing}-{number}", "thing": thing, "good": member, "v": value, "w": value}
        for thing, parts in worlds.items()
        for number, (member, value) in enumerate(parts)
    ]
    said = judge(policy, kinds, {"thing": [{"id": thing} for thing in worlds], "part": rows})
    decided = 0
    for thing, parts in worlds.items():
        truths = {CONDITIONS[condition](values) for values in completions(parts)}
        if said[thing] == "pass":
            assert truths == {True}, (thing, parts)
        if said[thing] == "fail":
            assert truths <= {False, None}, (thing, parts)
        is_settled = all(member is not None and value is not None for member, value in parts)
        if is_settled and truths in ({True}, {False}):
            decided += 1
            assert said[thing] == ("pass" if truths == {True} else "fail"), (thing, parts)
    assert decided >= 3


@pytest.mark.parametrize(
    "condition", ["count(r) = 0", "count(r) < 2", "max(r.w) <= 1", "sum(r.w) <= 2", "min(r.w) > 0"]
)
def test_nothing_that_hidden_records_could_undo_passes(tmp_path: Path, condition: str) -> None:
    check = f"  each: thing\n  related:\n    r: {{from: part, match: {{thing: id}}, may_be_empty: true}}\n  assert: {condition}\n"
    policy, kinds = compile_check(tmp_path, check)
    rows = {
        "thing": [{"id": "a"}],
        "part": [{"id": "1", "thing": "b", "w": 1}, {"id": "2", "thing": "a", "w": 1}],
    }
    assert judge(policy, kinds, rows, gaps=["part"])["a"] in ("unknown", "fail")


def test_a_record_that_does_not_say_whom_it_belongs_to_leaves_absence_in_doubt(tmp_path: Path) -> None:
    check = "  each: thing\n  related:\n    r: {from: part, match: {thing: id, kind: text}, where: good}\n  assert: count(r) = 0\n"
    policy, kinds = compile_check(tmp_path, check)
    things = [{"id": "a", "text": "x"}, {"id": "b", "text": "y"}]
    rows = {"thing": things, "part": [{"id": "1", "kind": "x", "good": True}]}
    assert judge(policy, kinds, rows) == {"a": "unknown", "b": "pass"}


def test_a_subject_that_says_how_many_records_it_has_is_judged_beside_a_gap(tmp_path: Path) -> None:
    related = "{from: part, match: {thing: id}, total: parts, where: not good}"
    check = f"  each: thing\n  related:\n    r: {related}\n  assert: count(r) = 0\n"
    policy, kinds = compile_check(tmp_path, check)
    rows = {
        "thing": [{"id": "a", "parts": 1}, {"id": "b", "parts": 2}, {"id": "c"}, {"id": "d", "parts": 0}],
        "part": [{"id": "1", "thing": "a", "good": True}, {"id": "2", "thing": "b", "good": True}],
    }
    said = judge(policy, kinds, rows, gaps=["part"])
    assert said == {"a": "pass", "b": "unknown", "c": "unknown", "d": "pass"}


Record = tuple[bool | None, bool | None, str | None]
"""Whether it belongs to the population, whether it meets the condition, and its group."""


@pytest.mark.parametrize(("word", "limit"), [("at_least", "70 %"), ("at_most", "30 %")])
@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_share_holds_whatever_the_unknown_records_turn_out_to_be(
    tmp_path: Path, word: str, limit: str, lost: int
) -> None:
    dice = random.Random(f"rate {word} {lost}")
    policy, kinds = compile_check(tmp_path, *rate_check(word, limit, ", per: [text]"))
    seen: set[str] = set()
    for _ in range(40):
        records = [_random_record(dice, "g") for _ in range(dice.randint(1, 5))]
        records += [_random_record(dice, None) for _ in range(lost)]
        said = judge(policy, kinds, {"thing": [_thing(n, one) for n, one in enumerate(records)]})
        seen |= {said[group] for group in ("g", "?") if group in said}
        for subject, verdict in said.items():
            truths = {_truth(word, world, subject) for world in _worlds(records)} - {None}
            if verdict == "pass":
                assert truths <= {True}, (subject, records)
            if verdict == "fail":
                assert truths <= {False}, (subject, records)
        if all(None not in record for record in records) and any(record[0] for record in records):
            assert "unknown" not in said.values(), records
    assert {"fail", "unknown"} <= seen


def test_records_that_may_not_belong_do_not_make_a_population_large_enough(tmp_path: Path) -> None:
    """Two that belong, one of which fails, and seven that may belong: in most worlds it fails by itself."""
    policy, kinds = compile_check(tmp_path, *rate_check("at_least", "10 %", ""))
    sure = [{"id": "a", "flag2": True, "flag": True}, {"id": "b", "flag2": True, "flag": False}]
    perhaps = [{"id": f"m{number}", "flag": True} for number in range(7)]
    assert judge(policy, kinds, {"thing": [*sure, *perhaps]}) == {"*": "unknown"}
    third = {"id": "c", "flag2": True, "flag": True}
    assert judge(policy, kinds, {"thing": [*sure, third, *perhaps]}) == {"*": "pass"}


def test_a_stale_record_does_not_make_a_population_large_enough(tmp_path: Path) -> None:
    policy, kinds = compile_check(tmp_path, *rate_check("at_least", "10 %", ""))
    sure = [{"id": "a", "flag2": True, "flag": True}, {"id": "b", "flag2": True, "flag": False}]
    stale = {"id": "c", "flag2": True, "flag": True, "_observed_at": datetime(2026, 1, 1)}
    assert judge(policy, kinds, {"thing": [*sure, stale]}) == {"*": "unknown"}


def test_a_share_that_fails_in_every_case_fails_before_the_population_is_settled(tmp_path: Path) -> None:
    policy, kinds = compile_check(tmp_path, *rate_check("at_least", "90 %", ""))
    rows = [{"id": "a", "flag2": True, "flag": False}, {"id": "b", "flag2": True, "flag": False}]
    assert judge(policy, kinds, {"thing": [*rows, {"id": "c", "flag": True}]}) == {"*": "fail"}


def test_a_group_that_records_without_a_group_may_fill_is_not_judged_record_by_record(tmp_path: Path) -> None:
    policy, kinds = compile_check(tmp_path, *rate_check("at_least", "60 %", ", per: [text]"))
    good = [{"id": f"a{number}", "text": "g", "flag2": True, "flag": True} for number in range(2)]
    bad = [{"id": f"b{number}", "flag2": True, "flag": False} for number in range(2)]
    assert judge(policy, kinds, {"thing": [*good, *bad]}) == {"g": "unknown", "?": "unknown"}
    few = judge(policy, kinds, {"thing": [good[0], bad[0]]})
    assert few == {"a0": "pass", "b0": "fail"}


def test_the_few_records_that_a_broken_collection_brought_are_judged_and_the_whole_stays_unknown(
    tmp_path: Path,
) -> None:
    policy, kinds = compile_check(tmp_path, *rate_check("at_least", "60 %", ""))
    rows = [{"id": "a", "flag2": True, "flag": False}]
    assert judge(policy, kinds, {"thing": rows}, gaps=["thing"]) == {"a": "fail", "*": "unknown"}


def rate_check(word: str, limit: str, per: str) -> tuple[str, str]:
    parameters = (
        f"parameters:\n  share: {{type: percent, default: {limit}, tighter: higher, "
        "source: {id: HISCOMPLY, strength: default}}\n"
    )
    rate = f"{{{word}: share, min_population: 3{per}}}"
    return f"  each: thing\n  where: flag2\n  assert: flag\n  rate: {rate}\n", parameters


def _random_record(dice: random.Random, group: str | None) -> Record:
    return dice.choice([True, True, False, None]), dice.choice([True, True, False, None]), group


def _thing(number: int, record: Record) -> dict[str, Any]:
    member, met, group = record
    return {"id": f"r{number}", "flag2": member, "flag": met, "text": group}


def _worlds(records: list[Record]) -> Iterator[dict[str, Record]]:
    """Every way in which the records could turn out, by id; one without a group may be in g or in another."""
    both = (True, False)
    choices = [
        [
            (member, met, group)
            for member in (both if record[0] is None else (record[0],))
            for met in (both if record[1] is None else (record[1],))
            for group in (("g", "h") if record[2] is None else (record[2],))
        ]
        for record in records
    ]
    for world in itertools.product(*choices):
        yield {f"r{number}": record for number, record in enumerate(world)}


def _truth(word: str, world: dict[str, Record], subject: str) -> bool | None:
    """Whether a group, or a record by itself, is compliant in a world; None where nothing is to be said."""
    if subject == "?":
        return None
    group = "g" if subject == "g" else world[subject][2]
    met = [record[1] for record in world.values() if record[0] and record[2] == group]
    is_good = word == "at_least"
    if subject != "g":
        assert len(met) < 3, "a record of a large group is judged by itself"
        return world[subject][1] is is_good if world[subject][0] else None
    if not met:
        return None
    if len(met) < 3:
        return all(one is is_good for one in met)
    share = sum(met) / len(met)
    return share >= 0.7 - 1e-12 if is_good else share <= 0.3 + 1e-12
