"""What a field's value becomes in a row, or why it cannot be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from hiscomply.collect.suspects import mask, whole
from hiscomply.kinds import Field, FieldType

MAX_TEXT: Final = 65_536
"""Characters of the longest text that is kept; a longer one is not known, but for a key, of which so much is kept."""
_MAX_LIST = 1_000_000

Converter = Callable[[Any], Any]


def converter(known: Field) -> Converter:
    """A function that gives the stored form of a field's value, or raises ValueError."""
    base = _BASE[known.type]
    allows_none, enum = known.none_means is not None, frozenset(known.enum)

    def check(value: Any) -> Any:
        if value is None:
            if allows_none:
                return None
            raise ValueError("none is not a value here; leave the field out for 'not known'")
        stored = base(value)
        if known.is_nonnegative and stored < 0:
            raise ValueError(f"{_short(value)} is below zero")
        if enum and stored not in enum:
            raise ValueError(f"{_short(stored)} is not one of {', '.join(sorted(enum))}")
        return stored

    return check


def _short(value: Any) -> str:
    text = mask(repr(value))
    return text if len(text) <= 40 else text[:37] + "…'"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{_short(value)} is no text")
    if len(value) > MAX_TEXT:
        value = value[:MAX_TEXT] + "…"
    return whole(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 63:
        raise ValueError(f"{_short(value)} is no whole number")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e300:
        raise ValueError(f"{_short(value)} is no number")
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_short(value)} is neither true nor false")
    return value


def _timestamp(value: Any) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"{_short(value)} is no time with a zone")
    return utc_stamp(value)


def utc_stamp(moment: datetime) -> str:
    """A moment with a zone as it stands in a row: ``2026-06-30 00:00:00.000000``, UTC."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _date(value: Any) -> str:
    if isinstance(value, datetime):
        raise ValueError(f"{_short(value)} is a time, not a date")
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if not isinstance(value, date):
        raise ValueError(f"{_short(value)} is no date")
    return value.isoformat()


def _list(value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{_short(value)} is no list of texts")
    texts = [_text(item) for item in value]
    if sum(map(len, texts)) > _MAX_LIST:
        raise ValueError(f"a list of {len(texts)} texts is too long to store")
    return texts


_BASE: Mapping[FieldType, Converter] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.TIMESTAMP: _timestamp,
    FieldType.DATE: _date,
    FieldType.LIST: _list,
}
