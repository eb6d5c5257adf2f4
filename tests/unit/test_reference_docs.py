"""Reference pages are made from the code: complete, the same each time, and checked."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from hiscomply.cli.main import COMMANDS
from hiscomply.plugins import collectors, evidence_kinds, pack_folders, reporters
from hiscomply.policy.pack import load_pack
from hiscomply.reference_docs.__main__ import main, make_all
from hiscomply.reference_docs.text import cell, table


def test_every_command_kind_policy_collector_and_report_has_its_place() -> None:
    made = {file.name: text for file, text in make_all(Path("docs"), Path("schemas")).items()}
    kinds = evidence_kinds()
    assert [name for name in COMMANDS if f"hiscomply {name}" not in made["cli.md"]] == []
    assert [name for name in kinds if f"## {name}\n" not in made["evidence.md"]] == []
    policies = load_pack(pack_folders(), kinds).policies
    assert [one.id for one in policies if f"## {one.id}\n" not in made["policies.md"]] == []
    named = [*collectors(), *reporters()]
    assert [name for name in named if name not in made["collectors.md"]] == []


def test_the_same_code_makes_the_same_pages() -> None:
    assert make_all(Path(), Path()) == make_all(Path(), Path())


def test_check_names_what_is_out_of_date_and_writes_nothing(tmp_path: Path) -> None:
    arguments = [str(tmp_path / "docs"), "--schemas", str(tmp_path / "schemas")]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert CliRunner().invoke(main, [*arguments, "--check"]).exit_code == 0
    page = tmp_path / "docs" / "cli.md"
    page.write_text("old", encoding="utf-8")
    answer = CliRunner().invoke(main, [*arguments, "--check"])
    assert (answer.exit_code, "cli.md" in answer.output, page.read_text(encoding="utf-8")) == (1, True, "old")


def test_content_cannot_break_out_of_a_table() -> None:
    assert table(("a",), [("x|y\n<b>",)]).splitlines()[-1] == "| x\\|y &lt;b> |"
    assert cell(None) == ""
