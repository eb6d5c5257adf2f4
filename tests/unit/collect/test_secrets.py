"""The project's key: one per project, for its owner only, and never a way back from a digest to a secret."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from hiscomply.collect.secrets import WITHHELD, project_digest, withholding
from hiscomply.errors import ConfigError


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    project_digest(tmp_path)
    file = tmp_path / ".hiscomply" / "key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(bytes.fromhex(file.read_text())) == 32


def test_a_digest_is_the_same_in_every_run_of_a_project(tmp_path: Path) -> None:
    first, second = project_digest(tmp_path), project_digest(tmp_path)
    assert first("Hospital#1") == second("Hospital#1")


def test_two_projects_give_two_digests_of_one_secret(tmp_path: Path) -> None:
    assert project_digest(tmp_path / "a")("Hospital#1") != project_digest(tmp_path / "b")("Hospital#1")


@pytest.mark.parametrize("secret", ["", "Hospital#1", "口令", "\ud800", "x" * 1_000_000])
def test_a_digest_names_its_method_and_holds_nothing_of_the_secret(tmp_path: Path, secret: str) -> None:
    assert re.fullmatch(r"hmac-sha256:[0-9a-f]{24}", project_digest(tmp_path)(secret))


def test_different_secrets_have_different_digests(tmp_path: Path) -> None:
    digest = project_digest(tmp_path)
    assert len({digest(f"secret-{n}") for n in range(200)}) == 200


@pytest.mark.parametrize("damaged", ["not hex", "abc", "密钥"])
def test_a_damaged_key_is_an_error_that_says_where(tmp_path: Path, damaged: str) -> None:
    file = tmp_path / ".hiscomply" / "key"
    file.parent.mkdir()
    file.write_text(damaged, encoding="utf-8")
    with pytest.raises(ConfigError, match="key cannot be used") as error:
        project_digest(tmp_path)
    assert error.value.place is not None
    assert error.value.place.name == str(file)
    assert file.read_text(encoding="utf-8") == damaged


def test_an_empty_key_is_refused_since_anyone_could_make_its_digests(tmp_path: Path) -> None:
    file = tmp_path / ".hiscomply" / "key"
    file.parent.mkdir()
    file.touch()
    with pytest.raises(ConfigError):
        project_digest(tmp_path)


def test_a_folder_that_cannot_hold_a_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".hiscomply").write_text("a file, not a folder")
    with pytest.raises(ConfigError):
        project_digest(tmp_path)


def test_without_a_project_secrets_are_withheld_and_stay_apart() -> None:
    digest = withholding()
    assert [digest("one"), digest("two"), digest("one")] == [
        f"{WITHHELD}-1",
        f"{WITHHELD}-2",
        f"{WITHHELD}-1",
    ]


def test_what_stands_for_a_withheld_secret_is_no_secret_to_the_border() -> None:
    from hiscomply.collect.suspects import mask

    text = f"password: {withholding()('Hospital#1')}"
    assert mask(text) == text
