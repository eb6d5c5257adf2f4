"""Parameters: their values by profile, their bounds, and how text becomes a value that can be bound."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from typing import Any

from hiscomply.frozen import dataclass
from hiscomply.kinds import FieldType, parse_duration
from hiscomply.model import Source, Text
from hiscomply.patterns import late

PROFILES = ("baseline", "tertiary", "strict")
FIELD_TYPES: Mapping[str, FieldType] = {
    "duration": FieldType.DURATION,
    "integer": FieldType.INTEGER,
    "number": FieldType.NUMBER,
    "percent": FieldType.NUMBER,
    "text": FieldType.TEXT,
    "list": FieldType.LIST,
    "boolean": FieldType.BOOLEAN,
}
BINDING_STRENGTHS = frozenset({"law", "rule"})
_PERCENT = late(r"^(\d+(?:\.\d+)?) ?%$")

Key = tuple[str | int | bool, ...]


UNITS: Mapping[str, Text] = {
    "account": Text("个账户", "accounts"),
    "attempt": Text("次", "attempts"),
    "character": Text("个字符", "characters"),
    "day": Text("天", "days"),
    "fault": Text("次", "faults"),
    "hour": Text("小时", "hours"),
    "level": Text("级", "level"),
    "month": Text("月", "month"),
    "password": Text("个口令", "passwords"),
    "percent": Text("%", "percent"),
    "person": Text("人", "persons"),
    "point": Text("分", "points"),
    "session": Text("次", "sessions"),
    "class": Text("类字符", "classes"),
    "message": Text("封", "messages"),
    "millisecond": Text("毫秒", "milliseconds"),
    "quarter": Text("个季度", "quarters"),
    "second": Text("秒", "seconds"),
    "source": Text("个来源", "sources"),
    "year": Text("年", "years"),
    "working day": Text("个工作日", "working days"),
}
"""Units that whole numbers and numbers may have."""


def key_text(key: Key) -> str:
    """A key as people write it: ``1``, ``true/total``."""
    return "/".join(str(part).lower() if isinstance(part, bool) else str(part) for part in key)


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A parameter as its policy declares it. Plain data, so that it can be cached.

    Attributes:
        keys: the types of a keyed parameter's key, empty for a plain one.
        defaults: by profile, as written; for a keyed one a mapping or rows with the value last.
        unit: of a whole number or number, one of ``UNITS``; other types carry theirs in the value.
        key_sources: where single values of a keyed parameter have another source than the rest, by key.
    """

    name: str
    type: str
    keys: tuple[str, ...]
    defaults: Mapping[str, Any]
    minimum: Any
    maximum: Any
    tighter: str | None
    source: Source
    title: Text | None
    place: str
    unit: str | None = None
    key_sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def field_type(self) -> FieldType:
        """The type of one value in an expression."""
        return FIELD_TYPES[self.type]

    def source_of(self, key: Key) -> Source:
        """The source of one value of a keyed parameter."""
        return self.key_sources.get(key_text(key), self.source)

    def default(self, profile: str) -> Any:
        """The default of a profile as written; a profile without its own takes ``tertiary``."""
        return self.defaults.get(profile, self.defaults["tertiary"])

    def all_keys(self) -> list[Key]:
        """Every key that some profile knows, in order of first mention."""
        found: dict[Key, None] = {}
        for written in self.defaults.values():
            found.update(dict.fromkeys(keyed_rows(written)))
        return list(found)


def keyed_rows(written: Any) -> dict[Key, Any]:
    """A keyed default as ``{key: value as written}``.

    Raises:
        ValueError: it is neither a mapping nor a list of rows.
    """
    if isinstance(written, Mapping):
        return {(key,): value for key, value in written.items()}
    if isinstance(written, list) and all(isinstance(row, list) and len(row) >= 2 for row in written):
        return {tuple(row[:-1]): row[-1] for row in written}
    raise ValueError("a keyed parameter takes a mapping, or rows with the value last")


def parse_value(type_: str, written: Any) -> Any:
    """A written value as one that can be bound: timedelta, int, float, str, bool or list of str.

    Raises:
        ValueError: it is not a value of that type; the message says what one looks like.
    """
    match type_:
        case "duration":
            value = parse_duration(written) if isinstance(written, str) else None
            if value is None:
                raise ValueError(f"{written!r} is no duration, write for example '45 days' or '4 hours'")
            return value
        case "percent":
            match = _PERCENT.match(written.strip()) if isinstance(written, str) else None
            if match is None or float(match[1]) > 100:
                raise ValueError(f"{written!r} is no share, write for example '95 %'")
            return float(match[1]) / 100
        case "integer":
            if isinstance(written, int) and not isinstance(written, bool):
                return written
        case "number":
            if isinstance(written, int | float) and not isinstance(written, bool) and math.isfinite(written):
                return float(written)
        case "text":
            if isinstance(written, str):
                return written
        case "boolean":
            if isinstance(written, bool):
                return written
        case "list":
            if isinstance(written, list) and written and all(isinstance(item, str) for item in written):
                return list(written)
    raise ValueError(f"{written!r} is not of type {type_}")


def bind_name(name: str, number: int | None = None) -> str:
    """The name of the placeholder for a parameter, or for one value of a keyed one."""
    return f"p_{name}" if number is None else f"p_{name}__{number}"


def bindings(spec: ParameterSpec, written: Any) -> dict[str, Any]:
    """Placeholders and values for one parameter; a key without a value is bound to None: not known.

    Raises:
        ValueError: as ``parse_value``, or a key that the policy does not know.
    """
    if not spec.keys:
        return {bind_name(spec.name): parse_value(spec.type, written)}
    rows = keyed_rows(written)
    keys = spec.all_keys()
    for key in rows:
        if key not in keys:
            known = ", ".join("/".join(map(str, one)) for one in keys)
            raise ValueError(f"key {'/'.join(map(str, key))!r} is not one of {known}")
    return {
        bind_name(spec.name, number): parse_value(spec.type, rows[key]) if key in rows else None
        for number, key in enumerate(keys)
    }


def is_looser(spec: ParameterSpec, value: Any, default: Any) -> bool | None:
    """Whether a value asks less than the default; None when the policy does not say what asks more."""
    if spec.tighter is None or not isinstance(value, int | float | timedelta):
        return None if value != default else False
    higher: bool = value > default
    lower: bool = value < default
    return higher if spec.tighter == "lower" else lower
