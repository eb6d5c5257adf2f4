"""Reference pages are made from the code: complete, the same each time, and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiscomply.cli.main import COMMANDS
from hiscomply.plugins import collectors, evidence_kinds, pack_folders
from hiscomply.policy.pack import load_pack
from hiscomply.reference_docs.__main__ import reference, run


def test_every_command_kind_policy_and_collector_has_its_place() -> None:
    made = {file.name: text for file, text in reference(Path("docs"), Path("schemas")).items()}
    kinds = evidence_kinds()
    assert [name for name in COMMANDS if f"hiscomply {name}" not in made["cli.md"]] == []
    assert [name for name in kinds if f"`{name}`" not in made["evidence.md"]] == []
    policies = load_pack(pack_folders(), kinds).policies
    assert [one.id for one in policies if one.id not in made["policies.md"]] == []
    assert [name for name in collectors() if name not in made["collectors.md"]] == []


def test_the_same_code_makes_the_same_pages() -> None:
    assert reference(Path(), Path()) == reference(Path(), Path())


def test_check_names_what_is_out_of_date_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(tmp_path / "docs"), "--schemas", str(tmp_path / "schemas")]
    assert run(arguments) == 0
    assert run([*arguments, "--check"]) == 0
    page = tmp_path / "docs" / "cli.md"
    page.write_text("old", encoding="utf-8")
    assert run([*arguments, "--check"]) == 1
    assert "cli.md" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "old"
