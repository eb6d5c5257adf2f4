"""The digest of a pack says what verdicts follow from, and nothing of where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hiscomply.paths import policies_dir
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.pack import Pack, load_pack, policy_files

_TWO = sorted(policy_files([policies_dir()]))[:2]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "cache"))


def _copied(folder: Path) -> Pack:
    for file in _TWO:
        shutil.copytree(file.parent, folder / file.parent.name)
    return load_pack([folder], evidence_kinds())


def test_the_same_policies_elsewhere_are_the_same_pack_and_name_their_own_files(tmp_path: Path) -> None:
    here, there = _copied(tmp_path / "here"), _copied(tmp_path / "there/deeper")
    assert here.digest == there.digest
    for pack, folder in ((here, "here"), (there, "there")):
        assert all(Path(policy.file).is_relative_to(tmp_path / folder) for policy in pack.policies)


def test_the_order_of_folders_is_no_part_of_it(tmp_path: Path) -> None:
    _copied(tmp_path / "both")
    apart = [tmp_path / "both" / file.parent.name for file in _TWO]
    assert load_pack(apart, evidence_kinds()).digest == load_pack(apart[::-1], evidence_kinds()).digest


def test_one_byte_more_is_another_pack(tmp_path: Path) -> None:
    before = _copied(tmp_path / "here").digest
    file = tmp_path / "here" / _TWO[0].parent.name / "policy.yaml"
    file.write_bytes(file.read_bytes() + b"\n")
    assert load_pack([tmp_path / "here"], evidence_kinds()).digest != before


def test_fewer_policies_are_another_pack(tmp_path: Path) -> None:
    before = _copied(tmp_path / "here").digest
    shutil.rmtree(tmp_path / "here" / _TWO[1].parent.name)
    assert load_pack([tmp_path / "here"], evidence_kinds()).digest != before
