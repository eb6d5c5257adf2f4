"""The texts of policies are set as their readers expect: Chinese with Chinese punctuation, English as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from hiscomply.model import Text
from hiscomply.paths import policies_dir
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.pack import load_pack

HALF_WIDTH = re.compile(r"[\u4e00-\u9fff}][,;:](?![0-9A-Za-z/])|[,;][\u4e00-\u9fff]")
OPENS_A_SENTENCE = re.compile(r"^([A-Z0-9{“\"'‘<]|hiscomply|login\.defs)")
WORD, CHINESE = re.compile("[a-z]{2,}"), re.compile("[\u3001-\uff5e]")
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


@cache
def references() -> Mapping[str, Text]:
    """What the sources of parameters refer to, by where it stands."""
    return {
        f"{policy.id}.{spec.name} {source.id}": source.ref
        for policy in load_pack([policies_dir()], evidence_kinds()).policies
        for spec in policy.parameters
        for source in (spec.source, *spec.key_sources.values())
    }


def test_a_reference_with_words_has_them_in_both_languages() -> None:
    told = {where: ref for where, ref in references().items() if WORD.search(ref.en)}
    assert len(told) > 300
    assert [where for where, ref in told.items() if not CHINESE.search(ref.zh)] == []


def test_a_reference_has_chinese_in_its_chinese_alone() -> None:
    assert [where for where, ref in references().items() if CHINESE.search(ref.en)] == []
    assert [where for where, ref in references().items() if HALF_WIDTH.search(ref.zh)] == []


def test_chinese_has_no_half_width_punctuation() -> None:
    assert [where for where, language, text in texts() if language == "zh" and HALF_WIDTH.search(text)] == []


def test_english_opens_with_a_capital_a_number_or_a_value() -> None:
    wrong = [
        where for where, language, text in texts() if language == "en" and not OPENS_A_SENTENCE.match(text)
    ]
    assert wrong == []


def test_there_are_texts_in_both_languages() -> None:
    assert {language for _, language, _ in texts()} == {"zh", "en"}
