"""What is measured costs what it costs a user: a process with byte code, not one that compiles every module."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest
from benchmarks.measure import ROOT, measure_command
from benchmarks.tasks.audit import STAGES

SAY = "import os, sys; print(sys.dont_write_bytecode, os.environ['OF_THE_CALLER'], os.environ['OF_THE_COMMAND'])"


def test_a_measured_command_writes_byte_code_even_where_this_shell_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("OF_THE_CALLER", "kept")
    command = [sys.executable, "-c", SAY]
    cost = measure_command(command, 1, expected=frozenset({0}), environment={"OF_THE_COMMAND": "added"})
    assert cost.facts["output"].split() == ["False", "kept", "added"]


def test_every_module_of_ours_has_its_byte_code_before_anything_is_measured() -> None:
    measure_command([sys.executable, "-c", ""], 1, expected=frozenset({0}))
    sources = [path for name in ("src", "collectors", "benchmarks") for path in (ROOT / name).rglob("*.py")]
    assert len(sources) > 100
    assert [path for path in sources if not _compiled(path).is_file()] == []


@pytest.mark.parametrize("place", STAGES.values())
def test_each_stage_that_is_timed_is_where_it_is_called_from(place: str) -> None:
    module, _, function = place.partition(":")
    assert callable(getattr(import_module(module), function))


def _compiled(source: Path) -> Path:
    from importlib.util import cache_from_source

    return Path(cache_from_source(str(source)))
