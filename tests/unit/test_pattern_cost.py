"""No pattern of the program takes time that doubles with each character: forty of them would stall it for ever."""

from __future__ import annotations

import ast
import importlib
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hiscomply.patterns import late

ROOT = Path(__file__).parents[2]
SOURCES = [
    *((ROOT / "src", file) for file in (ROOT / "src" / "hiscomply").rglob("*.py")),
    *((ROOT / "collectors", file) for file in (ROOT / "collectors").rglob("*.py")),
]
UNITS = (
    *(
        "1",
        "a",
        "A",
        "1a",
        "a1",
        " ",
        "a ",
        "\t",
        "-",
        "_",
        "a-",
        "a_",
        "a.",
        ".",
        "1.",
        "1,",
        "a,",
        "/",
        "a/",
    ),
    *(
        "\\",
        "\\\\",
        '"',
        "'",
        "a'",
        "{",
        "}",
        "${",
        "{{",
        "(",
        "[",
        "*",
        "=",
        "a=",
        "a=b ",
        ":",
        "a:",
        "#",
        ";",
    ),
    *("%", "<", "-a ", "--a=b ", "\n", "a\n", "密", "1 s", "s1", '"a"', "@", "$", "|", "&"),
)
TAILS = ("", "!")


def _patterns_of(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, (re.Pattern, type(late("")))):
        yield re.compile(value.pattern, value.flags)
    elif depth < 2 and isinstance(value, (tuple, list)):
        for one in value:
            yield from _patterns_of(one, depth + 1)
    elif depth < 2 and isinstance(value, dict):
        yield from _patterns_of([*value.values()], depth)


def _patterns() -> dict[re.Pattern[Any], str]:
    """Every pattern that stands at the top of a module, or is written into a call of ``re``, and where."""
    found: dict[re.Pattern[Any], str] = {}
    for base, file in SOURCES:
        if "templates" in file.parts or file.name == "__main__.py":
            continue
        parts = file.relative_to(base).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        for key, value in vars(importlib.import_module(name)).items():
            for pattern in _patterns_of(value):
                found.setdefault(pattern, f"{name}.{key}")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
                written = node.args[0]
                if isinstance(written, ast.Constant) and isinstance(written.value, (str, bytes)):
                    found.setdefault(re.compile(written.value), f"{name}:{node.lineno}")
    return found


class _TooLongError(Exception):
    pass


def _late(*_: object) -> None:
    raise _TooLongError


def _stalls(pattern: re.Pattern[Any], text: str) -> bool:
    """Whether a text of some forty characters takes two seconds of processor."""
    subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    signal.setitimer(signal.ITIMER_VIRTUAL, 2)
    try:
        pattern.fullmatch(subject)
        pattern.search(subject)
    except _TooLongError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return False


@pytest.fixture
def _processor_alarm() -> Iterator[None]:
    before = signal.signal(signal.SIGVTALRM, _late)
    yield
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.usefixtures("_processor_alarm")
def test_what_is_looked_for_is_seen() -> None:
    assert _stalls(re.compile(r"(?:\d+[smhdw]?)+"), "1" * 41 + "!")
    assert not _stalls(re.compile(r"(?:\d++[smhdw]?+)++"), "1" * 41 + "!")


@pytest.mark.usefixtures("_processor_alarm")
def test_no_pattern_of_the_program_stalls() -> None:
    patterns = _patterns()
    assert len(patterns) > 500
    texts = [unit * (40 // len(unit) + 1) + tail for unit in UNITS for tail in TAILS]
    stalling = {
        where: pattern.pattern
        for pattern, where in patterns.items()
        if any(_stalls(pattern, text) for text in texts)
    }
    assert stalling == {}
