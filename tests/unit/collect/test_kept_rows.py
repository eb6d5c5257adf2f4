"""What a check keeps comes back as it was, or not at all."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hiscomply.collect import kept_rows
from hiscomply.collect.kept_rows import KeptRows, KeptUnit, lines
from hiscomply.model import Record
from hiscomply.units import Making

NOW = datetime(2026, 7, 1, tzinfo=UTC)
UNIT = KeptUnit("note", {"setting": (2, b'"a":1\x02"_source":"x"\n"a":2\x02"_source":"x"\n')})


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path))
    kept = opened()
    keep(kept, "one")
    kept.save()
    return tmp_path / "hiscomply"


def opened(fingerprint: str = "program", tree: str = "tree") -> KeptRows:
    kept = KeptRows(tree, few=0)
    kept.open(lambda: fingerprint)
    return kept


def keep(kept: KeptRows, name: str) -> None:
    """As a check does with a unit that it has not known."""
    assert kept.get(name) is None
    kept.put(name, UNIT)


def the_file(cache: Path) -> Path:
    (file,) = cache.glob("rows-*")
    return file


def test_a_kept_unit_comes_back_with_the_new_times(cache: Path) -> None:
    unit = opened().get("one")
    assert unit == UNIT
    assert lines(unit.rows["setting"][1], b',"_collection":"c",', b',"_at":"now"') == (
        b'{"a":1,"_collection":"c","_source":"x","_at":"now"}\n{"a":2,"_collection":"c","_source":"x","_at":"now"}\n'
    )


def test_another_program_or_other_options_find_nothing(cache: Path) -> None:
    assert opened("another program").get("one") is None


def test_another_tree_finds_nothing(cache: Path) -> None:
    assert opened(tree="another").get("one") is None


def test_a_unit_of_another_name_is_not_there(cache: Path) -> None:
    assert opened().get("two") is None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_that_was_cut_counts_as_absent(cache: Path, share: float) -> None:
    file = the_file(cache)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    assert opened().get("one") is None


def test_a_file_that_was_edited_counts_as_absent(cache: Path) -> None:
    file = the_file(cache)
    forged = zlib.compress(b"note\x01setting\x011\x01forged", 1)
    file.write_bytes(file.read_bytes()[:-3] + forged)
    assert opened().get("one") is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights as on Unix")
@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_can_write_counts_as_absent(cache: Path, mode: int) -> None:
    the_file(cache).chmod(mode)
    assert opened().get("one") is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights as on Unix")
def test_nobody_else_can_read_what_is_kept(cache: Path) -> None:
    assert cache.stat().st_mode & 0o077 == 0
    assert the_file(cache).stat().st_mode & 0o077 == 0


def test_a_link_in_its_place_counts_as_absent(cache: Path, tmp_path: Path) -> None:
    file = the_file(cache)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert opened().get("one") is None


def test_what_a_run_did_not_use_is_forgotten(cache: Path) -> None:
    kept = opened()
    keep(kept, "two")
    kept.save()
    assert opened().get("one") is None
    assert opened().get("two") == UNIT


def test_the_first_few_units_are_not_looked_up_and_what_has_no_more_keeps_nothing(cache: Path) -> None:
    before = the_file(cache).read_bytes()
    kept = KeptRows("tree", few=2)
    kept.open(lambda: pytest.fail("what the program is made of was asked"))
    keep(kept, "one")
    keep(kept, "two")
    kept.save()
    assert the_file(cache).read_bytes() == before


def test_units_after_the_first_few_are_looked_up(cache: Path) -> None:
    kept = KeptRows("tree", few=2)
    kept.open(lambda: "program")
    keep(kept, "two")
    keep(kept, "three")
    assert kept.get("one") == UNIT
    kept.save()
    assert opened().get("one") == UNIT


def test_a_program_of_which_it_cannot_be_said_what_it_is_made_of_keeps_nothing(cache: Path) -> None:
    before = the_file(cache).read_bytes()
    kept = KeptRows("tree", few=0)
    kept.open(lambda: None)
    keep(kept, "one")
    kept.save()
    assert the_file(cache).read_bytes() == before


def test_what_does_not_fit_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_rows, "MAX_BYTES", 1)
    kept = opened()
    keep(kept, "two")
    kept.save()
    assert opened().get("two") is None


def test_the_trees_used_longest_ago_make_room(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = the_file(cache)
    os.utime(old, (1, 1))
    monkeypatch.setattr(kept_rows, "MAX_ALL_BYTES", old.stat().st_size)
    kept = opened(tree="another")
    keep(kept, "one")
    kept.save()
    assert not old.exists()
    assert opened(tree="another").get("one") == UNIT


def test_what_a_killed_run_left_behind_is_removed(cache: Path) -> None:
    abandoned = cache / "tmpabc.tmp"
    abandoned.write_bytes(b"half")
    os.utime(abandoned, (1, 1))
    kept = opened()
    keep(kept, "two")
    kept.save()
    assert not abandoned.exists()


def test_a_place_that_cannot_be_written_costs_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "file"))
    kept = opened()
    keep(kept, "one")
    kept.save()
    assert kept.get("one") == UNIT
    assert opened().get("one") is None


def content_of(*names: str, fingerprint: str = "program", making: Sequence[Record] = ()) -> str | None:
    """The digest of a run over these units, each of which is made and kept or found."""
    kept = opened(fingerprint)
    list(kept.nameless(made(*making)))
    for name in names:
        if kept.get(name, NOW) is None:
            kept.put(name, UNIT)
    content = kept.content()
    assert content is None or content[1] == NOW
    return content and content[0]


def made(*records: Record) -> Making:
    yield from records
    return ""


def test_a_run_over_the_same_units_has_the_same_content_whether_they_were_made_or_found(cache: Path) -> None:
    assert content_of("one", "two") == content_of("one", "two") is not None


@pytest.mark.parametrize("names", [("one",), ("two", "one"), ("one", "two", "three"), ("onetwo",)])
def test_other_units_or_another_order_have_another_content(cache: Path, names: tuple[str, ...]) -> None:
    assert content_of("one", "two") != content_of(*names) is not None


def test_another_program_has_another_content(cache: Path) -> None:
    assert content_of("one") != content_of("one", fingerprint="another") is not None


def test_a_unit_that_was_not_to_be_kept_leaves_no_content(cache: Path) -> None:
    kept = opened()
    kept.get("one", NOW)
    assert kept.content() is not None
    kept.get("two", NOW)
    assert kept.content() is None


def test_a_unit_without_a_name_leaves_no_content_if_it_gave_anything(cache: Path) -> None:
    assert content_of("one") is not None
    assert content_of("one", making=[Record("setting", {}, "x", NOW)]) is None


@pytest.mark.parametrize("other", [None, datetime(2026, 6, 30, tzinfo=UTC)])
def test_units_of_several_times_or_none_leave_no_content(cache: Path, other: datetime | None) -> None:
    kept = opened()
    kept.put("one", UNIT)
    kept.get("one", NOW)
    kept.put("two", UNIT)
    kept.get("two", other)
    assert kept.content() is None


def test_a_tree_of_a_few_units_has_no_content(cache: Path) -> None:
    kept = KeptRows("tree", few=2)
    kept.open(lambda: pytest.fail("what the program is made of was asked"))
    kept.get("one", NOW)
    kept.put("one", UNIT)
    assert kept.content() is None
