"""One copy as a tool lists it, and the system that it is of. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record, Rejected, Text

KIND = "backup_job"


@dataclass(frozen=True, slots=True)
class Copy:
    """A snapshot, archive or backup. Times are UTC; None stands for not known, in every field.

    Attributes:
        id: as the tool takes it to restore this one.
        job: the name of the series that it belongs to.
        paths: for rules only; they never become evidence.
    """

    id: str
    job: str
    started: datetime
    ended: datetime | None
    status: str | None
    type: str
    encrypted: bool | None
    size_bytes: int | None = None
    name: str = ""
    host: str = ""
    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where all copies of a target are, and what is known of them together."""

    source: str
    observed_at: datetime
    fields: Mapping[str, Any]
    note: str = ""


def record_of(
    copy: Copy, rules: Sequence[Mapping[str, Any]], place: Place, proven: Mapping[str, Any]
) -> Record | Rejected | None:
    """The copy as evidence; None for one that a rule ignores.

    Args:
        rules: as in the options; without one that fits the copy is set aside.
        proven: what a check found of this copy.
    """
    rule = next((one for one in rules if _fits(one, copy)), None)
    pointer = "; ".join(part for part in (copy.id, place.note) if part)
    if rule is None:
        reason = Text(
            f"没有规则说明该副本(作业 {copy.job})属于哪个系统;请在 systems 中补充,或写明 ignore: true",
            f"no rule says which system this copy (job {copy.job}) is of; add one to systems, or say ignore: true",
        )
        return Rejected(KIND, place.source, reason, pointer=pointer, subject=copy.job)
    if "ignore" in rule:
        return None
    fields = {
        "system_id": rule["system_id"],
        "job": rule.get("job", copy.job),
        "started": copy.started,
        "backup_id": copy.id,
        "type": copy.type,
        **place.fields,
        **proven,
    }
    for name in ("ended", "status", "size_bytes", "encrypted"):
        value = getattr(copy, name)
        if value is not None:
            fields[name] = value
    return Record(KIND, fields, place.source, place.observed_at, pointer=pointer)


def _fits(rule: Mapping[str, Any], copy: Copy) -> bool:
    several = {"host": (copy.host,), "name": (copy.name,), "tag": copy.tags, "path": copy.paths}
    return all(
        any(fnmatchcase(value, rule[key]) for value in values)
        for key, values in several.items()
        if key in rule
    )


def moment(text: object) -> datetime:
    """An ISO 8601 time; without a zone it is UTC, which is what the tools are run in.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(text, str):
        raise ValueError("no time")
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def parsed(tool: str, output: bytes) -> Any:
    """The tool's JSON; pgBackRest quotes undecodable files in its own.

    Raises:
        CollectFailed: it is none.
    """
    try:
        return json.loads(output.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        raise not_understood(tool) from None


def not_understood(tool: str) -> CollectFailed:
    """The failure for an answer that is not in the tool's form."""
    return CollectFailed(
        Text(
            f"{tool} 的输出不是预期的 JSON;请核对其版本",
            f"{tool} did not answer with the JSON that was expected; which version is it?",
        )
    )


def set_aside(source: str, number: int, tool: str) -> Rejected:
    """An entry of a list that lacks what every copy has."""
    return Rejected(
        KIND,
        source,
        Text(f"{tool} 列出的第 {number} 项无法读懂", f"entry {number} of the list of {tool} cannot be read"),
        pointer=f"[{number - 1}]",
    )
