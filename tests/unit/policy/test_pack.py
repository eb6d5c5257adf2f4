"""The digest of a pack says what verdicts follow from, and nothing of where it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from hiscomply.errors import PolicyError
from hiscomply.model import Text
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


def _with_reference(folder: Path, ref: object) -> Pack:
    policy = yaml.safe_load((policies_dir() / "1/legal_register_complete/policy.yaml").read_text("utf-8"))
    policy["parameters"]["max_age"]["source"]["ref"] = ref
    file = folder / "legal_register_complete" / "policy.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    return load_pack([folder], evidence_kinds())


@pytest.mark.parametrize(
    ("ref", "read"),
    [
        ("", Text("", "")),
        ("5.3", Text("5.3", "5.3")),
        ({"zh": "5.3，自定", "en": "5.3, ours"}, Text("5.3，自定", "5.3, ours")),
    ],
)
def test_a_reference_comes_back_from_the_cache_in_both_languages(
    tmp_path: Path, ref: object, read: Text
) -> None:
    first, again = (_with_reference(tmp_path, ref).policies[0] for _ in range(2))
    assert first == again
    assert read in [spec.source.ref for spec in again.parameters]


def test_another_chinese_reference_is_another_pack(tmp_path: Path) -> None:
    one, other = (_with_reference(tmp_path, {"zh": zh, "en": "ours"}) for zh in ("自定", "由本院自定"))
    assert one.digest != other.digest
    assert "由本院自定" in [spec.source.ref.zh for spec in other.policies[0].parameters]


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ({"zh": "自定"}, "key 'parameters.max_age.source.ref.en' is missing"),
        ({"zh": "自定", "en": "ours", "de": "x"}, "unknown key 'de'"),
        (5.3, "parameters.max_age.source.ref: "),
    ],
)
def test_a_reference_in_one_language_is_refused_with_its_place(
    tmp_path: Path, ref: object, said: str
) -> None:
    with pytest.raises(PolicyError, match=re.escape(said)) as caught:
        _with_reference(tmp_path, ref)
    assert caught.value.place is not None
    assert caught.value.place.line


def test_fewer_policies_are_another_pack(tmp_path: Path) -> None:
    before = _copied(tmp_path / "here").digest
    shutil.rmtree(tmp_path / "here" / _TWO[1].parent.name)
    assert load_pack([tmp_path / "here"], evidence_kinds()).digest != before
