"""From configurations to records of the kinds ``configuration`` and ``effective_setting``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hiscomply.configurations import Configuration
from hiscomply.file_names import clean
from hiscomply.model import Record
from hiscomply.units import MAX_ROWS, Row, Rows
from hiscomply_files.evidence import NUMBER, hint_of, names_beside, remembered
from hiscomply_files.secrets import Digest, guard


def configuration_records(
    configuration: Configuration, *, observed_at: datetime, digest: Digest, asset_id: str | None = None
) -> Iterator[Record]:
    """The configuration's own record, then one for each value in effect, with its secrets replaced."""
    for one in configuration_rows(configuration, observed_at=observed_at, digest=digest, asset_id=asset_id):
        if isinstance(one, Rows):
            yield from one.records()
        else:
            yield one


def configuration_rows(
    configuration: Configuration, *, observed_at: datetime, digest: Digest, asset_id: str | None = None
) -> Iterator[Record | Rows]:
    """The same, with the values as records that share what they say.

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
    yield from _values(configuration, ident, observed_at, digest, asset_id)


def _values(
    configuration: Configuration, ident: str, observed_at: datetime, digest: Digest, asset_id: str | None
) -> Iterator[Rows]:
    names, software = names_beside(configuration.values), configuration.software
    occurrences: dict[str, int] = {}
    owner = () if asset_id is None else (asset_id,)
    own = ("configuration", "software", "occurrence", "file", *(() if asset_id is None else ("asset_id",)))
    block: list[Row] = []
    for one in configuration.values:
        hint, more = hint_of(one.key, names) if names else "", (one.origin, one.is_certain)
        said = remembered(_fields, one.key, one.value, hint, more, one.section)
        if block and (said is None or len(block) == MAX_ROWS):
            # Secrets are seen in the order of their records, here and at the border.
            yield Rows("effective_setting", own, observed_at, block)
            block = []
        if said is None:
            said = _fields(one.key, one.value, hint, more, one.section, digest)
        key, file = said["key"], clean(one.file)
        count = occurrences[key] = occurrences.get(key, 0) + 1
        shown = (ident, software, count, file, *owner)
        block.append(Row(said, shown, file, one.line, one.column, key))
    if block:
        yield Rows("effective_setting", own, observed_at, block)


def _fields(
    key: str, text: str | None, hint: str, more: tuple[str, bool], section: str | None, digest: Digest
) -> Mapping[str, Any]:
    key, text = clean(key), None if text is None else clean(text)
    parent, _, last = key.rpartition(".")
    guarded = guard(last, parent, text, digest, hint)
    origin, is_certain = more
    fields: dict[str, Any] = {
        "key": key,
        "value": guarded.value,
        "origin": origin,
        "section": section,
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
