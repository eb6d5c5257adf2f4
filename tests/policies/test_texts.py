"""The texts of policies are set as their readers expect: Chinese with Chinese punctuation, English as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from hiscomply.paths import policies_dir

HALF_WIDTH = re.compile(r"[\u4e00-\u9fff}][,;:](?![0-9A-Za-z/])|[,;][\u4e00-\u9fff]")
OPENS_A_SENTENCE = re.compile(r"^([A-Z0-9{“\"'‘<]|hiscomply|login\.defs)")
TEXTS = ("title", "message", "remediation", "rationale")


@cache
def texts() -> tuple[tuple[str, str, str], ...]:
    """Where a text stands, its language and what it says."""
    return tuple(_texts())


def _texts() -> Iterator[tuple[str, str, str]]:
    for file in sorted(policies_dir().glob("*/*/policy.yaml")):
        policy: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name in TEXTS:
            for language, text in policy.get(name, {}).items():
                yield f"{policy['id']}.{name}.{language}", language, text


def test_chinese_has_no_half_width_punctuation() -> None:
    assert [where for where, language, text in texts() if language == "zh" and HALF_WIDTH.search(text)] == []


def test_english_opens_with_a_capital_a_number_or_a_value() -> None:
    wrong = [
        where for where, language, text in texts() if language == "en" and not OPENS_A_SENTENCE.match(text)
    ]
    assert wrong == []


def test_there_are_texts_in_both_languages() -> None:
    assert {language for _, language, _ in texts()} == {"zh", "en"}
