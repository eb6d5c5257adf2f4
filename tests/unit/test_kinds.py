"""What an evidence schema may be called, since its names become part of queries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hiscomply.errors import EvidenceError
from hiscomply.kinds import load_kinds

BOTH = {"zh": "某", "en": "some"}


def write(folder: Path, **changes: Any) -> None:
    schema = {
        "title": "thing",
        "x-title": BOTH,
        "x-description": BOTH,
        "x-key": ["id"],
        "x-fresh": "7 days",
        "properties": {"id": {"type": "string", "x-title": BOTH}},
        **changes,
    }
    (folder / "thing.schema.json").write_text(json.dumps(schema), encoding="utf-8")


NAMES = ['a"b', "a b", "Id", "_missing", "1st", "a'b", "a-b", "名", "", "a\n"]


@pytest.mark.parametrize("name", NAMES)
def test_a_field_whose_name_is_no_plain_word_is_refused(tmp_path: Path, name: str) -> None:
    field = {"type": "string", "x-title": BOTH}
    write(tmp_path, properties={"id": field, name: field})
    with pytest.raises(EvidenceError, match="is not lower-case letters, digits and _"):
        load_kinds([tmp_path])


@pytest.mark.parametrize("name", [*NAMES, 7])
def test_a_kind_whose_name_is_no_plain_word_is_refused(tmp_path: Path, name: Any) -> None:
    write(tmp_path, title=name)
    with pytest.raises(EvidenceError, match="is not lower-case letters, digits and _"):
        load_kinds([tmp_path])


@pytest.mark.parametrize("name", ["calendar"])
def test_a_kind_cannot_take_a_name_that_queries_need(tmp_path: Path, name: str) -> None:
    write(tmp_path, title=name)
    with pytest.raises(EvidenceError, match="no kind can be named"):
        load_kinds([tmp_path])


def test_a_key_that_is_no_field_is_refused(tmp_path: Path) -> None:
    write(tmp_path, **{"x-key": ["id", "code"]})
    with pytest.raises(EvidenceError, match="x-key names no field: code"):
        load_kinds([tmp_path])


def test_plain_words_are_taken(tmp_path: Path) -> None:
    write(tmp_path, title="thing_2")
    assert list(load_kinds([tmp_path])) == ["thing_2"]
