"""The border: every record passes here before it can be stored.

Unlisted fields are dropped, mistyped ones set aside, patient data and secrets never get through; all of it
is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from hiscomply.kinds import Field, FieldType, Kind
from hiscomply.model import Record, Rejected, Text

_PATIENT = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
    r"|(?<![0-9A-Fa-f])1[3-9]\d{9}(?![0-9A-Fa-f])"
    r"|(?:病案号|住院号|门诊号|病历号|就诊卡号|\bMRN\b)[::\s#]*\w*\d{4,}"
)
"""18-digit identity numbers with a possible birth date, mobile numbers (not inside a digest), record numbers."""
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\$(?:1|2[aby]|5|6|7|y|gy|argon2\w*|scrypt)\$[^\s:]{8,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\b(?:AKIA|ghp_|glpat-|xox[abp]-)[\w-]{12,}"
    r"|(?i:\b(?:password|passwd|pwd|secret|token|api[_-]?key)\b\s*[=:]\s*)(?!hmac-sha256:)[^\s,;\"'*<$]{3,}"
)
_SUSPECT = re.compile(f"{_PATIENT.pattern}|{_SECRET.pattern}")
_MAX_TEXT = 65_536
_MAX_LIST = 1_000_000
_MASK = "[…]"
_LONG_SECRET = 6
"""Characters from which on a secret is looked for inside other texts."""

Converter = Callable[[Any], Any]


@dataclass(slots=True)
class Border:
    """Checks the records of one collection.

    Attributes:
        digest: turns a secret into something that can be compared but not read.
        dropped: how many values were dropped, by ``kind.field: why``.
        secrets: texts that this collection used to get in; whatever holds one of them is treated as a secret.
    """

    kinds: Mapping[str, Kind]
    digest: Callable[[str], str]
    dropped: Counter[str] = field(default_factory=Counter)
    secrets: set[str] = field(default_factory=set)
    _checks: dict[str, dict[str, Converter]] = field(default_factory=dict)

    def admit(self, record: Record) -> tuple[dict[str, Any] | None, list[Rejected]]:
        """The row to store (None if it cannot be one), and what was set aside."""
        kind = self.kinds.get(record.kind)
        if kind is None:
            return None, [_rejected(record, "", f"未知的证据类型 {record.kind!r}", "unknown evidence kind")]
        checks = self._checks.get(record.kind)
        if checks is None:
            checks = self._checks[record.kind] = {
                name: _converter(known) for name, known in kind.fields.items()
            }
        row: dict[str, Any] = {}
        rejected: list[Rejected] = []
        for name, value in record.fields.items():
            check = checks.get(name)
            if check is None:
                self.dropped[f"{kind.name}.{name}: unlisted"] += 1
                continue
            try:
                row[name] = check(value)
                if _is_cut(row[name]):
                    self.dropped[f"{kind.name}.{name}: cut short"] += 1
            except (ValueError, OverflowError) as error:
                rejected.append(
                    _rejected(
                        record, name, f"字段 {name} 的值不符合要求", f"field {name}: {mask(str(error))}"
                    )
                )
        self._guard(kind, row)
        for name in kind.key:
            if row.get(name) is None:
                return None, [
                    *rejected,
                    _rejected(record, name, f"缺少主键字段 {name}", f"no value for key {name}"),
                ]
        missing = [
            name for name, known in kind.fields.items() if known.none_means is not None and name not in row
        ]
        row["_missing"] = missing or None
        return row, rejected

    def _guard(self, kind: Kind, row: dict[str, Any]) -> None:
        """Replaces secrets, drops what looks like patient data; one search per row while all is well."""
        texts = [value for value in row.values() if isinstance(value, str)]
        lists = [item for value in row.values() if isinstance(value, list) for item in value]
        whole = "\n".join([*texts, *lists])
        if not _SUSPECT.search(whole) and not self._holds_secret(whole):
            return
        for name, value in list(row.items()):
            text = "\n".join(value) if isinstance(value, list) else value
            if not isinstance(text, str) or kind.fields[name].type in (FieldType.TIMESTAMP, FieldType.DATE):
                continue
            is_secret = _SECRET.search(text) or self._holds_secret(text)
            why = "patient data" if _PATIENT.search(text) else "secret" if is_secret else None
            if why is None:
                continue
            self.dropped[f"{kind.name}.{name}: {why}"] += 1
            if name in kind.key or (why == "secret" and not isinstance(value, list)):
                row[name] = self.digest(text)
            else:
                del row[name]

    def _holds_secret(self, text: str) -> bool:
        # A short one is too likely to be a part of something harmless; it counts only as a whole value.
        return any(
            one in text if len(one) >= _LONG_SECRET else one in text.split("\n") for one in self.secrets
        )

    def shown(self, text: str) -> str:
        """A sentence as it may be shown, without what this collection used to get in."""
        for one in sorted(self.secrets, key=len, reverse=True):
            if len(one) >= _LONG_SECRET:
                text = text.replace(one, _MASK)
        return mask(text)

    def shown_rejected(self, item: Rejected) -> Rejected:
        """What was set aside as it may be shown: a reason quotes the value that was refused."""
        return replace(
            item,
            source=_whole(self.shown(item.source) if self.secrets else item.source),
            reason=Text(self.shown(item.reason.zh), self.shown(item.reason.en)),
            pointer=None if item.pointer is None else self.shown(item.pointer),
            subject=self.shown(item.subject),
        )


def mask(text: str) -> str:
    """A sentence or a place as it may be shown: without secrets, patient data or broken characters."""
    return _whole(_SUSPECT.sub(_MASK, text))


def _rejected(record: Record, name: str, zh: str, en: str) -> Rejected:
    return Rejected(
        kind=record.kind,
        source=record.source,
        reason=Text(zh, en),
        line=record.line,
        column=record.column,
        pointer=record.pointer,
        subject=name,
    )


def _converter(known: Field) -> Converter:
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
    if len(value) > _MAX_TEXT:
        value = value[:_MAX_TEXT] + "…"
    return _whole(value)


def _whole(text: str) -> str:
    """The text with ``?`` for halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _is_cut(stored: Any) -> bool:
    texts = stored if isinstance(stored, list) else [stored]
    return any(isinstance(text, str) and len(text) > _MAX_TEXT for text in texts)


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
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


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
