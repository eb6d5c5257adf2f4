from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import pytest

from hiscomply.hookspecs import CollectFailed
from hiscomply_tables import hiscomply_collectors


def one(project: Any, cell: str, field: str, column: Any) -> Any:
    """The outcome of one cell: its record's fields without the id, or the rejection."""
    project.write("t.csv", f'id,值\n1,"{cell}"\n')
    body = {"column": "值", **column}
    [item] = project.read("t.csv", {"id": "id", field: body})
    return (
        {name: value for name, value in item.fields.items() if name != "id"}
        if hasattr(item, "fields")
        else item
    )


STATUS = {"values": {"在职": "active", "离职": "left"}}


@pytest.mark.parametrize(
    ("field", "column", "cell", "expected"),
    [
        ("status", STATUS, " 在职　", "active"),
        ("status", STATUS, "leave", "leave"),
        ("status", {**STATUS, "other": "leave"}, "病假", "leave"),
        ("status", {**STATUS, "when_empty": "active"}, "", "active"),
        ("status", {"values": {"-": "left"}}, "-", "left"),
        ("enabled", {}, "无", False),
        ("enabled", {"values": {"x": False}}, "X", False),
        ("hired_on", {}, "2026年3月5日", "2026-03-05"),
        ("hired_on", {"format": "%d.%m.%Y"}, "5.3.2026", "2026-03-05"),
        ("seen_at", {}, "2026-03-05 14:05", datetime(2026, 3, 5, 6, 5, tzinfo=UTC)),
        ("left_at", {}, "", None),
        ("left_at", {}, "——", None),
        ("left_at", {}, "n/a", None),
        ("left_at", {}, "暂无", None),
        ("left_at", {}, "null", None),
        ("name", {"values": {"待定": "later"}}, "待定", "later"),
        ("name", {"empty_values": ["-"]}, "待定", "待定"),
        ("roles", {}, "待定", ["待定"]),
        ("rto_min", {"unit": "minute"}, "2小时", 120),
        ("rto_min", {"unit": "hour"}, "2", 120),
        ("rto_min", {}, "无", None),
        ("share", {}, "95%", 95),
        ("budget", {}, "1.2万元", 12000),
        ("count", {"values": {"一级": 1}}, "一级", 1),
        ("count", {"values": {"一级": 1}}, "2", 2),
        ("roles", {}, "甲、乙,丙;甲", ["甲", "乙", "丙"]),
        ("roles", {"separator": "+"}, "甲、乙+丙", ["甲、乙", "丙"]),
        ("roles", {"when_empty": []}, "无", []),
        ("roles", {"values": {"甲": "a", "乙": "b"}}, "甲、乙", ["a", "b"]),
        ("name", {"digest": True}, "张三", "hmac-sha256:2"),
    ],
)
def test_a_cell_becomes_the_value_of_its_field(
    project: Any, field: str, column: Any, cell: str, expected: Any
) -> None:
    assert one(project, cell, field, column) == {field: expected}


@pytest.mark.parametrize(
    ("field", "column", "cell"),
    [
        ("hired_on", {}, ""),
        ("hired_on", {}, "/"),
        ("name", {}, "无"),
        ("name", {}, "暂无"),
        ("name", {}, "Null"),
        ("name", {}, " 待定 "),
        ("name", {}, "待补充"),
        ("name", {}, "ＴＢＤ"),
        ("name", {"digest": True}, "不详"),
        ("enabled", {"empty_values": ["无"]}, "无"),
    ],
)
def test_an_empty_cell_of_other_fields_is_not_known(project: Any, field: str, column: Any, cell: str) -> None:
    assert one(project, cell, field, column) == {}


@pytest.mark.parametrize(
    ("field", "column", "cell"),
    [
        ("status", STATUS, "病假"),
        ("status", {}, "在职"),
        ("status", {}, "待定"),
        ("roles", {"values": {"甲": "a"}}, "甲、丁"),
        ("roles", {}, "、、"),
        ("left_at", {"empty_values": [""]}, "/"),
        ("left_at", {}, "待定"),
        ("left_at", {}, "#N/A"),
        ("rto_min", {}, "2"),
        ("count", {}, "1.5"),
        ("enabled", {}, "X"),
        ("hired_on", {}, "5.3.2026"),
        ("name", {}, "#REF!"),
    ],
)
def test_a_cell_that_does_not_fit_rejects_its_row_with_its_place(
    project: Any, field: str, column: Any, cell: str
) -> None:
    rejected = one(project, cell, field, column)
    assert (rejected.kind, rejected.line, rejected.column, rejected.subject) == ("staff", 2, 2, "值")
    assert rejected.reason.zh != rejected.reason.en


def test_a_key_that_is_still_to_come_rejects_its_row(project: Any) -> None:
    project.write("t.csv", "id,name\n待定,张三\n")
    [rejected] = project.rejected("t.csv", {"id": "id", "name": "name"})
    assert rejected.line == 2


def test_a_rejected_row_names_all_its_bad_columns(project: Any) -> None:
    project.write("t.csv", "id,入职,启用\n1,5.3.2026,X\n")
    [rejected] = project.rejected("t.csv", {"id": "id", "enabled": "启用", "hired_on": "入职"})
    assert (rejected.column, rejected.reason.en.endswith("also bad: 启用")) == (2, True)


def test_an_empty_key_rejects_its_row(project: Any) -> None:
    project.write("t.csv", "id,name\n-,张三\n")
    [rejected] = project.rejected("t.csv", {"id": "id", "name": "name"})
    assert (rejected.column, rejected.reason.en) == (1, "the key field id is empty")


@pytest.mark.parametrize("header", ["工 号", "ＩＤ", " id ", '"工\n号"', "\ufeffid"])
def test_headers_match_by_any_of_their_names_whatever_the_spacing(project: Any, header: str) -> None:
    project.write("t.csv", f"{header},x\n7,y\n")
    assert project.fields("t.csv", {"id": ["工号", "ID"]}) == [{"id": "7"}]


def test_two_accepted_headers_at_once_are_ambiguous(project: Any) -> None:
    project.write("t.csv", "工号,ID\n7,8\n")
    with pytest.raises(CollectFailed, match="columns 1, 2"):
        list(project.read("t.csv", {"id": ["工号", "ID"]}))


def test_the_nearest_header_is_named(project: Any) -> None:
    project.write("t.csv", "工号,最近登录时间\n7,x\n")
    with pytest.raises(CollectFailed, match=r"did you mean.*'最近登录时间'"):
        list(project.read("t.csv", {"id": "工号", "seen_at": "最近登陆时间"}))


def test_an_optional_header_may_be_missing(project: Any) -> None:
    project.write("t.csv", "id\n7\n")
    assert project.fields("t.csv", {"id": "id", "left_at": {"column": "离职", "optional": True}}) == [
        {"id": "7"}
    ]


def test_constants_are_on_every_row(project: Any) -> None:
    project.write("t.csv", "id\n1\n2\n")
    columns = {
        "id": "id",
        "system_id": {"value": "HIS"},
        "enabled": {"value": True},
        "left_at": {"value": None},
    }
    expected = {"system_id": "HIS", "enabled": True, "left_at": None}
    assert project.fields("t.csv", columns) == [{"id": "1", **expected}, {"id": "2", **expected}]


ROWS = "id,状态\n1,在职\n2,离职\nid,状态\n,\n3,返聘\n合计,3\n"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"column": "状态", "in": ["在职", "返聘"]}, ["1", "3"]),
        ({"column": "状态", "not_in": ["离职"]}, ["1", "3"]),
        ([{"column": "状态", "not_in": ["离职"]}, {"column": "id", "in": [3]}], ["3"]),
    ],
)
def test_where_chooses_rows_and_counts_the_others(
    project: Any, caplog: Any, where: Any, expected: list[str]
) -> None:
    project.write("t.csv", ROWS)
    with caplog.at_level("INFO", logger="hiscomply.tables"):
        found = project.fields("t.csv", {"id": "id"}, where=where, skip_rows="^合计")
    assert [fields["id"] for fields in found] == expected
    messages = {record.getMessage() for record in caplog.records}
    assert messages >= {
        f"t.csv: {3 - len(expected)} rows passed over: where",
        "t.csv: 1 rows passed over: skip_rows",
        "t.csv: 1 rows passed over: blank",
    }


@pytest.mark.parametrize(
    "first",
    [
        "合 计:",
        "总计",
        "合计3人",
        "Grand total",
        "制表人:张三",
        "注:仅含在编",
        "导出时间: 2026-06-30",
        "汇总",
        "平均",
        "共 0 条记录",
        "共12人",
        "已选择 12 行。",
        "5 行受影响",
        "5 rows affected",
        "以下空白",
        "—— 以下无正文 ——",
        "数据来源：HR 系统",
    ],
)
def test_totals_and_notes_are_rejected_unless_they_are_named(project: Any, first: str) -> None:
    project.write("t.csv", f"id,n\n1,2\n{first},2\n")
    [rejected] = project.rejected("t.csv", {"id": "id"})
    assert (rejected.line, "skip_rows" in rejected.reason.en) == (3, True)
    assert project.fields("t.csv", {"id": "id"}, skip_rows=f"^{first}") == [{"id": "1"}]


@pytest.mark.parametrize(
    "first",
    [
        "总计算机室",
        "注射泵-01",
        "totally",
        "审核员01",
        "小计划",
        "汇总平台",
        "共享账号01",
        "3 人间",
        "来源系统",
    ],
)
def test_an_id_that_begins_like_a_total_or_a_note_is_none(project: Any, first: str) -> None:
    project.write("t.csv", f"id\n{first}\n")
    assert project.fields("t.csv", {"id": "id"}) == [{"id": first}]


@pytest.mark.parametrize(
    ("observed_at", "expected"),
    [
        (date(2026, 6, 30), "2026-06-29T16:00:00"),
        ("2026-06-30 18:00", "2026-06-30T10:00:00"),
        ({"column": "时间"}, "2026-06-01T00:00:00"),
        ({"cell": "B1"}, "2026-06-30T00:00:00"),
        ({"cell": "A1", "match": "导出[::](.+)"}, "2026-06-29T16:00:00"),
        ({"filename": r"_(\d{8})"}, "2026-06-27T16:00:00"),
        (None, "2026-06-20T12:00:00"),
    ],
)
def test_the_moment_of_the_export_comes_from_where_the_option_says(
    project: Any, observed_at: Any, expected: str
) -> None:
    path = project.write("t_20260628.csv", "导出:2026/6/30,2026-06-30 8:00\nid,时间\n1,2026-06-01 08:00\n")
    moment = datetime(2026, 6, 20, 12, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    options = {} if observed_at is None else {"observed_at": observed_at}
    [record] = project.records("t_*.csv", {"id": "id", "seen_at": "时间"}, **options)
    assert record.observed_at.strftime("%Y-%m-%dT%H:%M:%S") == expected


def test_a_row_without_a_clear_moment_of_its_own_is_rejected(project: Any) -> None:
    project.write("t.csv", "id,时间\n1,2026-06-01\n2,\n")
    [rejected] = project.rejected("t.csv", {"id": "id"}, observed_at={"column": "时间"})
    assert (rejected.line, rejected.column, rejected.subject) == (3, 2, "时间")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sheet": "*", "observed_at": date(2026, 6, 30), "where": {"column": "a", "in": ["b"]}},
        {
            "observed_at": {"cell": "B1"},
            "delimiter": "\t",
            "columns": {"id": {"column": ["a", "b"], "digest": True}},
        },
        {"columns": {"id": 3, "status": {"column": "状态", "values": {"在职": "active"}, "other": "left"}}},
    ],
)
def test_the_options_schema_takes_what_the_readme_shows(options: Any) -> None:
    schema = hiscomply_collectors()[0].options_schema
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"path": "a.csv", "kind": "staff", "columns": {"id": "工号"}, **options}, schema)


@pytest.mark.parametrize(
    "options",
    [
        {"columns": {}},
        {"sheets": 1},
        {"sheet": 0},
        {"where": {"column": "a"}},
        {"observed_at": {"cell": "1B"}},
        {"observed_at": True},
        {"columns": {"id": {"column": "a", "value": 1}}},
        {"columns": {"id": {"column": "a", "unit": "parsec"}}},
        {"columns": {"id": {"colum": "a"}}},
    ],
)
def test_the_options_schema_refuses_what_cannot_be_meant(options: Any) -> None:
    schema = hiscomply_collectors()[0].options_schema
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"path": "a.csv", "kind": "staff", "columns": {"id": "工号"}, **options}, schema)
