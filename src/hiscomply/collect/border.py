"""The border: every record passes here before it can be stored.

Unlisted fields are dropped, mistyped ones set aside, patient data and secrets never get through; all of it
is counted.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hiscomply.collect.plain_rows import Memory, written
from hiscomply.collect.stored_values import MAX_TEXT, Converter, converter
from hiscomply.collect.suspects import MASK, PATIENT, SECRET, is_secret_alone, is_suspect, mask, whole
from hiscomply.kinds import FieldType, Kind
from hiscomply.model import Record, Rejected, Text
from hiscomply.units import Passage, Rows

_LONG_SECRET = 6
"""Characters from which on a secret is looked for inside other texts."""
_MEMORY = 2_000
"""So many sources are remembered as they are written."""


@dataclass(slots=True)
class Border:
    """Checks the records of one collection.

    Attributes:
        digest: turns a secret into something that can be compared but not read.
        dropped: how many values were dropped, by ``kind.field: why``.
        secrets: texts that this collection used to get in; whatever holds one of them is treated as a secret.
        memory: what values become that nothing is to be said of; may be that of other collections too, and knows
            nothing of their secrets.
    """

    kinds: Mapping[str, Kind]
    digest: Callable[[str], str]
    dropped: Counter[str] = field(default_factory=Counter)
    secrets: set[str] = field(default_factory=set)
    memory: Memory = field(default_factory=Memory)
    _checks: dict[str, dict[str, Converter]] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)
    _secrets_known: int = 0
    _signs: tuple[str, ...] = ()
    """A part of each secret, as it stands in JSON, without which no row can hold that secret."""

    def plain(self, record: Record) -> str | None:
        """The row that ``admit`` gives, as JSON without its braces, if there is nothing else to be said of it.

        None means that ``admit`` is to be asked: the row may be another than the record, or none.
        """
        if len(self.secrets) != self._secrets_known:
            self._learn()
        known = self.kinds.get(record.kind)
        row = None if known is None else self.memory.rows(known).row(record.fields)
        if row is not None and self._signs and any(sign in row for sign in self._signs):
            return None
        return row

    def plain_rows(self, block: Rows) -> list[str] | None:
        """The same for records that share what they say; None if one of them is to be asked for."""
        if len(self.secrets) != self._secrets_known:
            self._learn()
        known = self.kinds.get(block.kind)
        rows = None if known is None else self.memory.rows(known).rows(block)
        if rows and self._signs and any(sign in row for row in rows for sign in self._signs):
            return None
        return rows

    def plain_passage(self, passage: Passage) -> tuple[str, list[str]] | None:
        """How the rows of a passage begin, and how each of them ends; None if one of them is to be asked for."""
        if len(self.secrets) != self._secrets_known:
            self._learn()
        known = self.kinds.get(passage.kind)
        rows = None if known is None else self.memory.rows(known).passage(passage.own, passage.stretch)
        if rows is not None and any(sign in part for part in (rows[0], *rows[1]) for sign in self._signs):
            return None
        return rows

    def place(self, source: str) -> str:
        """Where a record came from, as it may be shown, in JSON."""
        if len(self.secrets) != self._secrets_known:
            self._learn()
        known = self._places.get(source)
        if known is None:
            if len(self._places) >= _MEMORY:
                self._places.clear()
            known = self._places[source] = written(self.shown(source) if self.secrets else source)
        return known

    def _learn(self) -> None:
        """A further secret has been got in: places that were harmless so far may hold it."""
        self._places.clear()
        # Of several lines one, for the items of a list stand otherwise in JSON than the lines that they are searched as.
        self._signs = tuple(written(max(one.split("\n"), key=len))[1:-1] for one in self.secrets)
        self._secrets_known = len(self.secrets)

    def admit(self, record: Record) -> tuple[dict[str, Any] | None, list[Rejected]]:
        """The row to store (None if it cannot be one), and what was set aside."""
        kind = self.kinds.get(record.kind)
        if kind is None:
            return None, [_rejected(record, "", f"未知的证据类型 {record.kind!r}", "unknown evidence kind")]
        checks = self._checks.get(record.kind)
        if checks is None:
            checks = self._checks[record.kind] = {
                name: converter(known) for name, known in kind.fields.items()
            }
        row: dict[str, Any] = {}
        rejected: list[Rejected] = []
        for name, value in record.fields.items():
            check = checks.get(name)
            if check is None:
                self.dropped[f"{kind.name}.{name}: unlisted"] += 1
                continue
            try:
                stored = check(value)
            except (ValueError, OverflowError) as error:
                rejected.append(
                    _rejected(
                        record, name, f"字段 {name} 的值不符合要求", f"field {name}: {mask(str(error))}"
                    )
                )
                continue
            if not _is_cut(stored):
                row[name] = stored
            elif name in kind.key:
                self.dropped[f"{kind.name}.{name}: cut short"] += 1
                row[name] = stored + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16]
            else:
                # What it begins with says nothing of what it does not hold.
                self.dropped[f"{kind.name}.{name}: too long"] += 1
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
        """Replaces what is a secret, drops what holds one or patient data; one search per row while all is well."""
        texts = [value for value in row.values() if isinstance(value, str)]
        lists = [item for value in row.values() if isinstance(value, list) for item in value]
        joined = "\n".join([*texts, *lists])
        if not is_suspect(joined) and not self._holds_secret(joined):
            return
        for name, value in list(row.items()):
            text = "\n".join(value) if isinstance(value, list) else value
            if not isinstance(text, str) or kind.fields[name].type in (FieldType.TIMESTAMP, FieldType.DATE):
                continue
            is_secret = SECRET.search(text) or self._holds_secret(text)
            why = "patient data" if PATIENT.search(text) else "secret" if is_secret else None
            if why is None:
                continue
            self.dropped[f"{kind.name}.{name}: {why}"] += 1
            is_alone = why == "secret" and (text in self.secrets or is_secret_alone(text))
            if name in kind.key or (is_alone and not isinstance(value, list)):
                row[name] = self.digest(text)
            else:
                # What a text says besides, a condition would look for in the digest, and not find.
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
                text = text.replace(one, MASK)
        return mask(text)

    def shown_rejected(self, item: Rejected) -> Rejected:
        """What was set aside as it may be shown: a reason quotes the value that was refused."""
        return replace(
            item,
            source=whole(self.shown(item.source) if self.secrets else item.source),
            reason=Text(self.shown(item.reason.zh), self.shown(item.reason.en)),
            pointer=None if item.pointer is None else self.shown(item.pointer),
            subject=self.shown(item.subject),
        )


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


def _is_cut(stored: Any) -> bool:
    texts = stored if isinstance(stored, list) else [stored]
    return any(isinstance(text, str) and len(text) > MAX_TEXT for text in texts)
