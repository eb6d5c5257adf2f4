"""From configurations to records of the kinds ``configuration`` and ``effective_setting``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hiscomply.configurations import Configuration
from hiscomply.model import Record
from hiscomply_files.evidence import NUMBER, clean, names_beside, said_of
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
    names = names_beside(configuration.values)
    occurrences: dict[str, int] = {}
    for value in configuration.values:
        shown = said_of(value.key, value.value, names, digest, _certain if value.is_certain else _uncertain)
        key, at = shown["key"], clean(value.file)
        occurrences[key] = occurrences.get(key, 0) + 1
        shown["origin"], shown["section"] = value.origin, value.section
        shown["configuration"], shown["software"] = ident, configuration.software
        shown["occurrence"], shown["file"] = occurrences[key], at
        if asset_id is not None:
            shown["asset_id"] = asset_id
        yield Record("effective_setting", shown, at, observed_at, value.line, value.column, key)


def _certain(key: str, text: str | None, hint: str, digest: Digest) -> dict[str, Any]:
    return _fields(key, text, hint, digest, is_certain=True)


def _uncertain(key: str, text: str | None, hint: str, digest: Digest) -> dict[str, Any]:
    return _fields(key, text, hint, digest, is_certain=False)


def _fields(key: str, text: str | None, hint: str, digest: Digest, *, is_certain: bool) -> dict[str, Any]:
    key, text = clean(key), None if text is None else clean(text)
    parent, _, last = key.rpartition(".")
    guarded = guard(last, parent, text, digest, hint)
    fields: dict[str, Any] = {
        "key": key,
        "value": guarded.value,
        "origin": None,
        "section": None,
        "is_secret": guarded.is_secret,
        "is_placeholder": guarded.is_placeholder,
        "value_empty": not text,
        "value_length": len(text or ""),
    }
    if is_certain:
        fields["is_certain"] = True
    if text is not None and not guarded.is_secret and NUMBER.fullmatch(text):
        fields["number"] = float(text)
    return fields
