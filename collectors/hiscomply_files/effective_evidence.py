"""From configurations to records of the kinds ``configuration`` and ``effective_setting``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hiscomply.configurations import Configuration, Value
from hiscomply.model import Record
from hiscomply_files.evidence import NAMED_VALUES, NUMBER, clean
from hiscomply_files.secrets import Digest, guard


def configuration_records(
    configuration: Configuration, *, observed_at: datetime, digest: Digest, asset_id: str | None = None
) -> Iterator[Record]:
    """The configuration's own record, then one for each value in effect, with its secrets replaced.

    ``settings`` says how many values there are, and is left out (not known) when something is missing: then no
    policy takes what is there for all there is.
    """
    ident, file = clean(configuration.id), clean(configuration.file)
    owner = {} if asset_id is None else {"asset_id": asset_id}
    fields: dict[str, Any] = {
        "id": ident,
        "software": configuration.software,
        "file": file,
        "name": clean(configuration.name) or None,
        **owner,
    }
    if configuration.version is not None:
        fields["version"] = clean(configuration.version)
    if configuration.missing:
        fields["missing"] = "; ".join(dict.fromkeys(one.en for one in configuration.missing))
        fields["missing_zh"] = "；".join(dict.fromkeys(one.zh for one in configuration.missing))
    elif all(value.is_certain for value in configuration.values):
        fields["settings"] = len(configuration.values)
    yield Record(
        "configuration", fields, file, observed_at, configuration.line, None, configuration.name or None
    )
    names = {
        one.key[:-5]: one.value for one in configuration.values if one.key.endswith(".name") and one.value
    }
    occurrences: dict[str, int] = {}
    for value in configuration.values:
        key = clean(value.key)
        occurrences[key] = occurrences.get(key, 0) + 1
        more = {
            "configuration": ident,
            "software": configuration.software,
            "occurrence": occurrences[key],
            "file": clean(value.file),
            **owner,
        }
        shown = _fields(value, key, digest, names) | more
        yield Record(
            "effective_setting", shown, clean(value.file), observed_at, value.line, value.column, key
        )


def _fields(value: Value, key: str, digest: Digest, names: dict[str, str]) -> dict[str, Any]:
    parent, _, last = key.rpartition(".")
    text = None if value.value is None else clean(value.value)
    hint = names.get(parent) if last in NAMED_VALUES else None
    guarded = guard(last, parent, text, digest, hint or "")
    fields: dict[str, Any] = {
        "key": key,
        "value": guarded.value,
        "origin": value.origin,
        "section": value.section,
        "is_secret": guarded.is_secret,
        "is_placeholder": guarded.is_placeholder,
        "value_empty": not text,
        "value_length": len(text or ""),
    }
    if value.is_certain:
        fields["is_certain"] = True
    if text is not None and not guarded.is_secret and NUMBER.fullmatch(text):
        fields["number"] = float(text)
    return fields
