"""One line of JSON to a record, an end line, or the reason why it is neither. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn
from zoneinfo import ZoneInfo

from hiscomply.model import Record, Rejected, Text

MAX_LINE_BYTES: Final = 1 << 20
END: Final = "_end"
_PROVENANCE: Final = frozenset(("_source", "_line", "_column", "_pointer", "_observed_at"))


@dataclass(frozen=True, slots=True)
class Origin:
    """What holds for every line of one stream.

    Attributes:
        observed_at: when a record without its own ``_observed_at`` was true.
        zone: for times without a zone.
    """

    source: str
    observed_at: datetime
    zone: ZoneInfo
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class End:
    """The line that proves completeness: how many records there are, in all or by kind."""

    records: int | Mapping[str, int]


class _Bad(ValueError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


def parse_line(number: int, data: bytes | None, origin: Origin) -> Record | Rejected | End:
    """What one line says.

    Args:
        number: of the line, from 1.
        data: the line; None for one that was longer than ``MAX_LINE_BYTES``.
    """
    kind: str | None = None
    try:
        values = _object(data)
        # a kind that has a field called kind (account, ticket) leaves that name to the field
        given = values.pop("_kind") if "_kind" in values else values.pop("kind", None)
        if given == END:
            return _end(values)
        if not isinstance(given, str):
            raise _Bad("缺少 kind", "kind is missing")
        if given not in origin.kinds:
            known = ", ".join(sorted(origin.kinds))
            raise _Bad(f"kind 不在该目标的 kinds({known})中", f"its kind is none of this target's: {known}")
        kind = given
        return _record(kind, number, values, origin)
    except _Bad as bad:
        return Rejected(kind=kind, source=origin.source, reason=bad.reason, line=number)


def _object(data: bytes | None) -> dict[str, Any]:
    if data is None:
        raise _Bad(f"此行超过 {MAX_LINE_BYTES} 字节", f"the line is longer than {MAX_LINE_BYTES} bytes")
    try:
        text = data.decode("utf-8")
        # json.loads makes a decoder each time; it is asked for its word on a byte order mark.
        values = json.loads(text) if text.startswith("\ufeff") else _DECODER.decode(text)
    except UnicodeDecodeError:
        raise _Bad("不是 UTF-8 文本", "no UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise _Bad(
            f"不是有效的 JSON(第 {error.colno} 列)", f"no valid JSON: {error.msg}, column {error.colno}"
        ) from None
    except RecursionError:
        raise _Bad("JSON 嵌套过深", "the JSON is nested too deeply") from None
    except _Bad:
        raise
    except ValueError:
        raise _Bad("JSON 中有无法表示的数", "the JSON holds a number that cannot be kept") from None
    if not isinstance(values, dict):
        raise _Bad("一行应为一个 JSON 对象", "a line must be one JSON object")
    return values


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _Bad("同一键出现两次", "a key is given twice")
    return values


def _no_constant(_text: str) -> NoReturn:
    raise _Bad("NaN 与 Infinity 不是 JSON", "NaN and Infinity are no JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_constant)


def _end(values: Mapping[str, Any]) -> End:
    records: Any = values.get("records")
    if isinstance(records, dict) and all(_is_count(one) for one in records.values()):
        return End(records)
    if not _is_count(records):
        raise _Bad(
            '结束行应写作 {"kind": "_end", "records": 条数}',
            'the end line must say {"kind": "_end", "records": COUNT}',
        )
    return End(int(records))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _record(kind: str, number: int, values: dict[str, Any], origin: Origin) -> Record:
    if _PROVENANCE.isdisjoint(values):
        return Record(kind, values, origin.source, origin.observed_at, number)
    given = {name: values.pop(name) for name in _PROVENANCE if values.get(name) is not None}
    has_own_source = "_source" in given
    return Record(
        kind=kind,
        fields={name: value for name, value in values.items() if name not in _PROVENANCE},
        source=_text(given, "_source") or origin.source,
        observed_at=_moment(given, origin),
        line=_position(given, "_line") if has_own_source or "_line" in given else number,
        column=_position(given, "_column"),
        pointer=_text(given, "_pointer"),
    )


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise _Bad(f"{name} 应为文本", f"{name} must be a text")
    return value


def _position(given: Mapping[str, Any], name: str) -> int | None:
    value = given.get(name)
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 31
    ):
        raise _Bad(f"{name} 应为从 1 起的整数", f"{name} must be a whole number from 1")
    return value


def _moment(given: Mapping[str, Any], origin: Origin) -> datetime:
    value = given.get("_observed_at")
    if value is None:
        return origin.observed_at
    try:
        return parse_moment(value, origin.zone)
    except (TypeError, ValueError, OverflowError):
        raise _Bad("_observed_at 不是有效时间", "_observed_at is no ISO 8601 time") from None


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 time in UTC; one without a zone is in ``zone``.

    Raises:
        TypeError, ValueError, OverflowError: it is none.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
