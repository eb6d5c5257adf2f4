"""What changes nothing in a file changes no verdict; what changes one value changes the verdict on that value alone."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.corpus.judging import Row, file_policies, in_trees, judged, worst
from tests.corpus.neutral import FREE, edited, settings_of
from tests.corpus.situation import Situation
from tests.fuzz.seeds import situations

from hiscomply_files.formats import builtin_formats

SECONDS = 12
"""No round of edits begins later than that."""
TOGETHER = frozenset(
    {
        "ansible_inventory",
        "ansible_vars",
        "apache_conf",
        "haproxy_cfg",
        "nginx_conf",
        "pam_conf",
        "pam_service",
        "pg_hba_conf",
    }
)
"""Formats of which one line may decide several questions: a step of a stack, a rule before others, a port that speaks
TLS. Of these only the finding itself must go."""


def test_every_format_of_the_corpus_says_what_is_free_in_it() -> None:
    reads = (settings_of(path, text) for one in situations() for path, text in one.files.items())
    assert {read[0] for read in reads if read is not None} <= set(FREE)
    assert set(FREE) >= {one.name for one in builtin_formats()}


@given(random=st.randoms(use_true_random=False), one=st.sampled_from(list(situations())))
@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_neutral_edit_leaves_the_settings_of_a_file_as_they_are(random: Random, one: Situation) -> None:
    after = edited(random, one.files)
    for path, text in one.files.items():
        if path not in after or any(name not in one.files for name in after):
            continue  # its lines are in a drop-in
        before, now = settings_of(path, text), settings_of(path, after[path])
        assert (before is None) == (now is None), after[path]
        if before is not None and now is not None:
            said = [
                sorted(((s.key, s.value, s.is_effective, s.section) for s in read[1]), key=repr)
                for read in (before, now)
            ]
            assert said[0] == said[1], after[path]


def test_a_neutral_edit_never_changes_a_verdict(tmp_path: Path) -> None:
    started = time.perf_counter()
    rounds = changed = 0
    while rounds < 6 and (rounds == 0 or time.perf_counter() - started < SECONDS):
        random = Random(f"neutral {rounds}")
        trees = {_name(one): edited(random, one.files) for one in situations()}
        changed += sum(trees[_name(one)] != one.files for one in situations())
        found = _by_situation(tmp_path / str(rounds), trees)
        for one in situations():
            said = worst(row for row in found[_name(one)] if row.policy == one.policy)
            assert said == one.verdict, f"round {rounds}, {_name(one)}:\n{trees[_name(one)]}"
        rounds += 1
    assert changed > len(situations()) * rounds // 2


def test_another_value_changes_the_verdict_on_it_and_no_other(tmp_path: Path) -> None:
    variants = {
        f"{_name(one)}~{number}": (one, place, tree)
        for one in situations()
        for number, (place, tree) in enumerate(_mended(one))
    }
    if not variants:
        pytest.fail("no failing situation has a passing one to take a value from")
    trees = {name: tree for name, (_, _, tree) in variants.items()}
    before = _by_situation(tmp_path / "before", {_name(one): one.files for one in situations()})
    after = _by_situation(tmp_path / "after", trees)
    mended: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for name, (one, place, _) in variants.items():
        rows = (*before[_name(one)], *after[name])
        concerned = {one.policy, *(row.policy for row in rows if row.place == place)}
        path = place.rpartition(":")[0]
        read = settings_of(path, one.files[path])
        if read is not None and read[0] not in TOGETHER:
            was, now = (_verdicts(some, concerned) for some in (before[_name(one)], after[name]))
            assert was == now, f"{name}: a verdict that has nothing to do with {place} changed"
        still = {row.place for row in after[name] if row.policy == one.policy and row.verdict == "fail"}
        mended[_name(one), place].append(place not in still)
    lost = [key for key, tries in mended.items() if not any(tries)]
    assert len(lost) * 10 <= len(mended), f"no passing value of the corpus passes there: {lost}"


def _verdicts(rows: Sequence[Row], concerned: Set[str]) -> set[tuple[str, str, str]]:
    return {(row.policy, row.subject, row.verdict) for row in rows if row.policy not in concerned}


def _mended(one: Situation) -> Iterator[tuple[str, dict[str, str]]]:
    """The failing tree with the value at an expected line as a passing situation of the policy has it."""
    for place in one.expected if one.verdict == "fail" else ():
        path, _, line = place.rpartition(":")
        read = settings_of(path, one.files[path]) if line.isdigit() and path in one.files else None
        for setting in read[1] if read is not None else ():
            lines = one.files[path].split("\n")
            start = setting.column - 1
            if (
                setting.line != int(line)
                or not setting.value
                or not lines[setting.line - 1].startswith(setting.value, start)
            ):
                continue
            for value in _passing(one.policy, setting.key):
                if value == setting.value:
                    continue  # what is wrong is something else that the line shows, or that is not there
                changed = list(lines)
                rest = changed[setting.line - 1][start + len(setting.value) :]
                changed[setting.line - 1] = changed[setting.line - 1][:start] + value + rest
                yield place, {**one.files, path: "\n".join(changed)}


@cache
def _passing(policy: str, key: str) -> Sequence[str]:
    """Values of the key in the passing situations of a policy, as they are written there."""
    found: list[str] = []
    for one in situations():
        if one.policy != policy or one.verdict != "pass":
            continue
        for path, text in one.files.items():
            read = settings_of(path, text)
            for setting in read[1] if read is not None else ():
                line = text.split("\n")[setting.line - 1]
                if (
                    setting.key == key
                    and setting.value
                    and line.startswith(setting.value, setting.column - 1)
                ):
                    found.append(setting.value)
    return list(dict.fromkeys(found))[:3]


def _by_situation(folder: Path, trees: Mapping[str, Mapping[str, str]]) -> Mapping[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for number, group in enumerate(in_trees(trees)):
        tree = folder / str(number) / "tree"
        for name in group:
            for path, text in trees[name].items():
                file = tree / name / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode("utf-8"))
        for row in judged(file_policies(), tree) if group else ():
            found[row.situation].append(row)
    return found


def _name(one: Situation) -> str:
    return f"{one.policy}~{one.name}.{one.verdict}"
