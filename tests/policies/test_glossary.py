"""Every text of the pack and of the reports speaks the words of the glossary, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml

from hiscomply.coverage.matrix import CLASSES
from hiscomply.glossary import Variant, load_glossary, variants_in
from hiscomply.model import Text
from hiscomply.paths import policies_dir, schemas_dir
from hiscomply.plugins import collectors
from hiscomply.reference_docs.documents import MODELS, document_schema
from hiscomply.report import exits, messages, words

CHINESE = re.compile("[\u4e00-\u9fff]")
GLOSSARY = load_glossary(policies_dir() / "glossary.yaml")
QUOTED = re.compile(r"[“\"'][^”\"']*[”\"']|`[^`]*`|\{[^}]*\}")


@cache
def texts() -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Where a text stands and what it says, of policies, clauses, evidence kinds, collectors' options and report words."""
    found: list[tuple[str, Mapping[str, str]]] = []
    for file in sorted(policies_dir().glob("*/*/policy.yaml")):
        content = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        found += [(f"{content['id']}.{where}", text) for where, text in bilingual(content)]
    clauses = yaml.load((policies_dir() / "clauses.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    found += [(f"clauses{where}", text) for where, text in bilingual(clauses)]
    for file in sorted((schemas_dir() / "evidence").glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        found += [(f"{file.name}{where}", text) for where, text in bilingual(content)]
    for name, one in sorted(collectors().items()):
        found += [(f"{name}{where}", text) for where, text in bilingual(one.options_schema)]
    for name in MODELS:
        found += [(f"{name}{where}", text) for where, text in bilingual(json.loads(document_schema(name)))]
    for module in (words, exits, messages):
        found += [(f"{module.__name__}.{where}", text) for where, text in of_module(module)]
    found += [(f"class {letter}", {"zh": text.zh, "en": text.en}) for letter, text in CLASSES.items()]
    return tuple(found)


def bilingual(content: Any, where: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    if isinstance(content, Mapping):
        if {"zh", "en"} <= set(content) and isinstance(content["zh"], str):
            yield where, content
        for key, value in content.items():
            yield from bilingual(value, f"{where}.{key}")
    elif isinstance(content, list):
        for at, value in enumerate(content):
            yield from bilingual(value, f"{where}[{at}]")


def of_module(module: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, value in vars(module).items():
        given = value.items() if isinstance(value, Mapping) else [("", value)]
        yield from (
            (f"{name}.{key}", {"zh": text.zh, "en": text.en}) for key, text in given if isinstance(text, Text)
        )


def test_the_glossary_has_both_languages_and_no_term_twice() -> None:
    assert len(GLOSSARY) == 86
    assert [one for one in GLOSSARY if not (one.zh and one.en and CHINESE.search(one.zh))] == []
    assert len({one.zh for one in GLOSSARY}) == len(GLOSSARY)


def test_no_variant_is_a_word_that_the_glossary_itself_uses() -> None:
    for variant in (variant for one in GLOSSARY for variant in one.variants if variant.language == "zh"):
        assert [one.zh for one in GLOSSARY if variant.text == one.zh] == []


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("zh", "停用账号", ["账号"]),
        ("zh", "停用账户", []),
        ("zh", "办理例外(豁免)", []),
        ("zh", "办理豁免", ["豁免"]),
        ("en", "An Exemption was filed", ["exemption"]),
        ("en", "A waiver was filed", []),
        ("en", "root-cause report", []),
        ("en", "the root cause analysis", ["root cause analysis"]),
        ("en", "a root-cause analysis", []),
    ],
)
def test_a_variant_is_found_and_the_term_is_not(language: str, text: str, found: list[str]) -> None:
    assert [one.text for one in variants_in(text, language, GLOSSARY)] == found


def test_no_text_uses_a_variant() -> None:
    wrong: list[tuple[str, str, Variant]] = [
        (where, text[language], variant)
        for where, text in texts()
        for language in ("zh", "en")
        for variant in variants_in(text[language], language, GLOSSARY)
    ]
    assert [f"{where}: {said!r} says {v.text!r}, write {v.instead!r}" for where, said, v in wrong] == []


def test_english_holds_no_chinese_but_what_it_quotes() -> None:
    wrong = [where for where, text in texts() if CHINESE.search(QUOTED.sub("", text["en"]))]
    assert wrong == []


def test_there_is_enough_to_scan() -> None:
    assert len(texts()) > 1_000
