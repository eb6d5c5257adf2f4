"""The short way over the border gives what the long way gives, and what a plain reading of the rules gives."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiscomply.collect import plain_rows
from hiscomply.collect.border import Border
from hiscomply.collect.plain_rows import Memory, written
from hiscomply.collect.suspects import PATIENT, SECRET, is_secret_alone, is_suspect
from hiscomply.kinds import Field, FieldType, Kind
from hiscomply.model import Record, Text
from hiscomply.units import Passage, Row, Rows, Stretch

NAME = Text("名", "name")
OWN_SECRETS = ("Winter2026!", "abc", 'pass"\\\nword', "two\nlines", "\tx")
PARTS = [
    *("11010119900307123X", "13812345678", "１３８12345678", "病案号:", "住院号", "MRN", " 00123456", "号"),
    *("$6$", "$2b$12$", "$argon2id$", "saltsalt$0123456789", "eyJhbGciOiJI", ".eyJzdWIiOiIx", ".c2ln"),
    *("AKIA", "ghp_", "glpat-", "xoxb-", "IOSFODNN7EXAMPLE", "-----BEGIN ", "RSA PRIVATE KEY-----"),
    *("password", "PASSWD", "pwd", "ſecret", "toKen", "apı_key", "API-Key", "=", ":", " ", "\n", "\t"),
    *(
        "hmac-sha256:00ff",
        "hunter22",
        '"',
        "\\",
        "\u2028",
        "\ud800",
        "\x00",
        "王",
        "a",
        "0",
        "é",
        "HIS",
        *OWN_SECRETS,
    ),
]
texts = st.lists(st.sampled_from(PARTS), max_size=5).map("".join) | st.text(max_size=12)


@given(texts)
@settings(max_examples=2000, deadline=None)
def test_no_match_lacks_the_part_that_is_looked_for_first(text: str) -> None:
    assert is_suspect(text) == bool(PATIENT.search(text) or SECRET.search(text))


def _field(name: str, type_: FieldType, *, none: bool = False, enum: tuple[str, ...] = ()) -> Field:
    return Field(name, type_, NAME, False, NAME if none else None, False, False, None, enum, name == "size")


FIELDS = (
    _field("host", FieldType.TEXT),
    _field("login", FieldType.TEXT, none=True),
    _field("note", FieldType.TEXT),
    _field("type", FieldType.TEXT, enum=("full", "log")),
    _field("size", FieldType.INTEGER),
    _field("share", FieldType.NUMBER),
    _field("enabled", FieldType.BOOLEAN),
    _field("seen", FieldType.TIMESTAMP),
    _field("due", FieldType.DATE, none=True),
    _field("members", FieldType.LIST),
)
KIND = Kind("thing", NAME, NAME, ("host", "login"), timedelta(7), {one.name: one for one in FIELDS}, "f")
AUTUMN = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
"""Half past two comes twice that night."""
moments = st.sampled_from(
    [
        AUTUMN,
        AUTUMN.replace(fold=1),
        AUTUMN.astimezone(UTC),
        datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=8))),
        date(2026, 2, 28),
        *("2026-01-01T08:00:00+08:00", "2026-01-01T00:00:00Z", "2026-01-01", "2026-02-29", "soon"),
    ]
)
numbers = st.sampled_from(
    [0, 1, -1, 0.0, -0.0, 1.0, 2.5, 1e300, float("nan"), float("inf"), 1 << 62, 1 << 63]
)
others = st.sampled_from([None, True, False, b"raw", object(), "full", "log", "x" * 65_536, "长" * 65_537])
lists = (
    st.lists(texts | st.none(), max_size=3) | st.lists(texts, max_size=3).map(tuple) | st.just(["x", ["y"]])
)
values = texts | moments | numbers | others | lists
fitting = {
    FieldType.TEXT: texts,
    FieldType.INTEGER: numbers,
    FieldType.NUMBER: numbers,
    FieldType.BOOLEAN: st.booleans(),
    FieldType.TIMESTAMP: moments,
    FieldType.DATE: moments,
    FieldType.LIST: lists,
}
_mixed = st.fixed_dictionaries(
    {},
    optional={
        "host": st.sampled_from(["a", "b"]) | values,
        "login": st.sampled_from(["u", "v"]) | values,
        **{one.name: st.one_of(fitting[one.type], fitting[one.type], values) for one in FIELDS[2:]},
        "unlisted": texts,
    },
)
_texts_only = st.fixed_dictionaries(
    {"host": st.sampled_from(["a", "b"]) | values},
    optional={
        "login": st.sampled_from(["u", "v", None]) | values,
        "note": st.sampled_from(["n", *OWN_SECRETS]) | values,
        "type": st.sampled_from(["full", "log", None]),
    },
)
"""What is remembered together behind the first field."""
records = (_mixed | _texts_only).map(
    lambda fields: Record("thing", {"host": "a", "login": "u", **fields}, "list.csv", None, 7)
)


def _digest(secret: str) -> str:
    return f"digest-of-{len(secret)}"


def _stored(known: Field, value: Any) -> Any:
    """The form in which the rules have a value stored; ValueError if they refuse it."""
    if value is None:
        if known.none_means is None:
            raise ValueError
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match known.type:
        case FieldType.TEXT if isinstance(value, str) and (not known.enum or value in known.enum):
            cut = value if len(value) <= 65_536 else value[:65_536] + "…"
            return cut.encode("utf-8", "replace").decode()
        case FieldType.INTEGER if is_number and isinstance(value, int) and 0 <= value < 1 << 63:
            return value
        case FieldType.NUMBER if is_number and abs(value) <= 1e300:
            return float(value)
        case FieldType.BOOLEAN if isinstance(value, bool):
            return value
        case FieldType.TIMESTAMP:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            if isinstance(moment, datetime) and moment.tzinfo is not None:
                return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        case FieldType.DATE:
            day = date.fromisoformat(value) if isinstance(value, str) else value
            if isinstance(day, date) and not isinstance(day, datetime):
                return f"{day:%Y-%m-%d}"
        case FieldType.LIST if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            return [one.encode("utf-8", "replace").decode() for one in value]
    raise ValueError


def _expected(record: Record, secrets: set[str], dropped: Counter[str]) -> tuple[str | None, list[str]]:
    """A record by the rules, one field after the other, with nothing remembered and nothing searched twice."""
    row: dict[str, Any] = {}
    refused = []
    for name, value in record.fields.items():
        known = KIND.fields.get(name)
        if known is None:
            dropped[f"thing.{name}: unlisted"] += 1
            continue
        try:
            stored = _stored(known, value)
        except (ValueError, OverflowError):
            refused.append(name)
            continue
        if not (isinstance(stored, str) and len(stored) > 65_536):
            row[name] = stored
        elif name in KIND.key:
            dropped[f"thing.{name}: cut short"] += 1
            row[name] = stored + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16]
        else:
            dropped[f"thing.{name}: too long"] += 1
    for name, value in list(row.items()):
        if KIND.fields[name].type not in (FieldType.TEXT, FieldType.LIST) or value is None:
            continue
        text = "\n".join(value) if isinstance(value, list) else value
        is_own = any(one in (text if len(one) >= 6 else text.split("\n")) for one in secrets)
        why = "patient data" if PATIENT.search(text) else "secret" if is_own or SECRET.search(text) else None
        if why is None:
            continue
        dropped[f"thing.{name}: {why}"] += 1
        is_alone = why == "secret" and (text in secrets or is_secret_alone(text))
        if name in KIND.key or (is_alone and not isinstance(value, list)):
            row[name] = _digest(text)
        else:
            del row[name]
    for name in KIND.key:
        if row.get(name) is None:
            return None, [*refused, name]
    row["_missing"] = [name for name in ("login", "due") if name not in row] or None
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))[1:-1], refused


def _crossed(border: Border, record: Record) -> tuple[str | None, list[str]]:
    """As the runner does it."""
    row = border.plain(record)
    if row is not None:
        return row, []
    admitted, rejected = border.admit(record)
    return None if admitted is None else written(admitted)[1:-1], [one.subject for one in rejected]


@given(st.lists(records, min_size=1, max_size=12), st.integers(0, 12), st.sampled_from(OWN_SECRETS))
@settings(max_examples=400, deadline=None)
def test_both_ways_give_the_row_the_refusals_and_the_counts_of_the_rules(
    given_records: list[Record], secret_from: int, secret: str
) -> None:
    border, dropped = Border({"thing": KIND}, _digest), Counter[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_rows, "_MEMORY", 3)  # so that remembering and forgetting both happen
        for number, record in enumerate([*given_records, *given_records]):
            if number == secret_from:
                border.secrets.add(secret)
            assert _crossed(border, record) == _expected(record, border.secrets, dropped)
    assert border.dropped == dropped


@given(st.lists(records, min_size=1, max_size=8), st.permutations(OWN_SECRETS), st.integers(0, 2))
@settings(max_examples=300, deadline=None)
def test_collections_that_share_a_memory_do_not_share_their_secrets(
    given_records: list[Record], secrets: list[str], count: int
) -> None:
    memory = Memory()
    borders = [Border({"thing": KIND}, _digest, memory=memory) for _ in range(3)]
    borders[1].secrets.update(secrets[:count])
    borders[2].secrets.update(secrets[count : count + 1])
    for record in given_records:
        for border in [*borders, *borders]:
            assert _crossed(border, record) == _expected(record, border.secrets, Counter())


@given(
    st.lists(records, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=12),
    st.sampled_from([None, *OWN_SECRETS]),
)
@settings(max_examples=400, deadline=None)
def test_records_that_share_what_they_say_give_the_rows_that_they_give_one_by_one(
    given_records: list[Record], picked: list[tuple[int, int]], secret: str | None
) -> None:
    border, single = Border({"thing": KIND}, _digest), Border({"thing": KIND}, _digest)
    for one in (border, single):
        one.secrets.update([] if secret is None else [secret])
    said = [dict(record.fields) for record in given_records]
    for fields in said:
        fields.pop("size", None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_rows, "_MEMORY", 2)
        rows = [
            Row(said[at % len(said)], (size,), "s", line, None, None)
            for line, (at, size) in enumerate(picked)
        ]
        block = Rows("thing", ("size",), None, rows)
        for _ in range(2):
            expected = [single.plain(record) for record in block.records()]
            assert border.plain_rows(block) == (None if None in expected else expected)


@given(
    st.lists(records, min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(["a", "pass", *OWN_SECRETS]) | values, st.booleans()), max_size=4),
    st.sampled_from([None, *OWN_SECRETS]),
)
@settings(max_examples=400, deadline=None)
def test_passages_of_a_stretch_give_the_rows_that_their_records_give(
    given_records: list[Record], hosts: list[tuple[Any, bool]], secret: str | None
) -> None:
    border, single = Border({"thing": KIND}, _digest), Border({"thing": KIND}, _digest)
    for one in (border, single):
        one.secrets.update([] if secret is None else [secret])
    said = [{name: value for name, value in one.fields.items() if name != "host"} for one in given_records]
    stretch = Stretch(said, [2 * line for line in range(len(said))])
    for host, is_named in hosts:
        own = {"host": host, **({"due": None} if is_named else {})}
        passage = Passage("thing", own, stretch, "s", None, 7, None)
        expected = [single.plain(record) for record in passage.records()]
        found = border.plain_passage(passage)
        # A field that stands twice is for the records to put in its place.
        is_twice = is_named and any("due" in one for one in said)
        if None in expected or is_twice or {} in said:
            assert found is None
        else:
            assert found is not None
            assert [f"{found[0]},{end}" for end in found[1]] == expected
    assert (
        [one.line for one in passage.records()] == [7 + 2 * line for line in range(len(said))]
        if hosts
        else True
    )


def _plain(border: Border, **fields: Any) -> str | None:
    return border.plain(Record("thing", {"host": "a", "login": "u", **fields}, "s", None))


class TestWhatIsRemembered:
    @pytest.fixture
    def border(self) -> Border:
        return Border({"thing": KIND}, _digest)

    def test_a_plain_row_takes_the_short_way(self, border: Border) -> None:
        row = '"host":"a","login":"u","size":1,"members":["x"],"_missing":["due"]'
        assert _plain(border, size=1, members=["x"]) == row

    def test_a_number_is_not_taken_for_the_truth_that_equals_it(self, border: Border) -> None:
        assert _plain(border, enabled=True) is not None
        assert _plain(border, enabled=1) is None
        assert _plain(border, size=1) is not None
        assert _plain(border, size=True) is None

    def test_mappings_that_are_equal_are_judged_each_for_itself(self, border: Border) -> None:
        said = ({"host": "a", "login": "u", "enabled": value} for value in (True, 1))
        blocks = [Rows("thing", (), None, [Row(one, (), "s", None, None, None)]) for one in said]
        assert [border.plain_rows(one) is None for one in blocks] == [False, True]

    def test_times_that_are_equal_when_the_clocks_go_back_stay_apart(self, border: Border) -> None:
        assert "00:30:00" in str(_plain(border, seen=AUTUMN))
        assert "01:30:00" in str(_plain(border, seen=AUTUMN.replace(fold=1)))

    def test_a_secret_got_in_later_is_found_in_a_text_that_was_harmless(self, border: Border) -> None:
        assert _plain(border, note="it is Winter2026!") is not None
        border.secrets.add("Winter2026!")
        assert _plain(border, note="it is Winter2026!") is None

    def test_a_source_with_a_secret_got_in_later_is_masked(self, border: Border) -> None:
        assert border.place("ssh://Winter2026!@his") == '"ssh://Winter2026!@his"'
        border.secrets.add("Winter2026!")
        assert border.place("ssh://Winter2026!@his") == '"ssh://[…]@his"'

    def test_a_secret_from_one_item_of_a_list_to_the_next_is_seen(self, border: Border) -> None:
        assert _plain(border, members=["password:", "hunter22"]) is None

    def test_a_secret_of_several_lines_is_found_in_the_items_of_a_list(self, border: Border) -> None:
        border.secrets.add("first line\nsecond")
        assert _plain(border, members=["the first line", "second one"]) is None

    def test_texts_behind_another_first_field_are_the_same_row_but_for_it(self, border: Border) -> None:
        rows = [_plain(border, host=host, note="same") for host in ("a", "b", "a")]
        assert rows == [f'"host":"{host}","login":"u","note":"same","_missing":["due"]' for host in "aba"]
        assert len(border.memory.rows(KIND)._tails) == 1

    def test_a_secret_got_in_later_is_found_in_texts_that_are_remembered_together(
        self, border: Border
    ) -> None:
        assert _plain(border, host="a", note="Winter2026!") is not None
        border.secrets.add("Winter2026!")
        assert _plain(border, host="b", note="Winter2026!") is None

    def test_a_secret_got_in_later_is_found_in_a_stretch_that_was_harmless(self, border: Border) -> None:
        stretch = Stretch([{"login": "u", "note": "it is Winter2026!"}], [0])
        passage = Passage("thing", {"host": "a"}, stretch, "s", None, 1, None)
        assert border.plain_passage(passage) is not None
        border.secrets.add("Winter2026!")
        assert border.plain_passage(passage) is None

    def test_a_stretch_is_remembered_for_as_long_as_its_reader_remembers_it(self, border: Border) -> None:
        stretch = Stretch([{"login": "u"}], [0])
        assert border.plain_passage(Passage("thing", {"host": "a"}, stretch, "s", None, 1, None)) is not None
        assert len(border.memory.rows(KIND)._stretches) == 1
        del stretch
        assert len(border.memory.rows(KIND)._stretches) == 0

    def test_memory_stays_bounded(self, border: Border) -> None:
        for number in range(10_000):
            said = {"host": "a", "login": "u", "note": f"text {number}", "members": [f"item {number}"]}
            assert _plain(border, **said) is not None
            assert _plain(border, note=f"text {number}") is not None
            assert border.plain_rows(Rows("thing", (), None, [Row(said, (), "s", None, None, None)]))
            border.place(f"source {number}")
        known = border.memory.rows(KIND)
        assert 0 < len(known._pieces["note"][str]) <= plain_rows._MEMORY
        assert 0 < len(known._said[()]) <= plain_rows._MEMORY
        assert 0 < len(known._tails) <= plain_rows._MEMORY
        assert len(border._places) <= plain_rows._MEMORY
