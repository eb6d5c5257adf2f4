"""Where the statement of a target comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hiscomply.errors import nearest
from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text

_READY: Final = Path(__file__).parent / "queries"
_KIND = re.compile(r"^-- kind: (\w+)$", re.MULTILINE)
_MAX_BYTES: Final = 200_000


def statement_of(options: Mapping[str, Any], project: Path) -> str:
    """The text of the query.

    Raises:
        CollectFailed: a file that cannot be read, a ready query that is not there or gives another kind.
    """
    if "query" in options:
        return str(options["query"])
    if "query_file" in options:
        return _read(project / options["query_file"], options["query_file"])
    return _ready(options["ready"], options["kind"])


def ready_queries() -> dict[str, Path]:
    """The queries that ship, by name: ``oracle/accounts``."""
    return {str(one.relative_to(_READY).with_suffix("")): one for one in sorted(_READY.rglob("*.sql"))}


def _ready(name: str, kind: str) -> str:
    found = ready_queries()
    if name not in found:
        hint = nearest(name, found) or " ".join(found)
        raise CollectFailed(Text(f"没有现成查询 {name};{hint}", f"there is no ready query {name}; {hint}"))
    text = _read(found[name], name)
    told = _KIND.search(text)
    if told is None or told[1] != kind:
        given = told[1] if told else "?"
        raise CollectFailed(
            Text(f"查询 {name} 给出的是 {given},不是 {kind}", f"the query {name} gives {given}, not {kind}")
        )
    return text


def _read(path: Path, shown: str) -> str:
    try:
        with path.open(encoding="utf-8") as stream:
            text = stream.read(_MAX_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "UTF-8"
        raise CollectFailed(
            Text(f"查询文件 {shown} 无法读取:{told}", f"the query file {shown} cannot be read: {told}")
        ) from None
    if len(text) > _MAX_BYTES:
        raise CollectFailed(Text(f"查询文件 {shown} 过大", f"the query file {shown} is too large"))
    return text
