"""From the settings of one file to records of the kinds ``config_file`` and ``setting``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from hiscomply.hookspecs import Setting
from hiscomply.model import Record
from hiscomply_files.secrets import Digest, guard

NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")
NAMED_VALUES = frozenset({"value", "default"})


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
    names = {s.key[:-5]: s.value for s in ordered if s.key.endswith(".name") and s.value}
    occurrences: dict[str, int] = {}
    for setting in ordered:
        key = clean(setting.key)
        occurrences[key] = occurrences.get(key, 0) + 1
        fields = _fields(setting, key, digest, names)
        fields |= {"file": source, "format": file_format, "occurrence": occurrences[key]}
        if asset_id is not None:
            fields["asset_id"] = asset_id
        yield Record("setting", fields, source, observed_at, setting.line, setting.column, key)


def _fields(setting: Setting, key: str, digest: Digest, names: dict[str, str]) -> dict[str, Any]:
    parent, _, name = key.rpartition(".")
    value = None if setting.value is None else clean(setting.value)
    hint = names.get(parent) if name in NAMED_VALUES else None
    guarded = guard(name, parent, value, digest, hint or "")
    fields: dict[str, Any] = {
        "key": key,
        "parent": parent or None,
        "value": guarded.value,
        "is_effective": setting.is_effective,
        "section": setting.section,
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
