"""The tables at the end: waivers, overrides, collections and evidence, each with what was left out told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hiscomply.model import (
    AuditResult,
    Collection,
    CollectionStatus,
    EvidenceTable,
    ParameterValue,
    PolicyInfo,
    Waiver,
)

MOST_WAIVERS: Final = 500
MOST_COLLECTIONS: Final = 400


@dataclass(frozen=True, slots=True)
class Appendix:
    """What the last tables show."""

    waivers: tuple[Waiver, ...]
    more_waivers: int
    overrides: tuple[tuple[PolicyInfo, ParameterValue], ...]
    collections: tuple[Collection, ...]
    more_collections: int
    tables: tuple[EvidenceTable, ...]
    sources: Mapping[str, tuple[str, ...]]
    oldest: datetime | None
    newest: datetime | None


def appendix(result: AuditResult) -> Appendix:
    """Waivers and overrides as given; collections that did not end well first."""
    collections = sorted(result.evidence.collections, key=lambda item: item.status is CollectionStatus.OK)
    tables = tuple(result.evidence.tables[kind] for kind in sorted(result.evidence.tables))
    return Appendix(
        waivers=result.waivers[:MOST_WAIVERS],
        more_waivers=max(0, len(result.waivers) - MOST_WAIVERS),
        overrides=tuple(
            (policy.info, parameter)
            for policy in result.policies
            for parameter in policy.info.parameters
            if parameter.is_overridden
        ),
        collections=tuple(collections[:MOST_COLLECTIONS]),
        more_collections=max(0, len(collections) - MOST_COLLECTIONS),
        tables=tables,
        sources=_sources(collections),
        oldest=min((table.oldest for table in tables if table.oldest), default=None),
        newest=max((table.newest for table in tables if table.newest), default=None),
    )


def _sources(collections: Iterable[Collection]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for item in collections:
        for kind in item.kinds:
            if item.records.get(kind):
                found.setdefault(kind, []).append(item.target)
    return {kind: tuple(sorted(targets)) for kind, targets in found.items()}
