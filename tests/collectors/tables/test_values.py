from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiscomply_tables import moments, numbers, values
from hiscomply_tables.values import CellError, Unfit

SHANGHAI = ZoneInfo("Asia/Shanghai")
CELLS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789年月日-/.: TZ时分秒天小,%万+eE", max_size=24),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.lists(st.integers(), max_size=2),
)


def utc(cell: Any, *formats: str, epoch: datetime | None = None) -> str:
    read = moments.reader(formats or ("auto",), epoch)
    return moments.to_utc(read(cell), SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026年3月5日 14:05", "2026-03-05T06:05:00"),
        ("2026年3月5日14时5分", "2026-03-05T06:05:00"),
        ("2026年3月5日 下午2时5分", "2026-03-05T06:05:00"),
        ("2026年3月5日下午2:05", "2026-03-05T06:05:00"),
        ("2026-03-05 02:05:07 PM", "2026-03-05T06:05:07"),
        ("2026年3月5日 星期四", "2026-03-04T16:00:00"),
        ("2026/3/5", "2026-03-04T16:00:00"),
        ("2026.03.05 8:30", "2026-03-05T00:30:00"),
        ("2026-03-05T06:05:00Z", "2026-03-05T06:05:00"),
        ("2026-03-05T06:05:00.123456+00:00", "2026-03-05T06:05:00"),
        ("2026-03-05 06:05 +0900", "2026-03-04T21:05:00"),
        ("20260305", "2026-03-04T16:00:00"),
        ("20260305140500", "2026-03-05T06:05:00"),
        ("２０２６-０３-０５", "2026-03-04T16:00:00"),
        (datetime(2026, 3, 5, 14, 5), "2026-03-05T06:05:00"),
        (date(2026, 3, 5), "2026-03-04T16:00:00"),
    ],
)
def test_a_clear_time_is_read_in_the_projects_zone(cell: Any, expected: str) -> None:
    assert utc(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        *[
            "5.3.2026",
            "3/5/2026",
            "05-03-2026",
            "26-3-5",
            "26年3月5日",
            "2026-02-31",
            "2026-13-01",
            "2026/3-5",
            "2026-03-114:05",
        ],
        *["2026年3月", "2026", "46086", "3月5日", "1899-01-01", "2999-01-01", "昨天"],
        "5/3/2026 10:00",
        "26/03/05 10:00",
        "2026-03-05 24:00",
        "2026-03-05 13:00 PM",
        "2026-03-05 10:00 CST",
        "2026-03-05 晚上8点",
        *(True, 46086, 20261305, None, []),
    ],
)
def test_an_unclear_time_is_refused(cell: Any) -> None:
    with pytest.raises(Unfit):
        utc(cell)


@pytest.mark.parametrize(
    ("cell", "formats", "epoch", "expected"),
    [
        ("5.3.2026", ("%d.%m.%Y",), None, "2026-03-04T16:00:00"),
        ("3/5/26", ("%d.%m.%Y", "%m/%d/%y"), None, "2026-03-04T16:00:00"),
        (46086, ("auto",), moments.EPOCH_1900, "2026-03-04T16:00:00"),
        (44624, ("auto",), moments.EPOCH_1904, "2026-03-04T16:00:00"),
        ("46086.5", ("excel",), None, "2026-03-05T04:00:00"),
        (44624, ("excel-1904",), None, "2026-03-04T16:00:00"),
        (20260305, ("auto",), moments.EPOCH_1900, "2026-03-04T16:00:00"),
        (1772690700, ("unix",), None, "2026-03-05T06:05:00"),
        ("1772690700000", ("unix-ms",), None, "2026-03-05T06:05:00"),
    ],
)
def test_a_format_settles_what_is_unclear(
    cell: Any, formats: tuple[str, ...], epoch: Any, expected: str
) -> None:
    assert utc(cell, *formats, epoch=epoch) == expected


@pytest.mark.parametrize("local", ["2026-03-29 02:30", "2026-10-25 02:30"])
def test_a_local_time_that_the_clocks_skip_or_repeat_is_refused(local: str) -> None:
    read = moments.reader(("auto",), None)
    with pytest.raises(Unfit):
        moments.to_utc(read(local), ZoneInfo("Europe/Berlin"))


def test_the_day_of_a_moment_is_the_day_in_the_projects_zone() -> None:
    moment = moments.reader(("auto",), None)("2026-03-05T20:00:00Z")
    assert moments.to_day(moment, SHANGHAI) == "2026-03-06"


@pytest.mark.parametrize(
    ("unit", "bare", "written_as", "cell", "expected"),
    [
        ("minute", None, "auto", "2小时", 120),
        ("minute", None, "auto", "1.5h", 90),
        ("minute", None, "auto", "９０分钟", 90),
        ("minute", None, "auto", "1天", 1440),
        ("minute", None, "auto", "1小时30分", 90),
        ("minute", None, "auto", "1h 30m", 90),
        ("minute", None, "auto", "2:30:00", 150),
        ("minute", None, "auto", timedelta(hours=30), 1800),
        ("minute", None, "auto", time(2, 30), 150),
        ("minute", None, "h:mm", "2:30", 150),
        ("minute", None, "m:ss", "2:30", 2.5),
        ("minute", "hour", "auto", "2", 120),
        ("minute", "minute", "auto", 15.0, 15),
        ("day", None, "auto", "2周", 14),
        ("month", None, "auto", "3年", 36),
        ("byte", None, "auto", "1.5 KB", 1536),
        ("percent", None, "auto", "95%", 95),
        ("percent", None, "auto", "９５．５％", 95.5),
        ("percent", None, "auto", "95", 95),
        ("percent", "fraction", "auto", 0.95, 95),
        ("percent", "percent", "auto", 0.5, 0.5),
        ("yuan", None, "auto", "1.2万元", 12000),
        ("yuan", None, "auto", "3亿", 300_000_000),
        (None, None, "auto", "1,234,567.5", 1234567.5),
        (None, None, "auto", "12台", 12),
        (None, None, "auto", -5, -5),
        (None, None, "auto", "1.5E+05", 150000),
    ],
)
def test_a_clear_amount_is_converted_to_the_fields_unit(
    unit: Any, bare: Any, written_as: str, cell: Any, expected: float
) -> None:
    assert numbers.real(numbers.reader(unit, bare, written_as)(cell), cell) == expected


@pytest.mark.parametrize(
    ("unit", "cell"),
    [
        *[
            ("minute", cell)
            for cell in [
                "2",
                "2:30",
                "2个月",
                "1年",
                "30M",
                "2小时内",
                "≤2小时",
                "2~4小时",
                "30分1小时",
                "2小时2小时",
                "半天",
            ]
        ],
        *[("minute", cell) for cell in (2, "-2小时", "", "7 GB", "30分1小时", "2小时2小时", "半天")],
        *[("percent", cell) for cell in ("0.95", 0.95, 1, "95分")],
        *[(None, cell) for cell in ["1,5", "1,2345", "约10", "3-5", "95%", "12元", "0x10", "1／2"]],
        *[(None, cell) for cell in (float("nan"), float("inf"), "9" * 40, True, date(2026, 1, 1), [])],
        ("yuan", "12人"),
        ("day", "1个月"),
        ("byte", "1024"),
    ],
)
def test_an_unclear_amount_is_refused(unit: Any, cell: Any) -> None:
    with pytest.raises(Unfit):
        numbers.reader(unit, None, "auto")(cell)


def test_a_fraction_is_no_integer() -> None:
    with pytest.raises(Unfit):
        numbers.whole(numbers.reader("minute", None, "auto")("90秒"), "90秒")


@pytest.mark.parametrize("cell", ["是", "有", "√", "Y", "ｙ", "TRUE", "1", 1, 1.0, True, "启用", " 已启用 "])
def test_these_words_are_true(cell: Any) -> None:
    assert values.boolean(cell) is True


@pytest.mark.parametrize("cell", ["否", "无", "×", "N", "false", "0", 0, False, "停用", "禁用", "　未启用"])
def test_these_words_are_false(cell: Any) -> None:
    assert values.boolean(cell) is False


@pytest.mark.parametrize("cell", ["X", "x", "待定", "2", 2, "", "是否", "不详", None, [], 0.5])
def test_other_words_are_neither_true_nor_false(cell: Any) -> None:
    with pytest.raises(Unfit):
        values.boolean(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("　ＨＩＳ０１\u200b ", "HIS01"),
        ("信息科(本部),二楼", "信息科(本部),二楼"),
        (1001.0, "1001"),
        (1.5, "1.5"),
        ("0012", "0012"),
        ("第一行\n第二行", "第一行\n第二行"),
    ],
)
def test_text_is_trimmed_and_half_width(cell: Any, expected: str) -> None:
    assert values.text(cell) == expected


@pytest.mark.parametrize("cell", ["1.23457E+11", 1e15, 4.2e17, float("nan"), datetime(2026, 1, 2), [], {}])
def test_text_that_excel_has_spoilt_is_refused(cell: Any) -> None:
    with pytest.raises(Unfit):
        values.text(cell)


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", " #DIV/0!"[1:], CellError.NO_STORED_VALUE])
def test_an_error_of_a_formula_is_refused(cell: Any) -> None:
    with pytest.raises(Unfit):
        values.refuse_error(cell)


def test_a_hash_sign_alone_is_no_error() -> None:
    values.refuse_error("#1机房")


def test_a_message_never_shows_a_long_run_of_digits() -> None:
    assert "110101199003071234" not in values.shown("110101199003071234 号")


@given(CELLS, st.sampled_from([None, "minute", "percent", "yuan", "byte", "month"]))
def test_a_number_comes_out_finite_or_not_at_all(cell: Any, unit: str | None) -> None:
    try:
        value = numbers.reader(unit, None, "auto")(cell)
    except Unfit:
        return
    assert value.is_finite()


@given(CELLS, st.sampled_from([None, moments.EPOCH_1900]))
def test_a_time_comes_out_in_a_plausible_year_or_not_at_all(cell: Any, epoch: datetime | None) -> None:
    try:
        moment = moments.to_utc(moments.reader(("auto",), epoch)(cell), SHANGHAI)
    except Unfit:
        return
    assert moment.tzinfo is UTC
    assert 1900 <= moment.year <= 2201


@given(CELLS)
def test_text_and_truth_come_out_or_not_at_all(cell: Any) -> None:
    for convert, kind in ((values.text, str), (values.boolean, bool)):
        try:
            assert isinstance(convert(cell), kind)
        except Unfit as unfit:
            assert unfit.reason.zh
            assert unfit.reason.en


@given(st.integers(1, 31), st.integers(1, 12), st.integers(1950, 2100), st.sampled_from("-/."))
def test_a_date_with_the_year_last_is_never_guessed(day: int, month: int, year: int, separator: str) -> None:
    with pytest.raises(Unfit):
        utc(separator.join(map(str, (day, month, year))))


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 31), st.sampled_from("-/."))
def test_a_year_of_two_digits_is_never_guessed(year: int, month: int, day: int, separator: str) -> None:
    with pytest.raises(Unfit):
        utc(f"{year:02}{separator}{month}{separator}{day}")


@given(st.datetimes(datetime(1992, 1, 1), datetime(2199, 1, 1)))
def test_an_iso_time_is_read_as_it_was_written(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert moments.reader(("auto",), None)(whole.isoformat()) == whole
