"""Every situation of the corpus through the real collector and the real policy: the verdict, and the line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.corpus.judging import Row, in_trees, judged, policies, worst
from tests.corpus.situation import VERDICTS, read

HERE = Path(__file__).parent
FILES = sorted(file for file in HERE.glob("*/*") if file.suffix[1:] in VERDICTS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_policy_says_what_the_name_of_the_file_says(file: Path) -> None:
    situation = read(file)
    rows = _rows(situation.policy).get(file.name, [])
    assert worst(rows) == situation.verdict, rows
    assert {row.place for row in rows if row.verdict == "fail"} == set(situation.expected), rows


def test_no_situation_is_for_a_policy_that_is_not_there() -> None:
    assert {file.parent.name for file in FILES} <= set(policies())


def test_no_file_of_the_corpus_is_without_a_verdict_in_its_name() -> None:
    strange = {file for file in HERE.glob("*/*") if file.suffix not in (".py", ".pyc")} - set(FILES)
    assert not strange


@cache
def _rows(name: str) -> Mapping[str, list[Row]]:
    """All that the policy says, by situation."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    files = {file.name: file for file in FILES if file.parent.name == name}
    for group in in_trees(files):
        with TemporaryDirectory() as scratch:
            tree = Path(scratch) / "tree"
            for one in group:
                read(files[one]).write(tree / one)
            for row in judged([policies()[name]], tree) if group else ():
                found[row.situation].append(row)
    return found
