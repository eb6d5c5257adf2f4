"""Another process that makes units: whatever it says, or does not say, costs no unit."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hiscomply.ahead_process import ahead_command
from hiscomply.collect import ahead
from hiscomply.collect.ahead import Ahead
from hiscomply.collect.kept_rows import KeptUnit, packed

UNIT = KeptUnit("note", {"setting": (1, b'"a":1\x02"_source":"x"\n')})
BLOB = packed(UNIT)
OTHER = """
import json, sys, time
told = json.loads(sys.stdin.readline())
blob = bytes.fromhex({blob!r})
with open(told["spool"], "ab") as spool:
    spool.write(blob)
sys.stdout.write({says!r})
sys.stdout.flush()
{then}
"""
PLACE = f"{len(BLOB)} {zlib.crc32(BLOB)}"
ONE = f"ready\nmade one 0 {PLACE}\n"


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "processors", lambda: 2)
    monkeypatch.setattr(ahead, "AFTER", 1)


@pytest.fixture
def started() -> Iterator[list[Ahead]]:
    made: list[Ahead] = []
    yield made
    for one in made:
        one.close()


class Other:
    """Ahead with a process that says what the test wants."""

    def __init__(self, folder: Path, says: str, then: str = "") -> None:
        self.folder = folder
        script = OTHER.format(blob=BLOB.hex(), says=says, then=then)
        self.ahead = Ahead([sys.executable, "-c", script], dict, folder)
        assert self.ahead.take("first") is None

    def ended(self) -> Ahead:
        assert self.ahead._thread is not None
        self.ahead._thread.join(30)
        return self.ahead


def test_a_unit_that_it_made_comes_as_it_was_made(tmp_path: Path, started: list[Ahead]) -> None:
    other = Other(tmp_path, ONE)
    started.append(other.ahead)
    assert other.ended().take("one") == (BLOB, UNIT)
    assert other.ahead.take("one") is None


def test_a_promised_unit_is_waited_for(tmp_path: Path, started: list[Ahead]) -> None:
    late = f"time.sleep(0.3); sys.stdout.write('made one 0 {PLACE}\\n')"
    other = Other(tmp_path, "ready\nwill one\n", late)
    started.append(other.ahead)
    with other.ahead._news:
        assert other.ahead._news.wait_for(lambda: other.ahead._promised, 30)
    assert other.ahead.take("one") == (BLOB, UNIT)


def test_a_promise_that_is_not_kept_is_waited_for_only_so_long(
    tmp_path: Path, started: list[Ahead], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "PATIENCE_S", 0.2)
    other = Other(tmp_path, "ready\nwill one\nwill two\n", "time.sleep(600)")
    started.append(other.ahead)
    with other.ahead._news:
        assert other.ahead._news.wait_for(lambda: len(other.ahead._promised) == 2, 30)
    assert other.ahead.take("one") is None
    assert other.ended()._process is not None
    assert other.ahead._process is not None
    assert other.ahead._process.returncode is not None
    assert other.ahead.take("two") is None


def test_it_is_told_when_the_two_have_met(tmp_path: Path, started: list[Ahead]) -> None:
    answer = f"sys.stdin.read(1) == '\\n' and sys.stdout.write('made two 0 {PLACE}\\n')"
    other = Other(tmp_path, ONE, answer)
    started.append(other.ahead)
    with other.ahead._news:
        assert other.ahead._news.wait_for(lambda: other.ahead._made, 30)
    assert other.ahead.take("one") == (BLOB, UNIT)
    assert other.ended().take("two") == (BLOB, UNIT)


def test_a_withheld_unit_is_made_here(tmp_path: Path, started: list[Ahead]) -> None:
    other = Other(tmp_path, "ready\nnone one\n")
    started.append(other.ahead)
    assert other.ended().take("one") is None


@pytest.mark.parametrize(
    "garbage",
    [
        "hello\n",
        "made one\n",
        "made one 0 x y\n",
        f"made one -1 {PLACE}\n",
        "will\n",
        "\n",
        "\0\xff" * 2_000,
    ],
)
def test_from_one_that_talks_garbage_nothing_is_taken(
    tmp_path: Path, started: list[Ahead], garbage: str
) -> None:
    other = Other(tmp_path, ONE + garbage)
    started.append(other.ahead)
    assert other.ended().take("one") is None


@pytest.mark.parametrize(
    "place", [f"0 {len(BLOB)} 1", f"1 {PLACE}", f"0 3 {zlib.crc32(BLOB[:3])}", f"{1 << 70} {PLACE}"]
)
def test_from_one_whose_file_is_not_as_it_says_nothing_more_is_taken(
    tmp_path: Path, started: list[Ahead], place: str
) -> None:
    other = Other(tmp_path, f"{ONE}made two {place}\n")
    started.append(other.ahead)
    assert other.ended().take("two") is None
    assert other.ahead.take("one") is None


def test_one_that_cannot_start_costs_nothing(tmp_path: Path, started: list[Ahead]) -> None:
    one = Ahead([str(tmp_path / "no-such-program")], dict, tmp_path)
    started.append(one)
    assert one.take("first") is None
    assert one._thread is not None
    one._thread.join(30)
    assert one.take("second") is None
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_an_errand_that_cannot_be_said_starts_nothing(tmp_path: Path, started: list[Ahead]) -> None:
    def errand() -> Mapping[str, Any]:
        raise RuntimeError("broken")

    for given in (errand, lambda: None):
        one = Ahead([sys.executable, "-c", ""], given, tmp_path)
        started.append(one)
        assert one.take("first") is None
        assert one._thread is not None
        one._thread.join(30)
        assert one.take("second") is None
        assert one._process is None


def test_with_one_processor_there_is_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "processors", lambda: 1)
    one = Ahead([sys.executable, "-c", ""], dict, tmp_path)
    assert [one.take(str(number)) for number in range(5)] == [None] * 5
    assert one._thread is None
    one.close()


def test_before_so_many_units_are_made_there_is_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "AFTER", 5)
    one = Ahead([sys.executable, "-c", ""], dict, tmp_path)
    assert [one.take(str(number)) for number in range(4)] == [None] * 4
    assert one._thread is None
    one.close()


def test_after_the_end_neither_process_nor_file_is_left(tmp_path: Path) -> None:
    other = Other(tmp_path, ONE, "time.sleep(600)")
    with other.ahead._news:
        assert other.ahead._news.wait_for(lambda: other.ahead._made, 30)
    other.ahead.close()
    assert other.ahead._process is not None
    assert other.ahead._process.returncode is not None
    assert list(tmp_path.iterdir()) == []
    assert other.ahead.take("one") is None
    other.ahead.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody remove an open file")
def test_its_file_has_no_name_once_both_have_it_open(tmp_path: Path, started: list[Ahead]) -> None:
    other = Other(tmp_path, ONE, "time.sleep(600)")
    started.append(other.ahead)
    with other.ahead._news:
        assert other.ahead._news.wait_for(lambda: other.ahead._made, 30)
    assert list(tmp_path.iterdir()) == []


def test_the_real_one_ends_with_its_input() -> None:
    with subprocess.Popen(ahead_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.poll() is None
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(30) == 1
