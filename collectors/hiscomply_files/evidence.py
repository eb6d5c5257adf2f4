"""From the settings of one file to records of the kinds ``config_file`` and ``setting``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from hiscomply.configurations import Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Record
from hiscomply_files.secrets import Digest, NeedsDigest, guard, without_digest

NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")
NAMED_VALUES = frozenset({"value", "default"})
_NAMED_ENDINGS = tuple(NAMED_VALUES)
_LONGEST_KEPT = 200

Fields = Callable[[str, str | None, str, Digest], dict[str, Any]]
"""From key, value and the name of a sibling that names the value, to fields of a record."""


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
    ordered = list(settings)
    names = names_beside(ordered)
    occurrences: dict[str, int] = {}
    for setting in ordered:
        fields = said_of(setting.key, setting.value, names, digest, _fields)
        key = fields["key"]
        occurrences[key] = occurrences.get(key, 0) + 1
        fields["is_effective"], fields["section"] = setting.is_effective, setting.section
        fields["file"], fields["format"], fields["occurrence"] = source, file_format, occurrences[key]
        if asset_id is not None:
            fields["asset_id"] = asset_id
        yield Record("setting", fields, source, observed_at, setting.line, setting.column, key)


def names_beside(settings: Iterable[Setting | Value]) -> dict[str, str]:
    """What each mapping is called by its own ``name``: that names the ``value`` beside it too."""
    return {one.key[:-5]: one.value for one in settings if one.key.endswith(".name") and one.value}


def said_of(
    key: str, value: str | None, names: Mapping[str, str], digest: Digest, fields: Fields
) -> dict[str, Any]:
    """The fields that follow from a key and its value, as a dict of its own. What holds no secret is remembered."""
    hint = ""
    if names and key.endswith(_NAMED_ENDINGS):
        parent, _, name = key.rpartition(".")
        hint = names.get(parent, "") if name in NAMED_VALUES else ""
    if value is None or len(value) <= _LONGEST_KEPT:
        known = _remembered(key, value, hint, fields)
        if known is not None:
            return known.copy()
    return fields(key, value, hint, digest)


@lru_cache(maxsize=8192)
def _remembered(key: str, value: str | None, hint: str, fields: Fields) -> dict[str, Any] | None:
    try:
        return fields(key, value, hint, without_digest)
    except NeedsDigest:
        return None


def _fields(key: str, value: str | None, hint: str, digest: Digest) -> dict[str, Any]:
    key, value = clean(key), None if value is None else clean(value)
    parent, _, name = key.rpartition(".")
    guarded = guard(name, parent, value, digest, hint)
    fields: dict[str, Any] = {
        "key": key,
        "parent": parent or None,
        "value": guarded.value,
        "is_effective": None,
        "section": None,
        "is_secret": guarded.is_secret,
        "is_placeholder": guarded.is_placeholder,
        "value_empty": not value,
        "value_length": len(value or ""),
    }
    if value is not None and not guarded.is_secret and NUMBER.fullmatch(value):
        fields["number"] = float(value)
    return fields


def clean(text: str) -> str:
    """The text without NUL and lone surrogates, which no store can keep; they become U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\x00", "\ufffd")
