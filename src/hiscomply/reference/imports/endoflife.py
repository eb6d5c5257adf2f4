"""Support cycles as endoflife.date gives them: API v0 (a list for each product) and API v1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hiscomply.errors import Place
from hiscomply.reference.imports.documents import json_documents
from hiscomply.reference.imports.parsed import Parsed, day, listing, mapping, wrong
from hiscomply.reference.imports.versions import names_of, versions_of


@dataclass(frozen=True, slots=True)
class _Cycle:
    product: str
    cycle: str
    label: str
    latest: str
    end: Any
    extended: Any
    lts: Any
    place: Place


def parse_endoflife(path: Path) -> Parsed:
    """One row for each cycle of each product.

    Raises:
        ReferenceDataError: a document is of neither form, or a cycle is wrong.
    """
    result = Parsed("endoflife.date")
    seen: set[tuple[str, str]] = set()
    for document, place in json_documents(path):
        if isinstance(document, dict) and isinstance(document.get("last_modified"), str):
            modified = day(document["last_modified"], place, "last_modified")
            result.as_of = max(modified, result.as_of or modified)
        cycles = list(_v1(document, place) if isinstance(document, dict) else _v0(document, place))
        siblings: dict[str, set[str]] = {}
        for one in cycles:
            siblings.setdefault(one.product, set()).add(one.cycle)
        for one in cycles:
            if (one.product, one.cycle) in seen:
                raise wrong(
                    one.place,
                    f"{one.product} {one.cycle} 出现两次",
                    f"{one.product} {one.cycle} is there twice",
                )
            seen.add((one.product, one.cycle))
            result.rows.append((_row(one, siblings[one.product]), one.place))
    if not result.rows:
        raise wrong(Place(str(path)), "没有任何版本系列", "there is no cycle in it")
    return result


def _v0(document: Any, place: Place) -> Iterator[_Cycle]:
    """A file of ``/api/<product>.json``: the product is the file's name."""
    product = PurePosixPath(place.name.rpartition("!")[2]).stem
    for number, value in enumerate(listing(document, place, "endoflife.date")):
        where = Place(f"{place.name}#/{number}")
        cycle = mapping(value, where, "cycle")
        if "eol" not in cycle:
            raise wrong(
                where,
                "缺少 eol,不是 endoflife.date 的版本系列",
                "there is no eol: this is no cycle of endoflife.date",
            )
        yield _Cycle(
            product,
            _name(cycle.get("cycle"), where),
            str(cycle.get("releaseLabel", "")),
            str(cycle.get("latest", "")),
            cycle["eol"],
            cycle.get("extendedSupport"),
            cycle.get("lts"),
            where,
        )


def _v1(document: dict[str, Any], place: Place) -> Iterator[_Cycle]:
    """``/api/v1/products/<product>`` or ``/api/v1/products/full``."""
    result = document.get("result")
    if result is None:
        raise wrong(
            place, "没有 result,不是 endoflife.date 的 JSON", "there is no result: not of endoflife.date"
        )
    for product in result if isinstance(result, list) else [result]:
        values = mapping(product, place, "product")
        name = _name(values.get("name"), place)
        for number, one in enumerate(listing(values.get("releases"), place, f"releases of {name}")):
            where = Place(f"{place.name}#/{name}/releases/{number}")
            release = mapping(one, where, "release")
            if "isEol" not in release:
                raise wrong(where, "缺少 isEol", "isEol is missing")
            latest = release.get("latest")
            yield _Cycle(
                name,
                _name(release.get("name"), where),
                str(release.get("label", "")),
                str(latest.get("name", "")) if isinstance(latest, dict) else "",
                release.get("eolFrom") or release["isEol"],
                release.get("eoesFrom"),
                release.get("isLts"),
                where,
            )


def _name(value: Any, place: Place) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(value).strip():
        raise wrong(place, f"{value!r} 不是名称", f"{value!r} is no name")
    return str(value).strip()


def _row(one: _Cycle, siblings: set[str]) -> dict[str, Any]:
    if one.end is None or not isinstance(one.end, bool | str):
        raise wrong(one.place, f"停止支持 {one.end!r} 无法理解", f"end of life {one.end!r} means nothing")
    row: dict[str, Any] = {
        "names": names_of(one.product, one.cycle, _label(one)),
        "cycle": one.cycle,
        "product": one.product,
        "versions": versions_of(one.cycle, siblings, one.latest),
        "state": "dated" if isinstance(one.end, str) else "ended" if one.end else "open",
        "source": f"endoflife.date {one.product}",
    }
    if isinstance(one.end, str):
        row["support_end"] = day(one.end, one.place, "eol").isoformat()
    if isinstance(one.extended, str):
        row["extended_support_end"] = day(one.extended, one.place, "extended support").isoformat()
    if one.lts is not None:
        row["lts"] = bool(one.lts)
    return row


def _label(one: _Cycle) -> str:
    """The cycle in words without the product's own name and code name: ``2012 R2``."""
    words = one.label.split("'")[0].split("(")[0].strip().lower()
    for name in ("windows server", "windows", "microsoft sql server", "sql server"):
        words = words.removeprefix(name).strip()
    return words or one.cycle.replace("-", " ")
