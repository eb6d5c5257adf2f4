from __future__ import annotations

import builtins
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record, Rejected

COLUMNS: dict[str, Any] = {"id": "工号", "name": "姓名"}
HEADER = ["工号", "姓名"]


def rewritten(path: Path, member: str, change: Callable[[str], str]) -> None:
    """The workbook with one of its parts changed, as another program might have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts.get(member, b"").decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


SHEET = "xl/worksheets/sheet1.xml"


def test_a_sheet_is_read_below_its_title_with_row_and_sheet(project: Any) -> None:
    project.excel("hr.xlsx", [["某医院人员表"], [], HEADER, [1001, "张三"], [], ["0012", "李四"]])
    first, second = project.records("hr.xlsx", COLUMNS)
    assert (first.source, first.pointer, first.line, first.column) == ("hr.xlsx", "Sheet", 4, None)
    assert [dict(record.fields) for record in (first, second)] == [
        {"id": "1001", "name": "张三"},
        {"id": "0012", "name": "李四"},
    ]
    assert second.line == 6


@pytest.mark.parametrize(
    ("sheet", "ids"), [(1, ["1"]), (2, ["2"]), ("在职人员", ["2"]), ("*", ["1", "2"]), (None, ["1"])]
)
def test_sheets_go_by_number_by_name_or_all(project: Any, sheet: Any, ids: list[str]) -> None:
    def add(book: Any) -> None:
        second = book.create_sheet("在职人员")
        second.append(HEADER)
        second.append([2, "李四"])
        second.sheet_state = "hidden"
        book.create_sheet("空白")

    project.excel("hr.xlsx", [HEADER, [1, "张三"]], add)
    options = {} if sheet is None else {"sheet": sheet}
    assert [fields["id"] for fields in project.fields("hr.xlsx", COLUMNS, **options)] == ids


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(project: Any) -> None:
    project.excel("hr.xlsx", [HEADER, [1, "张三"]], lambda book: setattr(book.active, "title", "在职人员"))
    with pytest.raises(CollectFailed, match="there are: 在职人员"):
        list(project.read("hr.xlsx", COLUMNS, sheet="在职"))


def test_hidden_rows_are_read_all_the_same(project: Any) -> None:
    def hide(book: Any) -> None:
        book.active.row_dimensions[2].hidden = True

    project.excel("hr.xlsx", [HEADER, [1, "张三"], [2, "李四"]], hide)
    assert [fields["id"] for fields in project.fields("hr.xlsx", COLUMNS)] == ["1", "2"]


def test_merged_cells_have_the_value_of_their_first_cell(project: Any) -> None:
    def merge(book: Any) -> None:
        book.active.merge_cells("A1:D1")
        book.active.merge_cells("A3:A4")
        book.active.merge_cells("C3:D3")

    rows = [
        ["人员表"],
        ["科室", "工号", "姓名", "曾用名"],
        ["内科", 1, "张三"],
        [None, 2, "李四", "李"],
        ["外科", 3, "王五"],
    ]
    project.excel("hr.xlsx", rows, merge)
    columns = {"id": "工号", "system_id": "科室", "name": "曾用名"}
    assert project.fields("hr.xlsx", columns) == [
        {"id": "1", "system_id": "内科", "name": "张三"},
        {"id": "2", "system_id": "内科", "name": "李"},
        {"id": "3", "system_id": "外科"},
    ]


def test_a_header_merged_over_two_rows_is_no_record(project: Any) -> None:
    def merge(book: Any) -> None:
        book.active.merge_cells("A1:A2")
        book.active.merge_cells("B1:B2")
        book.active.merge_cells("C1:D1")

    project.excel(
        "hr.xlsx", [[*HEADER, "联系"], [None, None, "分机", "邮箱"], [1, "张三", 8001, "a@b"]], merge
    )
    assert project.fields("hr.xlsx", COLUMNS) == [{"id": "1", "name": "张三"}]


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_dates_and_bare_serials_count_from_the_workbooks_epoch(project: Any, epoch: Any) -> None:
    serial = 46086 if epoch is None else 46086 - 1462

    def set_epoch(book: Any) -> None:
        if epoch is not None:
            book.epoch = epoch

    moment = datetime(2026, 3, 5, 14, 5)
    rows = [["工号", "入职", "登录"], [1, serial, moment], [2, 20260305, "2026年3月5日 14:05"]]
    project.excel("hr.xlsx", rows, set_epoch)
    expected = {"hired_on": "2026-03-05", "seen_at": datetime(2026, 3, 5, 6, 5, tzinfo=UTC)}
    assert project.fields("hr.xlsx", {"id": "工号", "hired_on": "入职", "seen_at": "登录"}) == [
        {"id": "1", **expected},
        {"id": "2", **expected},
    ]


def test_a_span_of_excel_is_a_duration(project: Any) -> None:
    project.excel("hr.xlsx", [["工号", "时长"], [1, timedelta(hours=30)]])
    assert project.fields("hr.xlsx", {"id": "工号", "rto_min": "时长"}) == [{"id": "1", "rto_min": 1800}]


def test_a_formula_without_stored_value_is_rejected_and_never_empty(project: Any) -> None:
    project.excel("hr.xlsx", [["工号", "离职"], [1, None], [2, "=TODAY()"]])
    good, bad = project.read("hr.xlsx", {"id": "工号", "left_at": "离职"})
    assert dict(good.fields) == {"id": "1", "left_at": None}
    assert (bad.pointer, bad.line, bad.column, bad.subject) == ("Sheet", 3, 2, "离职")
    assert "no stored result" in bad.reason.en


def test_a_formula_gives_its_stored_value_and_an_error_is_rejected(project: Any) -> None:
    path = project.excel("hr.xlsx", [HEADER, ["=1+6", "x"], ["=#REF!", "y"]])
    stored = {
        r"(<f>1\+6</f>)<v ?/>": r"\1<v>7</v>",
        r'"A3"(><f>#REF!</f>)<v ?/>': r'"A3" t="e"\1<v>#REF!</v>',
    }
    for written, instead in stored.items():
        rewritten(path, SHEET, lambda xml, old=written, new=instead: re.sub(old, new, xml))
    good, bad = project.read("hr.xlsx", COLUMNS)
    assert good.fields["id"] == "7"
    assert (bad.line, bad.column, "#REF!" in bad.reason.en) == (3, 1, True)


@pytest.mark.parametrize(
    ("stored", "calculation", "is_result"),
    [
        ("0", "", False),
        ("0.5", "", True),
        ("7", "", True),
        ("0", 'calcId="191029"', True),
        ("0", 'calcId="124519"', True),
    ],
)
def test_the_0_of_a_program_that_does_not_calculate_is_no_result(
    project: Any, stored: str, calculation: str, is_result: bool
) -> None:
    path = project.excel("hr.xlsx", [["工号", "天数"], [1, 0], [2, "=TODAY()-1"]])
    rewritten(path, SHEET, lambda xml: re.sub(r"(<f>TODAY\(\)-1</f>)<v ?/>", rf"\1<v>{stored}</v>", xml))
    if calculation:
        book = "xl/workbook.xml"
        rewritten(path, book, lambda xml: re.sub("<calcPr [^>]*/>", f"<calcPr {calculation}/>", xml))
    first, second = project.read("hr.xlsx", {"id": "工号", "share": {"column": "天数", "unit": "percent"}})
    assert (first.fields["share"], isinstance(second, Record)) == (0, is_result)
    assert is_result or "no stored result" in second.reason.en


def test_rows_beyond_a_wrong_dimension_are_read(project: Any) -> None:
    path = project.excel("hr.xlsx", [HEADER, [1, "张三"], [2, "李四"]])
    rewritten(path, SHEET, lambda xml: xml.replace('ref="A1:B3"', 'ref="A1:A2"'))
    assert [fields["name"] for fields in project.fields("hr.xlsx", COLUMNS)] == ["张三", "李四"]


def test_rows_out_of_order_are_refused(project: Any) -> None:
    path = project.excel("hr.xlsx", [HEADER, [1, "张三"], [2, "李四"]])
    rewritten(path, SHEET, lambda xml: xml.replace('<row r="3"', '<row r="2"'))
    with pytest.raises(CollectFailed, match="out of order"):
        list(project.read("hr.xlsx", COLUMNS))


def test_a_document_type_is_refused(project: Any) -> None:
    path = project.excel("hr.xlsx", [HEADER, [1, "张三"]])
    rewritten(
        path, SHEET, lambda xml: '<!DOCTYPE x [<!ENTITY a "b">]>' + xml.removeprefix("<?xml version='1.0'?>")
    )
    with pytest.raises(CollectFailed, match="document type"):
        list(project.read("hr.xlsx", COLUMNS))


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_workbook_that_is_cut_off_fails(project: Any, keep: float) -> None:
    path = project.excel("hr.xlsx", [HEADER, *[[n, f"员工{n}"] for n in range(500)]])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(CollectFailed, match="cut off or damaged"):
        list(project.read("hr.xlsx", COLUMNS))


def test_a_workbook_that_unpacks_to_far_too_much_fails(project: Any) -> None:
    path = project.excel("hr.xlsx", [HEADER, [1, "张三"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(40 * 2**20))
    with pytest.raises(CollectFailed, match="unpacks to"):
        list(project.read("hr.xlsx", COLUMNS))


def test_an_archive_that_is_no_workbook_fails(project: Any) -> None:
    with zipfile.ZipFile(project.folder / "hr.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(CollectFailed, match="no Excel workbook"):
        list(project.read("hr.xlsx", COLUMNS))


def test_a_text_named_xlsx_fails(project: Any) -> None:
    project.write("hr.xlsx", "工号,姓名\n1,张三\n")
    with pytest.raises(CollectFailed, match="not an intact"):
        list(project.read("hr.xlsx", COLUMNS))


def test_a_workbook_named_csv_is_read_as_what_it_is(project: Any) -> None:
    project.excel("hr.xlsx", [HEADER, [1, "张三"]]).rename(project.folder / "hr.csv")
    assert project.fields("hr.csv", COLUMNS) == [{"id": "1", "name": "张三"}]


@pytest.mark.parametrize(
    ("rows", "said"), [([], "nothing in the file"), ([HEADER], "no rows"), ([["a"], ["b"]], "no header")]
)
def test_a_workbook_without_rows_or_headers_fails(project: Any, rows: Any, said: str) -> None:
    project.excel("hr.xlsx", rows)
    with pytest.raises(CollectFailed, match=said):
        list(project.read("hr.xlsx", COLUMNS))


def test_without_openpyxl_the_command_to_install_it_is_given(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.excel("hr.xlsx", [HEADER, [1, "张三"]])
    real_import = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "openpyxl":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(CollectFailed) as failure:
        list(project.read("hr.xlsx", COLUMNS))
    assert 'pip install "hiscomply[excel]"' in failure.value.reason.zh


def test_the_moment_of_the_export_may_stand_below_the_table(project: Any) -> None:
    project.excel("hr.xlsx", [HEADER, [1, "张三"], [None, None], ["导出时间", datetime(2026, 6, 30, 8)]])
    [record] = project.records("hr.xlsx", COLUMNS, observed_at={"cell": "B4"}, skip_rows="导出时间")
    assert record.observed_at == datetime(2026, 6, 30, tzinfo=UTC)


def test_a_workbook_of_another_program_without_styles_or_positions_is_read(project: Any) -> None:
    path = project.excel("hr.xlsx", [HEADER, [1, "张三"]])
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    body = "".join(
        "<row>" + "".join(cell.format(text) for text in row) + "</row>" for row in (HEADER, ["7", "王五"])
    )
    start = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    rewritten(path, SHEET, lambda _: f"{start}{body}</sheetData></worksheet>")
    assert project.fields("hr.xlsx", COLUMNS) == [{"id": "7", "name": "王五"}]


def test_each_row_of_a_large_sheet_is_streamed(project: Any) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("大表")
    for row in [HEADER, *[[n, "张三"] for n in range(2000)]]:
        sheet.append(row)
    book.save(project.folder / "hr.xlsx")
    items = project.read("hr.xlsx", COLUMNS)
    assert next(items).line == 2
    rest = list(items)
    assert len([item for item in rest if isinstance(item, Record)]) == 1999
    assert not [item for item in rest if isinstance(item, Rejected)]


def test_shared_strings_are_read_without_their_reading_aids(project: Any) -> None:
    path = project.excel("hr.xlsx", [HEADER, [1, "张三"]])
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings = "<si><t>工号</t></si><si><t>姓名</t></si>"
    strings += '<si><r><t>王</t></r><r><t>五</t></r><rPh sb="0" eb="2"><t>wang</t></rPh></si>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    rows += '<row r="2"><c r="A2"><v>7</v></c><c r="B2" t="s"><v>2</v></c></row>'
    rewritten(path, SHEET, lambda _: f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>")
    rewritten(path, "[Content_Types].xml", lambda xml: xml.replace("</Types>", part))
    rewritten(path, "xl/sharedStrings.xml", lambda _: f"<sst {space}>{strings}</sst>")
    assert project.fields("hr.xlsx", COLUMNS) == [{"id": "7", "name": "王五"}]


@pytest.mark.parametrize("form", ["0%", "0.00%", '0.0"约"%'])
@pytest.mark.parametrize("unit", [{}, {"unit": "percent"}, {"unit": "fraction"}])
def test_a_cell_that_is_shown_as_a_percentage_is_one(project: Any, form: str, unit: dict[str, str]) -> None:
    def show(book: Any) -> None:
        for cell in book.active["B"][1:]:
            cell.number_format = form

    project.excel("peaks.xlsx", [["资产", "峰值"], ["SRV-1", 0.96], ["SRV-2", 1.2], ["SRV-3", 1]], show)
    columns = {"id": "资产", "share": {"column": "峰值", **unit}}
    found = project.fields("peaks.xlsx", columns)
    assert [fields["share"] for fields in found] == [96, 120, 100]


def test_a_percent_sign_that_a_format_only_shows_makes_no_percentage(project: Any) -> None:
    def show(book: Any) -> None:
        book.active["B2"].number_format = '0.00"%"'

    project.excel("peaks.xlsx", [["资产", "峰值"], ["SRV-1", 96.5]], show)
    columns = {"id": "资产", "share": "峰值"}
    (found,) = project.fields("peaks.xlsx", columns)
    assert found["share"] == 96.5
