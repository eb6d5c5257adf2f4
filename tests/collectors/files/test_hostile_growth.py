"""Large files made to do harm: the work grows with the length, and every bound says that it was reached."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from hiscomply.configurations import ReadFile
from hiscomply.hookspecs import CollectContext, FormatError
from hiscomply.model import Record, Rejected, Target
from hiscomply_files import reading
from hiscomply_files.collector import FilesCollector
from hiscomply_files.formats import builtin_formats, hcl, toml, tree
from hiscomply_files.formats.hcl import Hcl
from hiscomply_files.formats.toml import Toml
from hiscomply_files.software.dockerfile import Dockerfile as DockerfileSoftware

FORMATS = {one.name: one for one in builtin_formats()}
MANY = 100
UNITS: list[Any] = [
    "a{i} = 1\n",
    "a = 1\n",
    "a{i} x\n",
    "a x\n",
    "a{i}: 1\n",
    "a{i} {{\n b c;\n}}\n",
    "<a{i}>\nb c\n</a{i}>\n",
    "[a{i}]\nb=1\n",
    "[[a]]\nb = 1\n",
    "- a: {i}\n",
    'resource "a" "b{i}" {{}}\n',
    'resource "a" "b" {{}}\n',
    "host a{i} all 10.0.0.0/8 md5\n",
    "/a{i} {{\n weekly\n}}\n",
    "FROM a AS b{i}\nRUN x\nENV A{i}=1\n",
    "RUN a \\\n",
    "backend a{i}\n server s 127.0.0.1:80\n",
    "# {i}\n",
    "\n",
    "Match User a{i}\n",
    "---\na: {i}\n",
    "*.* /a{i}\n",
    "a{i} ALL=(ALL) ALL\n",
    "* * * * * root /bin/a{i}\n",
]
WHOLE: list[tuple[str, str, str]] = [
    ("a = [", "1, ", "1]\n"),
    ("a = [", '"密{i}", ', "1]\n"),
    ("a = {{ ", "b{i} = 1, ", "c = 1 }}\n"),
    ("[", "1, ", "1]"),
    ("{{", '"a{i}": 1, ', '"b": 1}}'),
    ("<a>", "<b c='1'/>", "</a>"),
    ("<a>", "<b{i}>x</b{i}>\n", "</a>"),
    ("", "a;", ""),
    ("user a; ", "b{i} c; ", ""),
    ("a: [", "b{i}, ", "c]\n"),
    ("a: &a {{x: 1}}\nb:\n", "- *a\n", ""),
    ("a ", "b ", "\n"),
    ("a = <<E\n", "x{i}\n", "E\n"),
    ('a = "', "${{b}}", '"\n'),
]


def steps(work: Callable[[], object]) -> int:
    """How many calls it makes, of Python's functions and of C's; a generator that goes on counts as one."""
    count = 0

    def seen(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    except FormatError:
        pass
    finally:
        sys.setprofile(before)
    return count


def shape(form: tuple[str, str, str] | str, many: int) -> str:
    first, unit, last = ("", form, "") if isinstance(form, str) else form
    return first.format() + "".join(unit.format(i=number) for number in range(many)) + last.format()


@pytest.mark.parametrize("form", [*UNITS, *WHOLE])
def test_twice_the_file_is_twice_the_work(form: tuple[str, str, str] | str) -> None:
    for one in FORMATS.values():
        counts = [
            steps(lambda one=one, many=many: list(one.parse(shape(form, many))))  # type: ignore[misc]
            for many in (1, MANY, 2 * MANY)
        ]
        assert counts[2] <= 2.2 * counts[1] + 300, f"{one.name}: {counts}"


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("sshd_config", "a x\n"), ("a.properties", "a=1\n"), ("nginx.conf", "a b;"), ("a.yaml", "- a\n"), ("a.json", None),
        ("main.tf", "a {}\n"), ("a.toml", "[[a]]\nb=1\n"), ("a.xml", None), ("a.ini", None), ("compose.yaml", "a: 1\n"),
        ("Dockerfile", "FROM a\n"),
    ],
)  # fmt: skip
def test_a_file_with_too_much_in_it_is_recognised_and_refused(
    path: str, unit: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {"MAX_SETTINGS": 100, "MAX_NODES": 200}
    for module in [one for name, one in sys.modules.items() if name.startswith("hiscomply_files.")]:
        for name, limit in limits.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, limit)
    text = {
        "a.json": "[" + "1," * 1000 + "1]",
        "a.xml": "<a>" + "<b/>" * 1000 + "</a>",
        "a.ini": "[a]\n" + "b=1\n" * 1000,
    }.get(path) or (unit or "") * 1000
    records, rejected = collected(tmp_path, path, text)
    (file,) = [one for one in records if one.kind == "config_file"]
    assert file.fields["status"] == "unparsable"
    assert [one.reason.en.partition(" ")[0] for one in rejected] == ["more"]
    assert not [one for one in records if one.kind == "setting"]


def test_a_file_with_too_many_lines_is_recognised_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_LINES", 1000)
    records, rejected = collected(tmp_path, "sshd_config", "#\n" * 1001)
    assert records[0].fields["status"] == "unparsable"
    assert rejected[0].reason == reading.TOO_LONG


def collected(folder: Path, path: str, text: str) -> tuple[list[Record], list[Rejected]]:
    (folder / path).write_text(text, encoding="utf-8")
    moment = datetime(2026, 6, 30, tzinfo=UTC)
    context = CollectContext(folder, "Asia/Shanghai", moment, {}, lambda text: "digest")
    target = Target("files", "files", {"path": "."}, ("config_file", "setting"))
    found = list(FilesCollector().collect(target, context))
    return [one for one in found if isinstance(one, Record)], [
        one for one in found if isinstance(one, Rejected)
    ]


def test_a_terraform_file_longer_than_any_is_refused() -> None:
    with pytest.raises(FormatError) as raised:
        list(Hcl().parse("#" * (hcl.MAX_BYTES + 1)))
    assert raised.value.reason == hcl.TOO_LARGE


def test_a_terraform_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hcl, "SECONDS", -1.0)
    with pytest.raises(FormatError) as raised:
        list(Hcl().parse("a = 1\n" * 1000))
    assert raised.value.reason == hcl.BAD


@pytest.mark.parametrize("space", ["\u2028", "\xa0", "\x0c", "\u3000"])
def test_no_white_space_but_hcl_s_own_reaches_the_grammar(space: str) -> None:
    assert not set(hcl._Reader(f"a = 1{space}").given.decode()) & {space}
    with pytest.raises(FormatError):
        list(Hcl().parse(f"a ={space}1\n"))
    (found,) = Hcl().parse(f'a = "b{space}c" # {space}\n')
    assert found.value == f"b{space}c"


@pytest.mark.parametrize("key", ["a." * 40_000, "'a' . " * 200, "x = {b." + "c." * 200])
def test_a_toml_key_of_too_many_parts_is_refused(key: str) -> None:
    with pytest.raises(FormatError, match="nested"):
        list(Toml().parse(f"a = 1\n{key}d = 1\n"))


def test_a_toml_key_of_many_parts_is_read() -> None:
    key = ".".join("a" for _ in range(toml.MAX_PARTS - 1))
    assert [one.key for one in Toml().parse(f"{key} = 1\n")] == [key]


def test_there_is_room_for_long_lists_of_objects() -> None:
    assert tree.MAX_SETTINGS >= 100_000
    assert len(list(FORMATS["json"].parse("[" + "1," * 100_000 + "1]"))) == 100_001


def test_twice_the_stages_are_twice_the_work() -> None:
    def work(many: int) -> int:
        settings = list(FORMATS["dockerfile"].parse("FROM tch\n" * many))
        files = {"Dockerfile": ReadFile("Dockerfile", "dockerfile", settings)}
        return steps(lambda: list(DockerfileSoftware().configurations(files, {})))

    counts = [work(many) for many in (1, MANY, 2 * MANY)]
    assert counts[2] <= 2.2 * counts[1] + 300
