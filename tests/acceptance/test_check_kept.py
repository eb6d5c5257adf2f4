"""What a check keeps for the next one never hides a change, and is not there for who does not want it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.acceptance.checked_tree import BAD_SSHD, GOOD_SSHD, SSHD, Tree, pack_cache, tree

from hiscomply.collect.kept_rows import FEW

__all__ = ["pack_cache", "tree"]

ONLY = ("--policy", "sshd_root_login_disabled")


@pytest.fixture
def rows(tmp_path: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the rows are kept; with more files in the tree than are read anew in any case."""
    for number in range(FEW):
        tree.write(f"a/{number}.json", "{}")
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hiscomply"


def test_a_file_that_goes_bad_fails_and_one_that_is_mended_passes(tree: Tree, rows: Path) -> None:
    codes = []
    for text in (GOOD_SSHD, BAD_SSHD, GOOD_SSHD, BAD_SSHD):
        tree.write(SSHD, text)
        codes.append(tree.check(*ONLY).code)
    assert codes == [0, 1, 0, 1]
    assert len(list(rows.glob("rows-*"))) == 1


def test_a_second_check_says_the_same(tree: Tree, rows: Path) -> None:
    tree.write(SSHD, BAD_SSHD)
    assert tree.check() == tree.check()


def test_without_cache_nothing_is_kept(tree: Tree, rows: Path) -> None:
    tree.write(SSHD, BAD_SSHD)
    assert tree.check(*ONLY, "--no-cache").code == 1
    assert list(rows.glob("rows-*")) == []


def test_the_environment_can_say_so_too(tree: Tree, rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISCOMPLY_NO_CACHE", "1")
    tree.write(SSHD, BAD_SSHD)
    assert tree.check(*ONLY).code == 1
    assert list(rows.glob("rows-*")) == []


def test_a_damaged_cache_costs_no_result(tree: Tree, rows: Path) -> None:
    tree.write(SSHD, BAD_SSHD)
    first = tree.check(*ONLY)
    (file,) = rows.glob("rows-*")
    file.write_bytes(file.read_bytes()[:-1])
    assert tree.check(*ONLY) == first
