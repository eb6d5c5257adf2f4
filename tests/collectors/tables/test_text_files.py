from __future__ import annotations

import json
from typing import Any

import pytest

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Record, Rejected

COLUMNS: dict[str, Any] = {"id": "工号", "name": "姓名"}
TEXT = "工号,姓名\n001,张三\n002,李四\n"
BOTH = [{"id": "001", "name": "张三"}, {"id": "002", "name": "李四"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_its_encoding(project: Any, encoding: str) -> None:
    project.write("hr.csv", TEXT, encoding)
    assert project.fields("hr.csv", COLUMNS) == BOTH


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_headers(project: Any, delimiter: str) -> None:
    project.write("hr.csv", "人员表,2026\n" + TEXT.replace(",", delimiter))
    assert project.fields("hr.csv", COLUMNS) == BOTH


def test_a_tsv_file_splits_at_tabs_only(project: Any) -> None:
    project.write("hr.tsv", "工号\t姓名\n1\t张三,李四\n")
    assert project.fields("hr.tsv", COLUMNS) == [{"id": "1", "name": "张三,李四"}]


def test_a_record_knows_file_and_physical_line(project: Any) -> None:
    project.write("exports/hr.csv", '标题\n工号,姓名\n1,"两行\n姓名"\n\n2,李四\n')
    first, second = project.records("exports/hr.csv", COLUMNS)
    assert (first.source, first.line, first.fields["name"]) == ("exports/hr.csv", 3, "两行\n姓名")
    assert (second.line, second.pointer) == (6, None)


def test_quotes_inside_a_quoted_cell_are_kept(project: Any) -> None:
    project.write("hr.csv", '工号,姓名\n1,"张""三"",四"\n')
    assert project.fields("hr.csv", COLUMNS) == [{"id": "1", "name": '张"三",四'}]


@pytest.mark.parametrize("row", ["2", "2,李四,多出", '"2"x,李四'])
def test_a_row_that_cannot_be_split_as_the_header_is_rejected(project: Any, row: str) -> None:
    project.write("hr.csv", f"工号,姓名\n1,张三\n{row}\n3,王五\n")
    good, bad, last = project.read("hr.csv", COLUMNS)
    assert (good.fields["id"], last.fields["id"]) == ("1", "3")
    assert isinstance(bad, Rejected)
    assert (bad.kind, bad.source, bad.line) == ("staff", "hr.csv", 3)


def test_rows_with_headers_of_their_own_that_a_quote_has_swallowed_are_told(project: Any) -> None:
    project.write("hr.csv", '"工号,姓名\n001,张三\n002,"李四"\n' + TEXT)
    bad, *good = project.read("hr.csv", COLUMNS)
    assert isinstance(bad, Rejected)
    assert (bad.line, [one.fields for one in good]) == (1, BOTH)


def test_above_headers_that_stand_in_a_line_of_which_we_were_told_nothing_is_looked_at(project: Any) -> None:
    project.write("hr.csv", '"标题"x,2026\n' + TEXT)
    assert project.fields("hr.csv", COLUMNS, header_row=2) == BOTH


def test_a_quote_that_never_ends_is_rejected_with_its_lines(project: Any) -> None:
    project.write("hr.csv", '工号,姓名\n1,张三\n2,"李四\n3,王五\n')
    [bad] = project.rejected("hr.csv", COLUMNS)
    assert (bad.line, "lines 3 to 4" in bad.reason.en) == (3, True)


@pytest.mark.parametrize(
    "rows",
    [
        '2,"李四,x\n3,王五",y\n',
        '2,"李四,x\n3,王五,x\n4,赵六",x\n',
        '"2,李四,x\r\n3",王五,x\r\n',
    ],
)
def test_rows_between_two_stray_quotes_are_not_swallowed(project: Any, rows: str) -> None:
    project.write("hr.csv", f"工号,姓名,备注\n1,张三,x\n{rows}5,孙七,x\n")
    first, bad, last = project.read("hr.csv", COLUMNS)
    assert (first.fields["id"], last.fields["id"]) == ("1", "5")
    assert isinstance(bad, Rejected)
    assert (bad.line, "look like rows" in bad.reason.en) == (3, True)


@pytest.mark.parametrize("cell", ["一,二\n三,四,五", "一\n二\n", "一,\n二", "\n\n"])
def test_a_cell_of_several_lines_is_a_cell(project: Any, cell: str) -> None:
    project.write("hr.csv", f'工号,姓名,备注\n1,张三,"{cell}"\n2,"李\n四",x\n')
    assert [one["id"] for one in project.fields("hr.csv", COLUMNS)] == ["1", "2"]


def test_empty_cells_beyond_the_header_do_no_harm(project: Any) -> None:
    project.write("hr.csv", "工号,姓名\n1,张三,,\n")
    assert project.fields("hr.csv", COLUMNS) == [{"id": "1", "name": "张三"}]


def test_without_headers_columns_go_by_number(project: Any) -> None:
    project.write("hr.csv", "1,x,张三\n2,x,李四\n")
    records = project.records("hr.csv", {"id": 1, "name": 3}, header_row=0)
    assert [(record.line, record.fields["name"]) for record in records] == [(1, "张三"), (2, "李四")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        ("工号,姓名\n".encode(), "no rows"),
        ("工号,姓名\n,\n  ,\n".encode(), "no rows (2 were passed over)"),
        ("工号,姓名\n1,\0\n".encode(), "NUL byte in line 2"),
        (b"\xff\xfe\xff\xfe\xff", "encoding"),
        ("工号,名字\n1,张三\n".encode(), "the file has: 工号, 名字"),
        ("工号,姓名,姓名\n1,张三,x\n".encode(), "stands in columns 2, 3"),
        ("<html><table><tr><td>工号".encode(), "web page"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old .xls"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_a_file_that_proves_nothing_fails_the_collection(project: Any, content: bytes, said: str) -> None:
    project.write("hr.csv", content)
    with pytest.raises(CollectFailed) as failure:
        list(project.read("hr.csv", COLUMNS))
    assert said in failure.value.reason.en
    assert failure.value.reason.zh


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"encoding": "klingon"}, "no encoding 'klingon'"),
        ({"encoding": "ascii"}, "ascii: line 1"),
        ({"skip_rows": "("}, "skip_rows"),
        ({"kind": "stafff"}, "'staff'"),
        ({"header_row": 2}, "no header"),
        ({"header_row": 0}, "by number"),
        ({"observed_at": {"filename": r"(\d{8})"}}, "observed_at"),
        ({"observed_at": {"cell": "Z9"}}, "no cell Z9"),
        ({"columns": {"id": "工号", "nam": "姓名"}}, "'name'"),
        ({"columns": {"name": "姓名"}}, "key field id"),
        ({"columns": {"id": "工号", "status": {"column": "姓名", "values": {"在": "activ"}}}}, "'active'"),
        ({"columns": {"id": "工号", "status": {"column": "姓名", "values": {True: "left"}}}}, "quotes"),
        ({"columns": {"id": "工号", "status": {"column": "姓名", "when_empty": None}}}, "null"),
        ({"columns": {"id": "工号", "rto_min": {"column": "姓名", "unit": "gb"}}}, "unit gb"),
        ({"columns": {"id": "工号", "count": {"value": "若干"}}}, "columns.count.value"),
    ],
)
def test_an_option_that_cannot_be_meant_fails_the_collection(project: Any, options: Any, said: str) -> None:
    project.write("hr.csv", TEXT)
    with pytest.raises(CollectFailed) as failure:
        list(project.read("hr.csv", **{"columns": COLUMNS, **options}))
    assert said in failure.value.reason.en


def test_no_match_of_the_path_fails_the_collection(project: Any) -> None:
    with pytest.raises(CollectFailed, match="no file matches"):
        list(project.read("exports/*.csv", COLUMNS))


def test_all_matches_are_read_in_order_of_name_without_lock_files(project: Any) -> None:
    project.write("hr_2.csv", "工号,姓名\n2,李四\n")
    project.write("hr_1.csv", "工号,姓名\n1,张三\n")
    project.write("~$hr_3.csv", b"\0lock")
    assert [record.source for record in project.records("*hr_*.csv", COLUMNS)] == ["hr_1.csv", "hr_2.csv"]


def test_one_bad_file_of_several_fails_after_the_others_are_read(project: Any) -> None:
    project.write("hr_1.csv", "工号,姓名\n")
    project.write("hr_2.csv", TEXT)
    with pytest.raises(CollectFailed, match=r"hr_1\.csv: no rows"):
        list(project.read("hr_*.csv", COLUMNS))
    items = project.read("hr_*.csv", COLUMNS)
    assert [next(items).source, next(items).source] == ["hr_2.csv", "hr_2.csv"]


def test_a_file_that_may_not_be_read_is_denied(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project.write("hr.csv", TEXT)
    unpatched = type(path).open

    def refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.name == "hr.csv":
            raise PermissionError(13, "Permission denied")
        return unpatched(self, *args, **kwargs)

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(CollectDenied):
        list(project.read("hr.csv", COLUMNS))


def test_an_empty_table_may_be_declared_an_answer(project: Any) -> None:
    project.write("hr.csv", "工号,姓名\n")
    assert project.records("hr.csv", COLUMNS, allow_empty=True) == []


def test_a_link_that_leads_nowhere_is_told_beside_the_files_of_a_pattern(project: Any) -> None:
    project.write("a.csv", "工号,姓名\n1,张三\n")
    (project.folder / "b.csv").symlink_to("gone.csv")
    found = project.read("*.csv", COLUMNS)
    assert next(found).fields["id"] == "1"
    with pytest.raises(CollectFailed, match="cannot read"):
        next(found)


def test_a_json_document_gives_pointers(project: Any) -> None:
    rows = [{"工号": 1, "owner": {"name": "张三"}}, 5, {"工号": 2, "owner": {}}]
    project.write("hr.json", json.dumps({"data": {"items": rows}}))
    columns = {"id": "工号", "name": "/owner/name"}
    first, bad, last = project.read("hr.json", columns, records="/data/items")
    assert (first.pointer, dict(first.fields)) == ("/data/items/0", {"id": "1", "name": "张三"})
    assert (bad.pointer, bad.reason.en) == ("/data/items/1", "not a JSON object")
    assert dict(last.fields) == {"id": "2"}


def test_json_null_is_known_to_be_empty_and_a_missing_key_is_not_known(project: Any) -> None:
    rows = [{"id": "1", "left": None}, {"id": "2"}]
    project.write("hr.json", json.dumps(rows))
    assert project.fields("hr.json", {"id": "id", "left_at": "left"}) == [
        {"id": "1", "left_at": None},
        {"id": "2"},
    ]


def test_json_lines_are_read_line_by_line(project: Any) -> None:
    project.write("hr.jsonl", '{"id": "1", "roles": ["a", "b"]}\n\n{"id": \n{"id": "2", "roles": []}\n')
    first, bad, last = project.read("hr.jsonl", {"id": "id", "roles": "roles"})
    assert (first.line, first.fields["roles"]) == (1, ["a", "b"])
    assert (bad.line, "not valid JSON" in bad.reason.en) == (3, True)
    assert (last.line, last.fields["roles"]) == (4, [])


@pytest.mark.parametrize("other", [{"login": "2"}, {"id": None, "login": "2"}, {"id": " ", "on": False}])
def test_a_json_object_of_another_shape_is_told_and_not_taken_for_a_blank_row(
    project: Any, other: Any
) -> None:
    rows = [{"id": "1"}, other, {}, {"id": None}, {"id": "3"}]
    project.write("hr.json", json.dumps(rows))
    project.write("hr.jsonl", "\n".join(map(json.dumps, rows)))
    for name, place in (("hr.json", (None, "/1")), ("hr.jsonl", (2, None))):
        first, bad, last = project.read(name, {"id": "id"})
        assert (first.fields["id"], last.fields["id"]) == ("1", "3")
        assert (bad.line, bad.pointer, "nothing under the keys" in bad.reason.en) == (*place, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ('{"a": 1}', "no array"),
        ('[{"id": "1", "id": "2"}]', "twice"),
        ('[{"id": NaN}]', "NaN"),
        ("[]", "no rows"),
        ('[{"id": "1"}]', "no header 'name'"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_json_document_that_proves_nothing_fails(project: Any, text: str, said: str) -> None:
    project.write("hr.json", text)
    with pytest.raises(CollectFailed) as failure:
        list(project.read("hr.json", {"id": "id", "name": "name"}))
    assert said in failure.value.reason.en


def test_sixty_thousand_rows_are_read_in_bounded_memory(project: Any) -> None:
    import tracemalloc

    body = "".join(f"E{n},姓名{n},在职,2026/3/5,是\n" for n in range(60_000))
    project.write("hr.csv", "工号,姓名,状态,入职,启用\n" + body)
    columns = {**COLUMNS, "status": {"column": "状态", "values": {"在职": "active"}}, "hired_on": "入职"}
    tracemalloc.start()
    try:
        count = sum(
            isinstance(item, Record) for item in project.read("hr.csv", {**columns, "enabled": "启用"})
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 60_000
    assert peak < 20 * 2**20


def test_a_text_that_a_system_wrote_as_a_formula_for_excel_is_that_text(project: Any) -> None:
    project.write(
        "t.csv", '工号,状态,入职,权重\n="0012",="在职",="2026-01-05","=""95%"""\n0013,离职,2026-01-05,95%\n'
    )
    columns = {"id": "工号", "hired_on": "入职", "share": "权重"}
    found = project.fields("t.csv", columns, where={"column": "状态", "in": ["在职"]})
    assert found == [{"id": "0012", "hired_on": "2026-01-05", "share": 95}]
