"""The collector over real trees: what it reads, what it refuses, and that it says so."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed, Collector, Setting
from hiscomply.model import Record, Rejected, Target
from hiscomply_files import FilesCollector, hiscomply_collectors, hiscomply_formats

NOW = datetime(2026, 6, 30, 0, 0, tzinfo=UTC)
SCHEMAS = Path(__file__).parents[3] / "schemas" / "evidence"


def collect(
    project: Path, collector: FilesCollector | None = None, **options: Any
) -> tuple[list[Record], list[Rejected]]:
    options.setdefault("path", ".")
    target = Target("files", "repo", options, ("config_file", "setting"))
    context = CollectContext(project, "Asia/Shanghai", NOW, {}, lambda text: f"digest-{len(text)}")
    items = list((collector or FilesCollector()).collect(target, context))
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Rejected)]


def statuses(records: list[Record]) -> dict[str, str]:
    return {r.fields["path"]: r.fields["status"] for r in records if r.kind == "config_file"}


def write(project: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return project


def test_the_plugin_registers_a_collector_that_keeps_the_protocol() -> None:
    (collector,) = hiscomply_collectors()
    assert isinstance(collector, Collector)
    assert collector.kinds({"path": "."}) == ("config_file", "setting", "configuration", "effective_setting")
    Draft202012Validator.check_schema(dict(collector.options_schema))


def test_a_setting_says_where_it_stands(tmp_path: Path) -> None:
    write(tmp_path, {"host/etc/ssh/sshd_config": "Port 22\nPermitRootLogin no\n"})
    records, rejected = collect(tmp_path, path="host", asset_id="H1")
    assert rejected == []
    setting = [record for record in records if record.kind == "setting"][-1]
    assert (setting.source, setting.line, setting.column) == ("host/etc/ssh/sshd_config", 2, 17)
    assert (setting.pointer, setting.observed_at) == ("permitrootlogin", NOW)
    assert dict(setting.fields) == {
        "file": "host/etc/ssh/sshd_config",
        "format": "sshd_config",
        "key": "permitrootlogin",
        "parent": None,
        "occurrence": 1,
        "value": "no",
        "is_effective": True,
        "section": None,
        "is_secret": False,
        "is_placeholder": False,
        "value_empty": False,
        "value_length": 2,
        "asset_id": "H1",
    }


def test_every_record_satisfies_its_schema(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.yaml": "a: 1\nb:\npassword: x\n", "b.md": "# b", "c.json": "{", "d.ini": "[s]\nk=1\nk=2\n"},
    )
    records, _ = collect(tmp_path)
    validators = {
        kind: Draft202012Validator(json.loads((SCHEMAS / f"{kind}.schema.json").read_text("utf-8")))
        for kind in ("config_file", "setting")
    }
    problems = [e.message for r in records for e in validators[r.kind].iter_errors(dict(r.fields))]
    assert len(records) == 9
    assert problems == []


def test_occurrences_count_repeated_keys(tmp_path: Path) -> None:
    write(tmp_path, {"a.env": "A=1\nA=2\nB=3\n"})
    records, _ = collect(tmp_path)
    found = [(r.fields["key"], r.fields["occurrence"]) for r in records if r.kind == "setting"]
    assert found == [("A", 1), ("A", 2), ("B", 1)]


def test_a_number_is_given_as_one_and_only_as_one(tmp_path: Path) -> None:
    write(tmp_path, {"a.env": "A=90\nB=1.5\nC=128MB\nD=\nE=-1\n"})
    records, _ = collect(tmp_path)
    assert [r.fields.get("number") for r in records if r.kind == "setting"] == [90.0, 1.5, None, None, -1.0]


def test_files_of_no_known_format_are_listed_and_do_not_make_it_partial(tmp_path: Path) -> None:
    write(tmp_path, {"logo.png": b"\x89PNG\x00", "a.yaml": "a: 1\n", ".git/config": "[core]\nx=1\n"})
    records, rejected = collect(tmp_path)
    assert statuses(records) == {"a.yaml": "read", "logo.png": "not_recognised"}
    assert rejected == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("sshd_config", "Port 22\n", True),
        ("sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n", None),
        ("postgresql.conf", "include_dir 'conf.d'\n", None),
        ("my.cnf", "!includedir /etc/mysql/conf.d\n", None),
        ("compose.yaml", "include:\n  - other.yaml\n", None),
    ],
)
def test_a_file_that_includes_others_does_not_claim_to_stand_alone(
    tmp_path: Path, name: str, text: str, expected: bool | None
) -> None:
    records, _ = collect(write(tmp_path, {name: text}))
    assert records[0].fields.get("is_self_contained") is expected


UNREAD: list[Any] = [
    pytest.param("a.yaml", b"a: [", "unparsable", id="bad-syntax"),
    pytest.param("a.yaml", b"a: \x00\x01", "undecodable", id="binary"),
    pytest.param("a.env", b"A=\xff\xfe\xfd", "undecodable", id="undecodable"),
    pytest.param("a.env", b"A=caf\xe9\n", "undecodable", id="latin-1-is-not-guessed"),
    pytest.param("a.env", b"A=" + b"x" * 2000, "too_large", id="too-large"),
]


@pytest.mark.parametrize(("name", "content", "status"), UNREAD)
def test_a_recognised_file_that_is_not_read_has_its_status_and_is_rejected(
    tmp_path: Path, name: str, content: bytes, status: str
) -> None:
    records, rejected = collect(write(tmp_path, {name: content}), max_file_bytes=1000)
    assert statuses(records) == {name: status}
    assert [(r.source, bool(r.reason.zh), bool(r.reason.en)) for r in rejected] == [(name, True, True)]


def test_a_syntax_error_is_rejected_at_its_line_and_column(tmp_path: Path) -> None:
    _, rejected = collect(write(tmp_path, {"a.json": '{\n "a": ?\n}'}))
    assert [(r.line, r.column) for r in rejected] == [(2, 7)]


DECODED: list[Any] = [
    pytest.param("名称=检验科\n".encode("gb18030"), "检验科", id="gb18030"),
    pytest.param("名称=检验科\n".encode("utf-8-sig"), "检验科", id="utf-8-with-mark"),
    pytest.param("名称=检验科\n".encode("utf-16"), "检验科", id="utf-16-with-mark"),
    pytest.param("名称=检验科\r\n其他=1\r\n".encode(), "检验科", id="windows-line-ends"),
]


@pytest.mark.parametrize(("content", "value"), DECODED)
def test_chinese_text_is_read_in_its_encoding(tmp_path: Path, content: bytes, value: str) -> None:
    records, rejected = collect(write(tmp_path, {"a.properties": content}))
    assert rejected == []
    setting = next(r for r in records if r.kind == "setting")
    assert (setting.fields["key"], setting.fields["value"], setting.line, setting.column) == (
        "名称",
        value,
        1,
        4,
    )


def test_a_carriage_return_within_a_line_is_no_line_end_where_the_program_takes_it_for_none(
    tmp_path: Path,
) -> None:
    tree = {"sshd_config": b"Port 22\r\n# x\rPermitRootLogin no\r\n"}
    records, rejected = collect(write(tmp_path, tree))
    assert statuses(records) == {"sshd_config": "unparsable"}
    assert [(r.line, r.column) for r in rejected if r.kind == "setting"] == [(2, 4)]
    assert [r.fields["value"] for r in records if r.kind == "effective_setting"] == []


def test_a_carriage_return_ends_a_line_of_yaml_and_none_is_seen_at_the_end_of_a_line(tmp_path: Path) -> None:
    tree = {"a.yaml": b"# x\ra: 1\rb: 2\r", "sshd_config": b"Port 22\r\r\nBanner none\r"}
    records, rejected = collect(write(tmp_path, tree))
    assert rejected == []
    settings = [r for r in records if r.kind == "setting"]
    assert [(r.fields["key"], r.fields["value"], r.line) for r in settings] == [
        ("a", "1", 2),
        ("b", "2", 3),
        ("port", "22", 1),
        ("banner", "none", 2),
    ]


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    records, rejected = collect(tmp_path)
    assert statuses(records) == {"huge.json": "too_large"}
    assert len(rejected) == 1


def test_links_are_read_inside_the_tree_and_never_followed_out_of_it(tmp_path: Path) -> None:
    project = write(tmp_path, {"out/secret.yaml": "a: 1\n", "p/a.yaml": "a: 1\n", "p/d/x.md": "x"}) / "p"
    (project / "inside.yaml").symlink_to("a.yaml")
    (project / "loop").symlink_to(".")
    (project / "outside.yaml").symlink_to("../out/secret.yaml")
    (project / "outside_folder").symlink_to("../out")
    (project / "nowhere.yaml").symlink_to("gone.yaml")
    (project / "ring.yaml").symlink_to("ring.yaml")
    records, rejected = collect(project)
    assert statuses(records) == {
        "a.yaml": "read",
        "d/x.md": "not_recognised",
        "inside.yaml": "read",
        "nowhere.yaml": "unreadable",
        "outside.yaml": "unreadable",
        "ring.yaml": "unreadable",
    }
    assert [r.subject for r in rejected] == ["nowhere.yaml", "outside.yaml", "outside_folder", "ring.yaml"]


def test_pipes_and_sockets_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket.json"))
        records, rejected = collect(tmp_path)
    assert statuses(records) == {"pipe.yaml": "unreadable", "socket.json": "unreadable"}
    assert len(rejected) == 2


def test_a_folder_named_like_a_file_is_entered(tmp_path: Path) -> None:
    records, _ = collect(write(tmp_path, {"conf.yaml/a.env": "A=1\n"}))
    assert statuses(records) == {"conf.yaml/a.env": "read"}


def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.yaml": "a: 1\n", "b.yaml": "b: 1\n"})
    real_open = os.open

    def refusing_open(path: Any, *args: Any, **kwargs: Any) -> int:
        if os.path.basename(path) == "a.yaml":  # noqa: PTH119 - what the collector opens
            raise PermissionError(13, "Permission denied")
        return real_open(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", refusing_open)
    records, rejected = collect(tmp_path)
    assert statuses(records) == {"a.yaml": "unreadable", "b.yaml": "read"}
    assert [r.reason.en for r in rejected] == ["no permission to read it"]


def test_a_folder_that_may_not_be_entered_is_rejected_or_denied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"open/a.yaml": "a: 1\n", "shut/b.yaml": "b: 1\n"})
    real_scan = os.scandir

    def refusing_scan(path: Any) -> Any:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real_scan(path)

    monkeypatch.setattr(os, "scandir", refusing_scan)
    records, rejected = collect(tmp_path)
    assert (statuses(records), [r.subject for r in rejected]) == ({"open/a.yaml": "read"}, ["shut"])
    with pytest.raises(CollectDenied):
        collect(tmp_path, path="shut")


def test_a_path_that_does_not_exist_fails_the_collection(tmp_path: Path) -> None:
    with pytest.raises(CollectFailed) as caught:
        collect(tmp_path, path="gone")
    assert "gone" in caught.value.reason.zh


def test_one_missing_path_of_several_makes_it_partial(tmp_path: Path) -> None:
    records, rejected = collect(write(tmp_path, {"a.yaml": "a: 1\n"}), path=["gone", "a.yaml", "."])
    assert statuses(records) == {"a.yaml": "read"}
    assert [r.subject for r in rejected] == ["gone"]


def test_an_empty_folder_gives_nothing_at_all(tmp_path: Path) -> None:
    assert collect(tmp_path) == ([], [])


def test_excluded_files_and_folders_are_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.yaml": "a: 1\n", "old/b.yaml": "b: 1\n", "x/y/c.bak.yaml": "c: 1\n", "x/d.yaml": "d: 1\n"},
    )
    records, _ = collect(tmp_path, exclude=["old", "**/*.bak.yaml"])
    assert list(statuses(records)) == ["a.yaml", "x/d.yaml"]


def test_the_order_is_the_order_of_names(tmp_path: Path) -> None:
    names = [f"{letter}/{number}.env" for letter in "ab" for number in range(3)]
    write(tmp_path, dict.fromkeys(reversed(names), "A=1\n"))
    assert list(statuses(collect(tmp_path)[0])) == names


class Strange:
    name: ClassVar[str] = "strange"

    def recognises(self, path: str, head: bytes) -> bool:
        return path.endswith(".yaml")

    def parse(self, text: str) -> Iterator[Setting]:
        yield Setting("first", text[0], 1, 1)
        if "crash" in text:
            raise ZeroDivisionError


def test_a_format_of_another_plugin_goes_first_and_may_break_down(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "hello", "b.yaml": "crash", "c.env": "A=1\n"})
    collector = FilesCollector().with_formats([*hiscomply_formats(), Strange()])
    records, rejected = collect(tmp_path, collector)
    assert statuses(records) == {"a.yaml": "read", "b.yaml": "unparsable", "c.env": "read"}
    assert [r.fields["value"] for r in records if r.kind == "setting"] == ["h", "1"]
    assert ["ZeroDivisionError" in r.reason.en for r in rejected] == [True]


BYTES_ONLY = pytest.mark.skipif(os.fsencode("\udcb1") != b"\xb1", reason="names are text on this system")
GBK = [os.fsdecode(name.encode("gbk")) for name in ("备份", "配置")]
"""Two names of as many letters, none of which is UTF-8."""


@BYTES_ONLY
def test_names_that_are_no_utf_8_stay_two(tmp_path: Path) -> None:
    write(tmp_path, {f"{GBK[0]}/sshd_config": "PermitRootLogin yes\n", f"{GBK[1]}/sshd_config": "Port 22\n"})
    records, rejected = collect(tmp_path)
    assert statuses(records) == {"%B1%B8%B7%DD/sshd_config": "read", "%C5%E4%D6%C3/sshd_config": "read"}
    assert not rejected
    configured = {r.fields["id"] for r in records if r.kind == "configuration"}
    assert len(configured) == 2


@BYTES_ONLY
def test_a_file_that_records_would_call_like_another_is_not_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "%B1%B8%B7%DD/sshd_config": "PermitRootLogin no\n",
            f"{GBK[0]}/sshd_config": "PermitRootLogin yes\n",
        },
    )
    records, rejected = collect(tmp_path)
    files = [r.fields["status"] for r in records if r.kind == "config_file"]
    assert files == ["read", "unreadable"]
    assert [one.subject for one in rejected if one.kind == "setting"] == ["%B1%B8%B7%DD/sshd_config"]
