"""Choices that evidence words for programs read as words of the language in every message of the pack."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from hiscomply.report.value_words import _WRITTEN, worded
from hiscomply.report.written_words import WORDS

ROOT = Path(__file__).parents[3]
NAMES = {"ssh", "https", "rdp", "telnet", "http", "ftp", "vnc", "1.0", "1.1", "1.2", "1.3", "WAF"}
"""Proper names and numbers, the same in both languages."""
SYSTEMS = {"EMR", "HIS", "LIS", "PACS", "RIS", "PHARM", "INTEGRATION", "CDR", "IDP", "INFRA", "OTHER"}
"""Categories are told by the words that people write into their project."""


def _choices() -> dict[tuple[str, str], list[str]]:
    """The words of each field with a choice that a message of the pack shows, by policy and field."""
    fields = {
        path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8"))["properties"]
        for path in (ROOT / "schemas" / "evidence").glob("*.schema.json")
    }
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted((ROOT / "policies").glob("*/*/policy.yaml")):
        policy = yaml.safe_load(path.read_text(encoding="utf-8"))
        shown = re.findall(r"\{(\w+)\}", policy["message"]["zh"] + policy["message"]["en"])
        kind = "effective_setting" if "setting" in policy["check"] else policy["check"].get("each")
        for name in shown:
            words = fields.get(kind, {}).get(name, {}).get("enum", [])
            if words:
                found[policy["id"], name] = [word for word in words if word]
    return found


CHOICES = _choices()


def test_messages_with_choices_are_found() -> None:
    assert len(CHOICES) > 100
    assert ("core_parts_redundant", "mode") in CHOICES
    assert ("sshd_max_auth_tries_limited", "origin") in CHOICES


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_word_of_a_choice_reads_as_a_word(language: str) -> None:
    shape = re.compile(r"[\u4e00-\u9fff]+|WAF" if language == "zh" else r"[A-Za-z][A-Za-z -]*")
    raw = {
        (name, word)
        for (policy, name), words in CHOICES.items()
        for word in set(words) - NAMES - SYSTEMS
        if policy != "config_file_readable" or word != "read"
        if not shape.fullmatch(str(worded(name, word, language)))
    }
    assert raw == set()


UNTOLD = {"cpu", "none", "ssh", "https", "rdp"}


def _lists() -> set[tuple[str, str]]:
    """The words of lists that a message of the pack shows, whole or one by one, with the name that they have there."""
    found = set()
    for path in sorted((ROOT / "policies").glob("*/*/policy.yaml")):
        policy = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, parameter in policy.get("parameters", {}).items():
            is_each = policy["check"].get("each") == name
            told = "{value}" if is_each else f"{{{name}}}"
            if parameter["type"] != "list" or told not in policy["message"]["zh"]:
                continue
            shown = "each" if is_each else name
            default = parameter["default"]
            lists = default.values() if isinstance(default, dict) else [default]
            found |= {(shown, word) for words in lists for word in words if re.fullmatch("[a-z_]+", word)}
            if policy["id"] == "scope_statements_in_force":
                # Told by the words that people write into their project.
                found -= {(shown, word) for words in lists for word in words}
    return found


def test_each_word_of_a_list_reads_as_a_word_in_chinese() -> None:
    words = _lists()
    assert len(words) > 60
    assert {
        (name, word)
        for name, word in words
        if word not in UNTOLD and not re.match("[\u4e00-\u9fff]+|UPS", str(worded(name, word, "zh")))
    } == set()


def test_what_people_write_stays_beside_its_chinese_word() -> None:
    assert worded("duties", ["daily_running", "x"], "zh") == ["日常运行与维护（daily_running）", "x"]
    assert worded("duties", ["daily_running"], "en") == ["daily_running"]
    assert worded("topics", ("linux", "compute"), "zh") == ["linux", "计算（compute）"]
    assert set(WORDS) == _WRITTEN


def test_lists_and_what_is_no_choice() -> None:
    assert worded("methods", ["wipe", "x"], "zh") == ["擦除", "x"]
    assert worded("methods", ("degauss",), "en") == ["degauss"]
    assert (worded("origin", None, "zh"), worded("id", "default", "zh"), worded("level", 3, "zh")) == (
        None,
        "default",
        3,
    )
