"""A kept pack is used only as it was written, and only when nobody else can have written it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hiscomply.paths import policies_dir
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.cache import keep_newest, read_cached, write_cached
from hiscomply.policy.pack import load_pack

DIGEST = "ab" * 32
CONTENT = [{"verdict": "fail", "文": 1}]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path))
    write_cached("pack", DIGEST, CONTENT)
    (file,) = (tmp_path / "hiscomply").iterdir()
    return file


def test_what_was_kept_is_given_back(kept: Path) -> None:
    assert read_cached("pack", DIGEST) == CONTENT


def test_an_edited_file_is_made_again(kept: Path) -> None:
    kept.write_bytes(kept.read_bytes().replace(b"fail", b"pass"))
    assert read_cached("pack", DIGEST) is None


@pytest.mark.parametrize("length", [0, 1, 64, 128, 129, 135, -1])
def test_a_cut_file_is_made_again(kept: Path, length: int) -> None:
    kept.write_bytes(kept.read_bytes()[:length])
    assert read_cached("pack", DIGEST) is None


def test_a_file_kept_for_other_content_is_not_used(kept: Path) -> None:
    other = DIGEST[:32] + "cd" * 16
    assert kept.exists()
    assert read_cached("pack", other) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has access lists instead")
@pytest.mark.parametrize("mode", [0o660, 0o606, 0o666])
def test_a_file_that_others_can_write_is_not_used(kept: Path, mode: int) -> None:
    kept.chmod(mode)
    assert read_cached("pack", DIGEST) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has access lists instead")
def test_a_folder_that_others_can_write_is_not_used(kept: Path) -> None:
    kept.parent.chmod(0o777)
    assert read_cached("pack", DIGEST) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has access lists instead")
def test_a_file_of_another_user_is_not_used(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = kept.stat().st_uid
    if owner == 0:
        os.chown(kept, 12345, -1)
    else:
        monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert read_cached("pack", DIGEST) is None


def test_a_link_is_not_followed(kept: Path, tmp_path: Path) -> None:
    elsewhere = kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(elsewhere)
    assert read_cached("pack", DIGEST) is None


def test_a_place_that_cannot_be_written_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "file"))
    write_cached("pack", DIGEST, CONTENT)
    assert read_cached("pack", DIGEST) is None


def test_the_policies_on_some_kinds_are_kept_by_themselves_and_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "cache"))
    kinds, folders = evidence_kinds(), [policies_dir() / "4.1"]
    only = frozenset({"ticket", "collection"})
    whole = load_pack(folders, kinds, use_cache=False)
    wanted = tuple(one for one in whole.policies if only.issuperset(one.kinds))
    assert 0 < len(wanted) < len(whole.policies)
    for _ in ("compiled", "kept"):
        part = load_pack(folders, kinds, only_kinds=only)
        assert (part.policies, part.digest) == (wanted, whole.digest)
    assert load_pack(folders, kinds).policies == whole.policies
    assert load_pack(folders, kinds, only_kinds=frozenset({"scan", "asset"})).policies != wanted


def test_packs_made_longest_ago_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path))
    folder = tmp_path / "hiscomply"
    folder.mkdir(mode=0o700)
    old = folder / "pack-old"
    old.write_bytes(b"x" * 20)
    os.utime(old, (1, 1))
    other = folder / "clauses-old"
    other.write_bytes(old.read_bytes())
    write_cached("pack", DIGEST, ["new"])
    keep_newest("pack", DIGEST, 10)
    assert not old.exists()
    assert other.exists()
    assert read_cached("pack", DIGEST) == ["new"]
