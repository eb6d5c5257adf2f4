"""Headers of a file against the columns that are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hiscomply.errors import nearest
from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_tables.columns import Source
from hiscomply_tables.values import header_word


def find_positions(header: Sequence[Any], sources: Sequence[Source]) -> list[int | None]:
    """Where each source stands first in the header; None where it does not."""
    places = _places(header)
    return [next(iter(_found(source, places)), None) for source in sources]


def refuse_duplicates(header: Sequence[Any], sources: Sequence[Source]) -> None:
    """Raises CollectFailed if a name that is asked for stands in the header twice."""
    places = _places(header)
    for source in sources:
        found = _found(source, places)
        if len(found) > 1:
            numbers = ", ".join(str(place + 1) for place in found)
            raise _failed(
                f"表头 {source.label!r} 出现多次(第 {numbers} 列),请先改名或改用列号",
                f"header {source.label!r} stands in columns {numbers}; rename one, or give a number",
            )


def _places(header: Sequence[Any]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(header):
        if said := header_word(cell):
            places.setdefault(said, []).append(index)
    return places


def _found(source: Source, places: Mapping[str, list[int]]) -> list[int]:
    if source.number is not None:
        return [source.number - 1]
    return [place for name in dict.fromkeys(map(header_word, source.names)) for place in places.get(name, ())]


def missing_headers(header: Sequence[Any], missing: Sequence[Source]) -> CollectFailed:
    """The error for headers that a file does not have: what it has, and what is near."""
    found = [" ".join(str(cell).split()) for cell in header if header_word(cell)]
    wanted = ", ".join(repr(source.label) for source in missing)
    hints = " ".join(filter(None, (nearest(source.label, found) for source in missing)))
    listed = ", ".join(found[:60]) or "—"
    return _failed(
        f"找不到表头 {wanted};文件中有:{listed}。{hints}",
        f"no header {wanted}; the file has: {listed}. {hints}",
    )


def _failed(zh: str, en: str) -> CollectFailed:
    return CollectFailed(Text(zh, en))
