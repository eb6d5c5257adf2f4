"""An option that does not fit is named with file, line and what is expected; what was written is never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hiscomply.config.project import load_project
from hiscomply.errors import ConfigError
from hiscomply.plugins import collectors

SECRET = "Canary-hunter2-5517"
HEAD = "institution: {name: {zh: 某医院, en: A hospital}}\ncollect:\n"


def told(folder: Path, collector: str, options: str) -> str:
    """What is said of a target with these YAML lines (from line 5 on)."""
    lines = "".join(f"    {line}\n" for line in options.splitlines())
    (folder / "hiscomply.yaml").write_text(
        f"{HEAD}  - collector: {collector}\n    name: it\n{lines}", encoding="utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        load_project(folder, collectors(), language="en", flags={})
    return str(caught.value)


def secret_options() -> Iterator[tuple[str, str]]:
    for name, collector in sorted(collectors().items()):
        properties: dict[str, Any] = dict(collector.options_schema.get("properties", {}))
        for option, schema in properties.items():
            if schema.get("x-secret"):
                yield name, option


SECRETS = list(secret_options())


def test_every_collector_that_logs_in_has_options_of_this_kind() -> None:
    names = {name for name, _ in SECRETS}
    logging_in = {
        "ssh",
        "windows",
        "directory",
        "postgresql",
        "mysql",
        "sql",
        "backups",
        "prometheus",
        "zabbix",
    }
    assert names >= logging_in | {"orthanc", "redfish", "tickets"}


@pytest.mark.parametrize(("collector", "option"), SECRETS)
@pytest.mark.parametrize(
    "written",
    [
        SECRET, f"{{{SECRET}}}", f"{{value: {SECRET}}}", f"{{{SECRET}: x}}", f"[{SECRET}]", f"{{env: {SECRET}}}",
        f"{{env: A, file: {SECRET}}}", f"{{command: {SECRET}}}", f"{{env: [{SECRET}]}}",
    ],
)  # fmt: skip
def test_a_secret_in_place_of_where_it_is_is_not_repeated(
    tmp_path: Path, collector: str, option: str, written: str
) -> None:
    properties = collectors()[collector].options_schema["properties"]
    required = collectors()[collector].options_schema.get("required", ())
    # What else the collector must have comes first in the order of the schema's errors.
    filled = "".join(f"{one}: {_filling(properties[one])}\n" for one in required if one != option)
    said = told(tmp_path, collector, f"{option}: {written}\n{filled}")
    assert SECRET not in said
    assert "hiscomply.yaml:" in said
    if "hiscomply.yaml:5:" in said:
        assert f"{collector}: {option}" in said
        assert "{env: NAME}, {file: PATH}" in said
    else:
        assert "expected / 应为" in said


def _filling(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return str(schema["enum"][0])
    return {"object": "{}", "array": "[]", "integer": "1"}.get(str(schema.get("type")), "x")


@pytest.mark.parametrize(
    ("collector", "options", "place", "words"),
    [
        (
            "windows", f"host: h\nuser: u\nkey_file: k\npassword: {SECRET}", "3:5",
            "exactly one of / 恰好一项: key_file | password",
        ),
        ("windows", f"host: h\nuser: u\npassword: {SECRET}", "7:15", "windows: password: a secret is never written"),
        ("prometheus", f"url: https://u:{SECRET}@h", "5:10", "prometheus: url: expected / 应为: text of the form"),
        ("ssh", f"hosts: [h]\nport: {SECRET}", "6:11", "ssh: port: expected / 应为: a whole number"),
        ("ssh", f"hosts: [h]\nuser: [{SECRET}]", "6:11", "ssh: user: expected / 应为: text"),
        ("ssh", f"hosts: [{{host: h, port: {SECRET}}}]", "5:29", "hosts.0.port: expected / 应为: a whole number"),
        ("ssh", f"hosts: [h]\ninclude: [{SECRET}]", "6:15", "include.0: expected / 应为: one of"),
        ("ssh", "hosts: [h]\nport: 99999", "6:11", "at most / 不大于 65535"),
        ("ssh", "hosts: [h]\ninclude: []", "6:14", "number of entries at least / 条目数不少于 1"),
        ("ssh", f"hosts: [h]\npasword: {SECRET}", "6:5", "unknown option 'pasword'"),
        ("windows", f"host: h\npassword: {{file: {SECRET}}}", "3:5", "also / 还需要 user"),
        ("windows", f"host: h\nuser: u\npassword: {{file: {SECRET}}}\npassphrase: {{env: A}}", "3:5",
         "with / 使用 'passphrase' also / 还需要 key_file"),
        ("zabbix", f"url: https://h\nusername: {SECRET}", "3:5", "exactly one of / 恰好一项: token | username + password"),
    ],
)  # fmt: skip
def test_what_is_expected_is_said_at_its_place_and_nothing_is_quoted(
    tmp_path: Path, collector: str, options: str, place: str, words: str
) -> None:
    said = told(tmp_path, collector, options)
    assert words in said, said
    assert f"hiscomply.yaml:{place}: " in said, said
    assert SECRET not in said


@pytest.mark.parametrize("written", [f"!{SECRET}", f"*{SECRET}", f'"{SECRET}', f"{SECRET}: {SECRET}"])
def test_a_secret_that_breaks_the_document_is_not_repeated(tmp_path: Path, written: str) -> None:
    said = told(tmp_path, "ssh", f"hosts: [h]\npassword: {written}")
    assert "hiscomply.yaml:" in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("institution: {level: big, name: it}", "Level: tertiary grade-A, "),
        ("institution: {}", "The name on every report: "),
        ("institution: {name: it}\ncollect: [{name: x}]", "Name of the collector, "),
        ("institution: {name: it}\ncollect: [{collector: local, timeout: 5}]", "Time that collecting "),
        (
            "institution: {name: it}\nscope: [{subject: PACS, reason: none, until: soon}]",
            "Last day on which ",
        ),
    ],
)
def test_a_key_of_the_project_file_that_does_not_fit_says_what_it_means(
    tmp_path: Path, written: str, hint: str
) -> None:
    (tmp_path / "hiscomply.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_project(tmp_path, collectors(), language="en", flags={})
    assert caught.value.hint.startswith(hint)
    assert re.search("[\u4e00-\u9fff]", caught.value.hint)
