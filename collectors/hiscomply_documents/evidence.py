"""From an entry and its file to a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Text
from hiscomply_documents.entries import Entry, refused, unknown_keys
from hiscomply_documents.folder import Folder, Unusable, sha256_of, stamp
from hiscomply_documents.signatures import Unverified, verify

_ALIASES = {
    "approved_on": "approved_at",
    "effective_on": "effective_at",
    "reviewed_on": "reviewed_at",
    "signed_on": "signed_at",
}
_OF_THE_INDEX = frozenset({"file", "title", "sha256", "signature", "signer"})
_PROVEN = {"document": frozenset({"hash", "signed_by"}), "scope_statement": frozenset[str]()}
"""What only the file and its signature can tell, never the index."""


@dataclass(slots=True)
class Surroundings:
    """What every entry needs. ``used`` collects the files that some entry stands for."""

    folder: Folder
    source: str
    context: CollectContext
    allowed: Path | None
    timeout_s: float
    used: set[Path] = field(default_factory=set)
    ids: set[tuple[str, str]] = field(default_factory=set)


def read_entry(entry: Entry, around: Surroundings) -> Iterator[Record | Rejected]:
    """The record of an entry, and what of it was set aside.

    Raises:
        CollectDenied, CollectTimedOut: its file may not be read; its signature took too long.
    """
    around.used.add(around.folder.inside(entry.file))
    if isinstance(entry.values.get("signature"), str):
        around.used.add(around.folder.inside(entry.values["signature"]))
    fields, problems = _said(entry, around)
    yield from problems
    key = "subject" if entry.kind == "scope_statement" else "id"
    identity = (entry.kind, str(fields.get(key)))
    if identity in around.ids:
        yield refused(entry, Text(f"{key} 与前面的条目重复", f"an earlier entry has the same {key}"), key)
        return
    try:
        proven = _proven(entry, around)
    except Unusable as unusable:
        yield refused(entry, unusable.reason, "file")
        return
    around.ids.add(identity)
    if isinstance(proven, Rejected):
        yield proven
        proven = _hash_only(entry, around)
        fields.pop("signed_by", None)
    place = entry.places[""]
    yield Record(
        entry.kind,
        {**fields, **proven},
        around.source,
        around.context.now,
        place.line,
        place.column,
        pointer=entry.file,
    )


def _said(entry: Entry, around: Surroundings) -> tuple[dict[str, Any], list[Rejected]]:
    """The fields as the index gives them."""
    listed = around.context.fields[entry.kind]
    listed -= _PROVEN[entry.kind]
    known = listed | _OF_THE_INDEX | frozenset(_ALIASES)
    fields: dict[str, Any] = {} if entry.kind == "scope_statement" else {"id": entry.file}
    problems = [
        refused(entry, Text(f"未知的键 {key!r} {hint}", f"unknown key {key!r} {hint}".rstrip()), key)
        for key, hint in unknown_keys(entry, frozenset(known))
    ]
    signed = "signature" in entry.values and entry.values["signature"] is not None
    for key, value in entry.values.items():
        name = _ALIASES.get(key, key)
        if name not in listed or (name == "signed_by" and signed):
            continue
        try:
            fields[name] = _value(name, value, ZoneInfo(around.context.zone))
        except ValueError:
            problems.append(refused(entry, _no_value(name), key))
    return fields, problems


def _no_value(name: str) -> Text:
    if name.endswith("_at"):
        return Text("不是日期或时间,例如 2026-01-31", "no date or time such as 2026-01-31")
    return Text("数字形式的版本号或编号请加引号", "quote a version or id that looks like a number")


def _value(name: str, value: Any, zone: ZoneInfo) -> Any:
    """A day stands for its first moment in the institution's zone.

    Raises:
        ValueError: a time that is none, or a number where a text has to be.
    """
    if name.endswith("_at") and isinstance(value, str):
        moment = (
            datetime.combine(date.fromisoformat(value), time())
            if len(value) <= len("2026-01-31")
            else datetime.fromisoformat(value)
        )
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
    if name == "covers" and isinstance(value, str):
        return [value]
    if name in ("version", "id", "supersedes", "system_id", "type") and not isinstance(value, str | None):
        raise ValueError(value)
    return value


def _hash_only(entry: Entry, around: Surroundings) -> Mapping[str, Any]:
    if entry.kind != "document":
        return {}
    with around.folder.opened(entry.file) as stream:
        return {"hash": sha256_of(stream)}


def _proven(entry: Entry, around: Surroundings) -> Mapping[str, Any] | Rejected:
    """The hash, and the signer if the signature was verified; or why it could not be.

    Raises:
        Unusable: no such file, or not the one that was signed or indexed.
    """
    with around.folder.opened(entry.file) as stream:
        found = sha256_of(stream)
        stated = entry.values.get("sha256")
        if stated is not None and str(stated).lower().removeprefix("sha256:") != found.removeprefix(
            "sha256:"
        ):
            raise Unusable(
                "散列与索引所写不符:文件登记后被改动",
                "the hash is not the one in the index: the file was changed since",
            )
        proven = {"hash": found} if entry.kind == "document" else {}
        signature = entry.values.get("signature")
        if signature is None:
            # Said to have none, against not said at all.
            has_none = entry.kind == "document" and "signature" in entry.values
            return {**proven, "signed_by": None} if has_none else proven
        since = stamp(stream)
        try:
            signer = _verified(entry, stream, signature, around)
        except Unverified as unverified:
            return refused(entry, unverified.reason, "signature")
        if stamp(stream) != since:
            raise Unusable("读取期间文件被改动", "the file was changed while it was read")
        return {**proven, "signed_by": signer}


def _verified(entry: Entry, stream: BinaryIO, signature: object, around: Surroundings) -> str:
    """The signer, once his signature is verified; raises Unusable, Unverified."""
    signer = entry.values.get("signer")
    if not isinstance(signature, str) or not isinstance(signer, str) or not signer or signer.startswith("-"):
        raise Unverified("签名须同时写明 signature 与 signer", "a signature needs both signature and signer")
    with ExitStack() as stack:
        try:
            detached = stack.enter_context(around.folder.opened(signature))
        except Unusable as unusable:
            raise Unverified(f"签名文件:{unusable.reason.zh}", f"signature: {unusable.reason.en}") from None
        verify(stream, detached, signer, around.allowed, around.timeout_s)
    return signer
