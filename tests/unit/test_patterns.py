"""A pattern that is compiled late is the same pattern."""

from __future__ import annotations

import re

import pytest

from hiscomply.patterns import late


def test_it_is_compiled_when_it_is_first_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = re.compile
    monkeypatch.setattr(
        re, "compile", lambda pattern, flags=0: compiled.append(pattern) or real(pattern, flags)
    )
    pattern = late("b+")
    assert (pattern.pattern, compiled) == ("b+", [])
    assert [bool(pattern.search(text)) for text in ("abba", "a", "b")] == [True, False, True]
    assert compiled == ["b+"]


def test_it_finds_and_replaces_with_its_flags() -> None:
    pattern = late("B+", re.I)
    assert (pattern.sub("-", "abba"), pattern.fullmatch("bb") is not None) == ("a-a", True)
    assert pattern.findall("abBa b") == ["bB", "b"]
