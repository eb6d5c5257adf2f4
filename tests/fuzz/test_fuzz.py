"""A share of ``python -m tests.fuzz`` for CI, and the proof that no garbage passes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.corpus.judging import CODES, file_policies, judged
from tests.fuzz.__main__ import run, table
from tests.fuzz.mutate import LIMIT, mutated
from tests.fuzz.seeds import format_of, is_read, seeds, situations
from tests.fuzz.worker import targets

from hiscomply.hookspecs import FormatError
from hiscomply_files.decode import decode
from hiscomply_files.formats import builtin_formats
from hiscomply_files.software import builtin_software

INPUTS = 9_000
"""About a minute of two processors; an input that takes more than a second is a sample, whatever the others take."""
SEED = 20_260_630
BROKEN = 3
"""Broken versions of each file of a situation that are looked for, in so many tries at most."""
TRIES = 40


def test_everything_that_is_read_is_fuzzed() -> None:
    names = set(targets())
    assert {f"format:{one.name}" for one in builtin_formats()} <= names
    assert {f"software:{one.name}" for one in builtin_software()} <= names
    assert all(any(is_read(one, text) for text in seeds()[one.name]) for one in builtin_formats())


def test_no_input_breaks_down_stalls_or_swells_anything() -> None:
    outcomes = list(run(targets(), INPUTS, SEED, jobs=2, timeout_s=120))
    assert not [sample for one in outcomes for sample in one.samples], table(outcomes)
    assert not sum(one.crashes for one in outcomes), table(outcomes)
    assert sum(one.inputs for one in outcomes) >= INPUTS


def test_the_same_seed_gives_the_same_inputs_and_none_is_too_long() -> None:
    texts = seeds()["ini"]
    again = [[mutated(random, texts[0], texts) for _ in range(300)] for random in (Random(1), Random(1))]
    assert again[0] == again[1]
    assert max(map(len, again[0])) <= LIMIT
    assert any(len(text) > LIMIT // 2 for text in again[0])


PROGRAM = """
import sys
from collections.abc import Iterator
from tests.fuzz import worker

class Bad:
    name = "bad"
    def recognises(self, path, head): return False
    def parse(self, text) -> Iterator:
        {body}
        yield from ()

worker.builtin_formats = lambda: [Bad()]
worker.seeds = lambda: {{"bad": ["a = 1"]}}
worker.resource.setrlimit(worker.resource.RLIMIT_AS, (512 << 20, 512 << 20))
outcome = worker.fuzz("format:bad", 2, 1)
print(worker.json.dumps([outcome.crashes, [one["error"] for one in outcome.samples]]))
"""


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("raise KeyError(1)", "KeyError"),
        ("while True: pass", "TooSlow"),
        ("bytearray(600 << 20)", "MemoryError"),
        ("return self.parse(text + text[:0]) and list(self.parse(text))", "RecursionError"),
    ],
)
def test_what_fuzzing_looks_for_is_seen(body: str, error: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    crashes, errors = json.loads(done.stdout)
    assert crashes == 2
    assert all(one.startswith(error) for one in errors)


def _broken(random: Random, path: str, text: str) -> Iterator[str]:
    """Versions of a file that its format refuses."""
    others, one = [text], format_of(path, text)
    for _ in range(TRIES if one is not None else 0):
        garbage = mutated(random, text, others)
        assert one is not None
        known = format_of(path, garbage)
        if known is None or known.name != one.name:
            continue
        as_read = decode(garbage.encode("utf-8", "replace"))
        try:
            list(one.parse(as_read or ""))
        except FormatError:
            yield garbage


def test_no_file_that_cannot_be_parsed_makes_a_policy_pass_that_did_not(tmp_path: Path) -> None:
    random = Random(SEED)
    tree = tmp_path / "tree"
    origin: dict[str, str] = {}
    chosen = [one for one in situations() if one.verdict in ("fail", "unknown")]
    for number, one in enumerate(random.sample(chosen, min(len(chosen), 150))):
        whole = f"{number}"
        one.write(tree / whole)
        for path, text in one.files.items():
            for version, garbage in zip(range(BROKEN), _broken(random, path, text), strict=False):
                name = f"{number}~{path.replace('/', '-')}~{version}"
                one.write(tree / name)
                (tree / name / path).write_bytes(garbage.encode("utf-8", "replace"))
                origin[name] = whole
    assert origin
    found: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in judged(file_policies(), tree):
        found[row.situation, row.policy, row.subject].add(row.verdict)
    for (name, policy, subject), verdicts in found.items():
        if name in origin and "pass" in verdicts:
            before = found.get((origin[name], policy, subject), {"not_applicable"})
            worst = max(before, key=CODES.index)
            assert worst not in ("fail", "unknown"), (
                f"{policy} passes {subject} in {name}, where it was {worst}: "
                f"{[file.read_text(encoding='utf-8') for file in (tree / name).rglob('*') if file.is_file()]}"
            )
