"""The border lets through what a schema lists and types, counts what it drops, and keeps secrets and patients out."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from hiscomply.collect.border import Border
from hiscomply.kinds import Field, FieldType, Kind
from hiscomply.model import Record, Text

OBSERVED = datetime(2026, 6, 30, tzinfo=UTC)
NAME = Text("名", "name")
CHINA = timezone(timedelta(hours=8))
ID_CARD = "11010119900307123X"
MOBILE = "13812345678"
HASH = "$6$saltsalt$0123456789abcdef"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def _field(name: str, type_: FieldType, *, none: bool = False, enum: tuple[str, ...] = ()) -> Field:
    is_nonnegative = name == "size_bytes"
    return Field(name, type_, NAME, False, NAME if none else None, False, False, None, enum, is_nonnegative)


KIND = Kind(
    name="thing",
    title=NAME,
    description=NAME,
    key=("system_id", "login"),
    fresh=timedelta(days=7),
    fields={
        one.name: one
        for one in (
            _field("system_id", FieldType.TEXT),
            _field("login", FieldType.TEXT),
            _field("note", FieldType.TEXT),
            _field("type", FieldType.TEXT, enum=("full", "log")),
            _field("size_bytes", FieldType.INTEGER),
            _field("count", FieldType.INTEGER),
            _field("share", FieldType.NUMBER),
            _field("enabled", FieldType.BOOLEAN),
            _field("seen", FieldType.TIMESTAMP),
            _field("due", FieldType.DATE),
            _field("members", FieldType.LIST),
            _field("owner", FieldType.TEXT, none=True),
            _field("expires", FieldType.DATE, none=True),
        )
    },
    file="thing.schema.json",
)
KEY = {"system_id": "HIS", "login": "li"}


@pytest.fixture
def border() -> Border:
    return Border({"thing": KIND}, lambda secret: f"digest-of-{len(secret)}")


def record(**fields: Any) -> Record:
    return Record("thing", {**KEY, **fields}, "accounts.csv", OBSERVED, line=7, column=3, pointer="Sheet1")


class TestTypes:
    @pytest.mark.parametrize(
        ("field", "value", "stored"),
        [
            ("note", "王医生", "王医生"),
            ("note", "", ""),
            ("type", "log", "log"),
            ("size_bytes", 0, 0),
            ("count", -5, -5),
            ("count", (1 << 63) - 1, (1 << 63) - 1),
            ("share", 0.5, 0.5),
            ("share", 2, 2.0),
            ("enabled", False, False),
            ("seen", datetime(2026, 1, 1, 8, tzinfo=CHINA), "2026-01-01 00:00:00.000000"),
            ("seen", "2026-01-01T08:00:00.25+08:00", "2026-01-01 00:00:00.250000"),
            ("seen", "2026-01-01T00:00:00Z", "2026-01-01 00:00:00.000000"),
            ("due", date(2026, 2, 28), "2026-02-28"),
            ("due", "2024-02-29", "2024-02-29"),
            ("members", ["a", "乙"], ["a", "乙"]),
            ("members", ("a",), ["a"]),
            ("members", [], []),
            ("owner", None, None),
            ("expires", None, None),
        ],
    )
    def test_a_value_of_the_fields_type_is_stored(
        self, border: Border, field: str, value: Any, stored: Any
    ) -> None:
        row, rejected = border.admit(record(**{field: value}))
        assert row is not None
        assert (row[field], type(row[field])) == (stored, type(stored))
        assert rejected == []

    @pytest.mark.parametrize(
        ("field", "value", "why"),
        [
            ("note", 5, "5 is no text"),
            ("note", b"raw", "b'raw' is no text"),
            ("note", None, "none is not a value here"),
            ("type", "weekly", "is not one of full, log"),
            ("type", "Full", "is not one of full, log"),
            ("type", "", "is not one of full, log"),
            ("size_bytes", -1, "-1 is below zero"),
            ("count", "12", "'12' is no whole number"),
            ("count", 1.0, "1.0 is no whole number"),
            ("count", True, "True is no whole number"),
            ("count", 1 << 63, "is no whole number"),
            ("share", float("nan"), "nan is no number"),
            ("share", float("inf"), "inf is no number"),
            ("share", 10**400, "is no number"),
            ("share", False, "False is no number"),
            ("share", "0.5", "'0.5' is no number"),
            ("enabled", 1, "1 is neither true nor false"),
            ("enabled", "true", "'true' is neither true nor false"),
            ("seen", datetime(2026, 1, 1), "no time with a zone"),
            ("seen", "2026-01-01", "no time with a zone"),
            ("seen", "yesterday", "Invalid isoformat string"),
            ("seen", datetime.min.replace(tzinfo=CHINA), "date value out of range"),
            ("due", datetime(2026, 1, 1, tzinfo=UTC), "is a time, not a date"),
            ("due", "2026-02-29", "day is out of range"),
            ("due", 20260101, "is no date"),
            ("members", "a,b", "is no list of texts"),
            ("members", ["a", 1], "is no list of texts"),
            ("members", {"a": 1}, "is no list of texts"),
            ("members", ["x" * 60_000] * 40, "a list of 40 texts is too long to store"),
        ],
    )
    def test_any_other_value_is_set_aside_with_its_reason_and_the_row_lives_without_it(
        self, border: Border, field: str, value: Any, why: str
    ) -> None:
        row, rejected = border.admit(record(**{field: value}))
        assert row is not None
        assert field not in row
        assert len(rejected) == 1
        assert why in rejected[0].reason.en
        assert field in rejected[0].reason.zh
        place = (rejected[0].source, rejected[0].line, rejected[0].column, rejected[0].pointer)
        assert place == ("accounts.csv", 7, 3, "Sheet1")
        assert (rejected[0].kind, rejected[0].subject) == ("thing", field)

    def test_a_row_without_a_key_is_no_row(self, border: Border) -> None:
        row, rejected = border.admit(Record("thing", {"system_id": "HIS"}, "s", OBSERVED))
        assert row is None
        assert [one.subject for one in rejected] == ["login"]

    def test_a_row_whose_key_is_of_another_type_is_no_row_and_says_both(self, border: Border) -> None:
        row, rejected = border.admit(record(login=1001))
        assert row is None
        assert [one.reason.en for one in rejected] == [
            "field login: 1001 is no text",
            "no value for key login",
        ]

    def test_a_kind_that_no_schema_describes_is_set_aside(self, border: Border) -> None:
        row, rejected = border.admit(Record("rumour", KEY, "s", OBSERVED))
        assert row is None
        assert [one.reason.en for one in rejected] == ["unknown evidence kind"]


class TestNoneAndMissing:
    def test_known_to_be_empty_and_not_known_are_told_apart(self, border: Border) -> None:
        row, _ = border.admit(record(owner=None))
        assert row is not None
        assert row["owner"] is None
        assert row["_missing"] == ["expires"]

    def test_a_row_that_says_all_lacks_nothing(self, border: Border) -> None:
        row, _ = border.admit(record(owner=None, expires="2027-01-01"))
        assert row is not None
        assert row["_missing"] is None

    def test_a_refused_value_is_not_known(self, border: Border) -> None:
        row, rejected = border.admit(record(owner=None, expires="soon"))
        assert row is not None
        assert row["_missing"] == ["expires"]
        assert len(rejected) == 1


def test_fields_that_the_schema_does_not_list_are_dropped_and_counted(border: Border) -> None:
    for n in range(3):
        row, rejected = border.admit(record(login=f"u{n}", password="Hospital#1", diagnosis="I21.9"))
        assert row is not None
        assert {"password", "diagnosis"} & set(row) == set()
        assert rejected == []
    assert dict(border.dropped) == {"thing.password: unlisted": 3, "thing.diagnosis: unlisted": 3}


class TestPatients:
    @pytest.mark.parametrize(
        "text",
        [
            ID_CARD,
            ID_CARD.lower(),
            f"身份证{ID_CARD}号",
            MOBILE,
            f"电话:{MOBILE}。",
            "张三 病案号:00123456",
            "病案号 A0012345",
            "住院号#998877",
            "MRN: 12345678",
        ],
    )
    def test_what_looks_like_a_patient_drops_the_field_and_is_counted(
        self, border: Border, text: str
    ) -> None:
        row, rejected = border.admit(record(note=text, owner="李工"))
        assert row is not None
        assert "note" not in row
        assert row["owner"] == "李工"
        assert rejected == []
        assert dict(border.dropped) == {"thing.note: patient data": 1}

    @pytest.mark.parametrize(
        "text",
        [
            "99010119901307123X",
            "2026063008000013812345678901",
            "12812345678",
            "病案号",
            "病案首页系统",
            "10.12.34.56",
            "srv-20260630",
        ],
    )
    def test_what_only_looks_alike_stays(self, border: Border, text: str) -> None:
        row, _ = border.admit(record(note=text))
        assert row is not None
        assert row["note"] == text
        assert not border.dropped

    def test_a_patient_in_a_nullable_field_makes_it_not_known_rather_than_none(self, border: Border) -> None:
        row, _ = border.admit(record(owner=f"家属 {MOBILE}", expires=None))
        assert row is not None
        assert "owner" not in row
        assert row["_missing"] == ["owner"]

    def test_a_patient_in_a_list_drops_the_list(self, border: Border) -> None:
        row, _ = border.admit(record(members=["a", MOBILE]))
        assert row is not None
        assert "members" not in row
        assert dict(border.dropped) == {"thing.members: patient data": 1}

    def test_a_patient_in_a_key_is_digested_so_that_subjects_stay_apart(self, border: Border) -> None:
        row, _ = border.admit(record(login=MOBILE))
        assert row is not None
        assert row["login"] == "digest-of-11"

    @pytest.mark.parametrize("secret", [ID_CARD, MOBILE, "password=Hospital#1", JWT])
    def test_the_reason_of_a_refusal_does_not_quote_one(self, border: Border, secret: str) -> None:
        _, rejected = border.admit(record(type=secret, count=secret, seen=secret))
        assert len(rejected) == 3
        assert secret not in "".join(one.reason.en + one.reason.zh for one in rejected)


class TestSecrets:
    @pytest.mark.parametrize(
        "text",
        [
            HASH,
            "$2b$12$abcdefghijklmnopqrstuv",
            "$y$j9T$abcdefgh$ijkl",
            JWT,
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_0123456789abcdefghij",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
        ],
    )
    def test_a_secret_is_replaced_by_its_digest_and_counted(self, border: Border, text: str) -> None:
        row, rejected = border.admit(record(note=text))
        assert row is not None
        assert row["note"] == f"digest-of-{len(text)}"
        assert rejected == []
        assert dict(border.dropped) == {"thing.note: secret": 1}

    @pytest.mark.parametrize(
        "text",
        [
            "Server=db;Password=Hospital#1",
            "api_key: 0a1b2c3d",
            "curl -k -H 'X-Token: abcdefgh' https://x",
            f"- {HASH}",
        ],
    )
    def test_a_text_that_holds_more_than_a_secret_is_not_known(self, border: Border, text: str) -> None:
        """A condition that looks for something bad in it would not find it in a digest, and pass."""
        row, rejected = border.admit(record(note=text))
        assert row is not None
        assert "note" not in row
        assert rejected == []
        assert dict(border.dropped) == {"thing.note: secret": 1}

    @pytest.mark.parametrize("text", ["password_policy", "password = <none>", "password: hmac-sha256:00ff00"])
    def test_what_only_speaks_of_secrets_stays(self, border: Border, text: str) -> None:
        row, _ = border.admit(record(note=text))
        assert row is not None
        assert row["note"] == text

    def test_a_secret_in_a_list_drops_the_list(self, border: Border) -> None:
        row, _ = border.admit(record(members=["a", HASH]))
        assert row is not None
        assert "members" not in row

    def test_a_secret_in_a_key_is_digested(self, border: Border) -> None:
        row, _ = border.admit(record(login=HASH))
        assert row is not None
        assert row["login"] == f"digest-of-{len(HASH)}"


class TestHostileText:
    def test_a_megabyte_is_not_known_and_counted(self, border: Border) -> None:
        row, rejected = border.admit(record(note="长" * 1_000_000))
        assert row is not None
        assert "note" not in row
        assert rejected == []
        assert dict(border.dropped) == {"thing.note: too long": 1}

    def test_keys_that_differ_at_their_end_only_stay_apart(self, border: Border) -> None:
        one, other = (border.admit(record(login="a" * 1_000_000 + end))[0] for end in "bc")
        assert one is not None
        assert other is not None
        assert one["login"] != other["login"]
        assert one["login"].startswith("a" * 65_536 + "…")
        assert dict(border.dropped) == {"thing.login: cut short": 2}

    def test_a_text_of_the_longest_length_is_whole(self, border: Border) -> None:
        row, _ = border.admit(record(note="a" * 65_536))
        assert row is not None
        assert len(row["note"]) == 65_536
        assert not border.dropped

    def test_half_a_character_cannot_spoil_the_file(self, border: Border) -> None:
        row, _ = border.admit(record(note="王\ud800", members=["\udfff"]))
        assert row is not None
        assert (row["note"], row["members"]) == ("王?", ["?"])
        json.dumps(row, ensure_ascii=False).encode("utf-8")

    def test_any_mixture_of_values_gives_a_row_that_can_be_written(self, border: Border) -> None:
        chance = random.Random(20260630)
        values = [
            None,
            True,
            -1,
            1.5,
            float("nan"),
            "",
            "\ud800",
            ID_CARD,
            HASH,
            [],
            ["x", 1],
            OBSERVED,
            object(),
        ]
        names = [*KIND.fields, "unlisted"]
        for _ in range(500):
            fields = {name: chance.choice(values) for name in chance.sample(names, 6)}
            row, rejected = border.admit(Record("thing", fields, "s", OBSERVED))
            assert row is not None or rejected
            text = json.dumps(row, ensure_ascii=False, allow_nan=False)
            text.encode("utf-8")
            assert ID_CARD not in text
            assert HASH not in text
