"""The index: what each file is, with the line that says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hiscomply.errors import ConfigError, Place
from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Rejected, Text
from hiscomply.yaml_source import YamlDocument, load_yaml

_PARTS = {"documents": "document", "statements": "scope_statement"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the index. ``places`` has the place of each value by key; ``""`` is the entry itself."""

    kind: str
    file: str
    values: Mapping[str, Any]
    places: Mapping[str, Place]


@dataclass(slots=True)
class Entries:
    """The entries of an index, and those that are none."""

    items: list[Entry] = field(default_factory=list)
    refused: list[Rejected] = field(default_factory=list)


def read_index(path: Path, source: str, kinds: set[str]) -> Entries:
    """The entries in order.

    Args:
        kinds: what the target is to give; a part of another kind is refused, not passed over.

    Raises:
        CollectDenied: the index may not be read.
        CollectFailed: it is no YAML of the right form, or lists nothing.
    """
    if path.is_file() and not os.access(path, os.R_OK):
        raise CollectDenied(Text(f"没有读取索引 {source} 的权限", f"not allowed to read the index {source}"))
    try:
        document = load_yaml(path, source)
    except ConfigError as error:
        en, _, zh = error.what.rpartition(" / ")
        raise CollectFailed(Text(f"索引 {error.place}:{zh}", f"index {error.place}: {en or zh}")) from None
    found = Entries()
    for part, values in _parts(document, source).items():
        for number, value in enumerate(values):
            _take(document, (part, number), value, kinds, found)
    if not found.items and not found.refused:
        raise CollectFailed(
            Text(f"索引 {source} 没有任何条目", f"the index {source} lists nothing, which proves nothing")
        )
    return found


def _parts(document: YamlDocument, source: str) -> Mapping[str, list[Any]]:
    value = document.value
    if not isinstance(value, dict) or not value or not set(value) <= set(_PARTS):
        raise _no_index(source)
    if not all(isinstance(one, list) for one in value.values()):
        raise _no_index(source)
    return value


def _no_index(source: str) -> CollectFailed:
    return CollectFailed(
        Text(
            f"{source} 不是索引:应含列表 documents,可含列表 statements,别无其他",
            f"{source} is no index: it has a list documents, perhaps a list statements, and nothing else",
        )
    )


def _take(document: YamlDocument, path: tuple[str, int], value: Any, kinds: set[str], found: Entries) -> None:
    kind = _PARTS[path[0]]
    place = document.place(path)
    if kind not in kinds:
        reason = Text("目标未写 statements: true", "the target does not say statements: true")
    elif not isinstance(value, dict) or not isinstance(value.get("file"), str) or not value["file"]:
        reason = Text("条目没有写明 file", "the entry names no file")
    elif not all(isinstance(key, str) for key in value):
        reason = Text("条目的键应为文字", "the keys of the entry must be texts")
    else:
        places = {"": place, **{key: document.place((*path, key)) for key in value}}
        found.items.append(Entry(kind, value["file"], value, places))
        return
    found.refused.append(
        Rejected(kind, place.name, reason, place.line, place.column, subject=f"{path[0]}[{path[1]}]")
    )


def refused(entry: Entry, reason: Text, key: str = "") -> Rejected:
    """The entry, or the value of one key of it, set aside with its place."""
    place = entry.places.get(key) or entry.places[""]
    return Rejected(
        entry.kind,
        place.name,
        reason,
        place.line,
        place.column,
        pointer=entry.file,
        subject=key or entry.file,
    )


def unknown_keys(entry: Entry, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Keys that mean nothing here, each with the nearest one that does."""
    from hiscomply.errors import nearest

    for key in entry.values:
        if key not in known:
            yield key, nearest(key, known)
