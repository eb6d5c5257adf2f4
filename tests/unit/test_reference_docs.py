"""Reference pages are made from the code: complete, the same each time, and checked."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath

import pytest
from jsonschema import Draft202012Validator

from hiscomply.cli.main import COMMANDS
from hiscomply.glossary import load_glossary
from hiscomply.paths import policies_dir
from hiscomply.plugins import collectors, evidence_kinds, formats, pack_folders, reporters
from hiscomply.policy.clauses import load_clauses
from hiscomply.policy.pack import load_pack
from hiscomply.reference_docs.__main__ import reference, run, shipped_collectors
from hiscomply.reference_docs.documents import MODELS
from hiscomply.reference_docs.options import option_rows, shape
from hiscomply.reference_docs.tables import table
from hiscomply.reference_docs.text import block, code, docstring, escape, paragraph


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


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {file.name: text for file, text in reference(Path("docs"), Path("schemas")).items()}


def test_every_policy_shows_its_condition_as_written(made: dict[str, str]) -> None:
    for one in load_pack([policies_dir()], evidence_kinds()).policies:
        part = made["policies.md"].partition(f"\n### {one.id}\n")[2].partition("\n### ")[0]
        assert one.condition.rstrip() in part, one.id


def test_every_option_of_every_collector_is_named(made: dict[str, str]) -> None:
    for name, one in shipped_collectors().items():
        part = made["collectors.md"].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert [key for key in one.options_schema["properties"] if f"| `{key}` |" not in part] == [], name


def test_every_format_of_files_and_of_reports_is_named(made: dict[str, str]) -> None:
    names = [one.name for one in formats()] + list(reporters())
    assert [name for name in names if f"| `{name}` |" not in made["formats.md"]] == []


def test_document_schemas_are_sorted_schemas(made: dict[str, str]) -> None:
    for name in MODELS:
        schema = json.loads(made[f"{name}.schema.json"])
        Draft202012Validator.check_schema(schema)
        assert list(schema) == sorted(schema)
        assert {"$schema", "title"} <= set(schema)


@pytest.mark.parametrize("change", [b"\xff", None])
def test_check_notices_files_that_are_unreadable_or_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: bytes | None
) -> None:
    arguments = [str(tmp_path / "docs"), "--schemas", str(tmp_path / "schemas")]
    run(arguments)
    file = tmp_path / "schemas" / "policy.schema.json"
    file.unlink()
    if change is not None:
        file.write_bytes(change)
    assert run([*arguments, "--check"]) == 1
    assert [line.partition(": ")[0] for line in capsys.readouterr().err.splitlines()] == [str(file)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        ("x|y\n<b>", "x&#124;y &lt;b&gt;"),
        ("a\\|b", "a\\\\&#124;b"),
        ("**no** `no`", "\\*\\*no\\*\\* \\`no\\`"),
        ("[no](link)", "\\[no\\](link)"),
        ("system_id and _this_", "system_id and \\_this\\_"),
        ("&lt;", "&amp;lt;"),
    ],
)
def test_plain_text_cannot_become_markup(text: str | None, shown: str) -> None:
    assert table(("a",), [(text,)]).splitlines()[-1] == f"| {shown} |"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b < c", "`a_b < c`"),
        ("", ""),
        ("a|b", "<code>a&#124;b</code>"),
        ("`</", "<code>&#96;&#60;/</code>"),
    ],
)
def test_code_shows_its_text_and_cannot_be_left(text: str, shown: str) -> None:
    assert code(text) == shown


def test_paragraphs_and_fences_keep_what_is_in_them() -> None:
    assert paragraph("# no heading") == "&#35; no heading"
    assert block("a\n````\nb") == "`````text\na\n````\nb\n`````\n"
    assert docstring("For ``a|b`` and *c*.\n\nMore.") == "For <code>a&#124;b</code> and \\*c\\*."


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ({}, "any"),
        ({"type": "string", "minLength": 1}, "string length ≥ 1"),
        ({"enum": ["a", 1]}, '"a" | 1'),
        ({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 1}]}, "string | integer ≥ 1"),
        ({"type": "object", "required": ["a"], "properties": {"a": {}, "b": {}}}, "{a, b?, …}"),
        ({"type": "string", "format": "uri"}, 'string {"format": "uri"}'),
    ],
)
def test_the_notation_of_an_option_leaves_nothing_out(schema: dict[str, object], shown: str) -> None:
    assert shape(schema) == shown


def test_nested_options_have_rows_of_their_own() -> None:
    inner = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    schema = {
        "properties": {"x": {"anyOf": [{"type": "string"}, inner]}, "y": {"additionalProperties": inner}}
    }
    shown = {name: is_required for name, (is_required, _) in option_rows(schema).items()}
    assert shown == {"x": False, "x.a": True, "y": False, "y.*": False, "y.*.a": True}


def clause_page(made: dict[str, str], clause_id: str, language: str) -> str:
    return made[f"{clause_id}.md" if language == "en" else f"{clause_id}.zh.md"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_clause_has_a_page_with_its_aim_its_checks_and_all_of_each_policy(
    made: dict[str, str], language: str
) -> None:
    policies = load_pack([policies_dir()], evidence_kinds()).policies
    for clause in load_clauses(policies_dir() / "clauses.yaml").clauses:
        text = clause_page(made, clause.id, language)
        assert paragraph(clause.aim.to(language)) in text
        assert [check.id for check in clause.checks if f"| {check.id} |" not in text] == []
        for one in (one for one in policies if clause.id in one.clauses):
            part = text.partition(f"\n### {one.id}\n")[2].partition("\n### ")[0]
            assert one.condition.rstrip() in part, (clause.id, one.id)
            assert [spec.name for spec in one.parameters if f"| `{spec.name}`" not in part] == []
            assert [kind for kind in one.kinds if f"(../evidence.md#{kind})" not in part] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_check_without_policy_says_why_on_its_page(made: dict[str, str], language: str) -> None:
    for clause in load_clauses(policies_dir() / "clauses.yaml").clauses:
        for check in clause.checks:
            if check.reason is not None and not check.policies:
                assert f"— {escape(check.reason.to(language))}" in clause_page(made, clause.id, language)


def test_pages_of_both_languages_have_the_same_parts(made: dict[str, str]) -> None:
    for clause in load_clauses(policies_dir() / "clauses.yaml").clauses:
        pages = [clause_page(made, clause.id, language).splitlines() for language in ("zh", "en")]
        shapes = [[re.match("#*|[|]|-|", line)[0] for line in page] for page in pages]  # type: ignore[index]
        assert shapes[0] == shapes[1], clause.id


def test_the_chinese_pages_give_durations_in_chinese(made: dict[str, str]) -> None:
    assert "| 48 小时 | 24 小时 | 1 小时 | 1 小时 … 72 小时 |" in clause_page(made, "4.3.2", "zh")
    assert "| 48 hours | 24 hours | 1 hour | 1 hour … 72 hours |" in clause_page(made, "4.3.2", "en")


def test_links_between_clause_pages_lead_somewhere() -> None:
    files = {
        path.as_posix(): text for path, text in reference(Path("docs/reference"), Path("schemas")).items()
    }
    pages = {path: text for path, text in files.items() if path.startswith("docs/reference/clauses/")}
    assert len(pages) == 88
    for path, text in pages.items():
        prose = re.sub(r"(?s)```.*?```", "", text)
        for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", prose):
            name = path if not target else (PurePosixPath(path).parent / target).as_posix()
            name = name.replace("clauses/../", "")
            assert name in files, (path, target)
            assert not anchor or re.search(rf"(?m)^##+ {re.escape(anchor)}$", files[name]), (path, anchor)


def test_a_clause_page_shows_both_levels_of_mlps_and_what_has_no_counterpart(made: dict[str, str]) -> None:
    assert "| MLPS 2.0 level 2 | `7.1.4.8 a`, `7.1.4.8 b`, `7.1.10.11` |" in made["5.1.2.md"]
    assert "no real counterpart (nearest 8.1.7.5)" in made["6.2.md"]
    assert "没有真正对应的控制项" in made["3.2.zh.md"]


def test_the_glossary_page_has_every_term(made: dict[str, str]) -> None:
    terms = load_glossary(policies_dir() / "glossary.yaml")
    assert [
        one for one in terms if f"| {escape(one.zh)} | {escape(one.en)} |" not in made["glossary.md"]
    ] == []
