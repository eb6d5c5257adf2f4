"""Every situation of the corpus through the real collector and the real policy: the verdict, and the line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.corpus.situation import read

from hiscomply.cli.check import plain_settings
from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.engine import Engine, Moment
from hiscomply.kinds import Kind
from hiscomply.model import Target
from hiscomply.pipeline import collect_evidence
from hiscomply.plugins import collectors, evidence_kinds, pack_folders
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import case_bindings

HERE = Path(__file__).parent
FILES = sorted(file for file in HERE.glob("*/*") if file.suffix not in (".py", ".pyc"))
CODES = ("not_applicable", "pass", "unknown", "fail")
Row = tuple[int, str, str | None, str, int | None]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_policy_says_what_the_name_of_the_file_says(file: Path) -> None:
    situation = read(file)
    rows = _rows(situation.policy)[file.name]
    verdict = CODES[max((row[0] for row in rows), default=0)]
    assert verdict == situation.verdict, rows
    places = {_place(source, line) for code, _, _, source, line in rows if CODES[code] == "fail"}
    assert places == set(situation.expected), rows


def test_no_situation_is_for_a_policy_that_is_not_there() -> None:
    assert {file.parent.name for file in FILES} <= set(_policies())


@cache
def _rows(name: str) -> Mapping[str, list[Row]]:
    """Code, subject, reason, file and line of all that the policy says, by situation, which is the first folder."""
    policy = _policies()[name]
    found: defaultdict[str, list[Row]] = defaultdict(list)
    with TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        for file in FILES:
            if file.parent.name == name:
                read(file).write(tree / file.name)
        for code, subject, reason, source, line in _judged(policy, tree):
            situation, _, rest = source.partition("/")
            found[situation].append((code, subject, reason, rest, line))
    return found


def _judged(policy: CompiledPolicy, tree: Path) -> Iterator[Row]:
    known = collectors()
    options = {"path": ["."]}
    target = Target("files", "files", options, known["files"].kinds(options), 600.0)
    settings = replace(
        plain_settings("en"), project=tree, targets=(target,), runs=tree.parent / "state" / "runs"
    )
    folder = tree.parent / "run"
    folder.mkdir()
    evidence = collect_evidence(settings, _kinds(), known, folder)
    now = datetime.now(UTC)
    engine = Engine(_kinds(), Moment(now, "Asia/Shanghai"))
    for table in evidence.tables.values():
        engine.add_table(table)
    engine.evaluate(policy, case_bindings(policy, "tertiary", {}))
    if engine.last_bound is None:
        return
    query = f"SELECT code, subject, reason, source, line FROM ({policy.query})"
    names = {name: engine.last_bound[name] for name in policy.placeholders if f"${name}" in query}
    yield from engine.connection.execute(query, names).fetchall()


def _place(source: str, line: int | None) -> str:
    return source if line is None else f"{source}:{line}"


@cache
def _kinds() -> Mapping[str, Kind]:
    return evidence_kinds()


@cache
def _policies() -> Mapping[str, CompiledPolicy]:
    return {policy.id: policy for policy in load_pack(pack_folders(), _kinds()).policies}
