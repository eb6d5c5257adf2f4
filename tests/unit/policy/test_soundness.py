"""Whatever could still be true of the world decides: verdicts against all completions of small tables.

For random tables with doubtful members and unknown values every way in which the world could be is enumerated.
TRUE must hold in all of them, FALSE in none; only then may a policy say so.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
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


@pytest.mark.parametrize(("word", "limit"), [("at_least", "70 %"), ("at_most", "30 %")])
def test_a_share_holds_whatever_the_unknown_records_turn_out_to_be(
    tmp_path: Path, word: str, limit: str
) -> None:
    dice = random.Random(f"rate {word}")
    parameters = (
        f"parameters:\n  share: {{type: percent, default: {limit}, tighter: higher, "
        "source: {id: HISCOMPLY, strength: default}}\n"
    )
    check = f"  each: thing\n  where: flag2\n  assert: flag\n  rate: {{{word}: share, min_population: 3, per: [text]}}\n"
    policy, kinds = compile_check(tmp_path, check, parameters)
    groups = {
        f"g{number}": [
            (dice.choice([True, True, False, None]), dice.choice([True, True, False, None]))
            for _ in range(dice.randint(3, 7))
        ]
        for number in range(60)
    }
    rows = [
        {"id": f"{group}-{number}", "text": group, "flag2": member, "flag": met}
        for group, records in groups.items()
        for number, (member, met) in enumerate(records)
    ]
    said = judge(policy, kinds, {"thing": rows})
    judged = 0
    for group, records in groups.items():
        if group not in said:
            assert sum(member is not False for member, _ in records) < 3
            continue
        judged += 1
        truths = {_share_holds(word, world) for world in _worlds(records)} - {None}
        if said[group] == "pass":
            assert truths <= {True}, (group, records)
        if said[group] == "fail":
            assert truths <= {False}, (group, records)
    assert judged >= 30
    assert {"pass", "fail", "unknown"} <= {said[group] for group in groups if group in said}


def _worlds(records: list[tuple[bool | None, bool | None]]) -> Iterator[list[bool]]:
    choices = [
        [
            (a, b)
            for a in ((True, False) if member is None else (member,))
            for b in ((True, False) if met is None else (met,))
        ]
        for member, met in records
    ]
    for world in itertools.product(*choices):
        yield [met for member, met in world if member]


def _share_holds(word: str, met: list[bool]) -> bool | None:
    if not met:
        return None
    share = sum(met) / len(met)
    return share >= 0.7 - 1e-12 if word == "at_least" else share <= 0.3 + 1e-12
