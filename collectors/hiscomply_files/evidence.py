"""From the settings of one file to records of the kinds ``config_file`` and ``setting``."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from hiscomply.configurations import Value
from hiscomply.file_names import clean
from hiscomply.hookspecs import Setting
from hiscomply.model import Record
from hiscomply.units import MAX_ROWS, Row, Rows
from hiscomply_files.secret_names import is_secret_name
from hiscomply_files.secrets import Digest, NeedsDigest, guard, without_digest

NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")
NAMES = (".name", ".key", ".Name", ".Key", ".@name", ".@key", ".param-name")
NAMED_VALUES = frozenset({"value", "default", "Value", "@value", "param-value"})
_NAMED_ENDINGS = tuple(NAMED_VALUES)
_TEXT = ".@"
"""Marks what the text of an element of XML is called by an attribute of it."""
_LONGEST_KEPT = 200

Fields = Callable[[str, str | None, str, Any, str | None, Digest], Mapping[str, Any]]
"""From key, value, the name of a sibling that names the value, what else there is to say, and section, to fields of a record."""


def setting_records(
    source: str,
    file_format: str,
    settings: Iterable[Setting],
    *,
    observed_at: datetime,
    digest: Digest,
    asset_id: str | None = None,
) -> Iterator[Record]:
    """One ``setting`` record per setting, in order, with its secrets replaced.

    Args:
        source: the file's path as people know it, or the command that printed the settings.
        file_format: the format's name.
        digest: turns a secret into its keyed digest.
        asset_id: the host they hold for, left out when it is not known.
    """
    for block in setting_rows(
        source, file_format, list(settings), observed_at=observed_at, digest=digest, asset_id=asset_id
    ):
        yield from block.records()


def setting_rows(
    source: str,
    file_format: str,
    settings: Sequence[Setting],
    *,
    observed_at: datetime,
    digest: Digest,
    asset_id: str | None = None,
) -> Iterator[Rows]:
    """The same as records that share what they say."""
    names = names_beside(settings)
    occurrences: dict[str, int] = {}
    owner = () if asset_id is None else (asset_id,)
    own = ("file", "format", "occurrence", *(() if asset_id is None else ("asset_id",)))
    block: list[Row] = []
    for one in settings:
        hint = hint_of(one.key, names) if names else ""
        said = remembered(_fields, one.key, one.value, hint, one.is_effective, one.section)
        if block and (said is None or len(block) == MAX_ROWS):
            # Secrets are seen in the order of their records, here and at the border.
            yield Rows("setting", own, observed_at, block)
            block = []
        if said is None:
            said = _fields(one.key, one.value, hint, one.is_effective, one.section, digest)
        key = said["key"]
        count = occurrences[key] = occurrences.get(key, 0) + 1
        block.append(Row(said, (source, file_format, count, *owner), source, one.line, one.column, key))
    if block:
        yield Rows("setting", own, observed_at, block)


def names_beside(settings: Iterable[Setting | Value]) -> dict[str, str]:
    """What each mapping is called by a ``name`` or ``key`` of its own: that names the ``value`` beside it too.

    Of two such names the one counts that says that the value is a secret.
    """
    found: dict[str, str] = {}
    for one in settings:
        if one.value and one.key.endswith(NAMES):
            parent, _, name = one.key.rpartition(".")
            for place in (parent, f"{parent}{_TEXT}") if name[0] == "@" else (parent,):
                if place not in found or is_secret_name(one.value):
                    found[place] = one.value
    return found


def hint_of(key: str, names: Mapping[str, str]) -> str:
    """The name of a sibling that names the value of this key; empty if there is none."""
    if key.endswith(_NAMED_ENDINGS):
        parent, _, name = key.rpartition(".")
        if name in NAMED_VALUES and parent in names:
            return names[parent]
    return names.get(f"{key}{_TEXT}", "")


def remembered(
    fields: Fields, key: str, value: str | None, hint: str, more: Hashable, section: str | None
) -> Mapping[str, Any] | None:
    """The fields of a key and its value, the same mapping each time; None for what holds a secret or is too long to keep."""
    if value is not None and len(value) > _LONGEST_KEPT:
        return None
    return _remembered(fields, key, value, hint, more, section)


@lru_cache(maxsize=8192, typed=True)
def _remembered(
    fields: Fields, key: str, value: str | None, hint: str, more: Hashable, section: str | None
) -> Mapping[str, Any] | None:
    try:
        return fields(key, value, hint, more, section, without_digest)
    except NeedsDigest:
        return None


def _fields(
    key: str, value: str | None, hint: str, is_effective: Any, section: str | None, digest: Digest
) -> Mapping[str, Any]:
    key, value = clean(key), None if value is None else clean(value)
    parent, _, name = key.rpartition(".")
    guarded = guard(name, parent, value, digest, hint)
    fields: dict[str, Any] = {
        "key": key,
        "parent": parent or None,
        "value": guarded.value,
        "is_effective": is_effective,
        "section": section,
        "is_secret": guarded.is_secret,
        "is_placeholder": guarded.is_placeholder,
        "value_empty": not value,
        "value_length": len(value or ""),
    }
    if value is not None and not guarded.is_secret and NUMBER.fullmatch(value):
        fields["number"] = float(value)
    return fields
