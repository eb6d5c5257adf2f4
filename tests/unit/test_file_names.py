"""Names that are no UTF-8 are written so that two stay two, and found again by what was written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hiscomply.file_names import clean, file_at

BYTES_ONLY = pytest.mark.skipif(os.fsencode("\udcb1") != b"\xb1", reason="names are text on this system")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("etc/sshd_config", "etc/sshd_config"),
        ("配置/sshd_config", "配置/sshd_config"),
        ("\udcb1\udcb8/sshd_config", "%B1%B8/sshd_config"),
        ("配\udcff", "配%FF"),
        ("a\x00b", "a\\x00b"),
        ("\ud800", "\\ud800"),
        ("\udfff", "\\udfff"),
    ],
)
def test_what_no_store_can_keep_is_written_out(text: str, written: str) -> None:
    assert clean(text) == written
    written.encode()


@BYTES_ONLY
def test_a_file_is_found_by_its_written_name(tmp_path: Path) -> None:
    name = os.fsdecode("备份/sshd_config".encode("gbk"))
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text("here")
    assert file_at(tmp_path, clean(name)).read_text() == "here"


@BYTES_ONLY
def test_a_file_whose_name_is_just_what_was_written_comes_first(tmp_path: Path) -> None:
    (tmp_path / "%B1").write_text("as written")
    (tmp_path / "\udcb1").write_text("a byte")
    assert file_at(tmp_path, "%B1").read_text() == "as written"


def test_an_escape_of_a_letter_is_a_name_like_any_other(tmp_path: Path) -> None:
    assert file_at(tmp_path, "a%20b%2F") == tmp_path / "a%20b%2F"
