"""The evidence of the factory's hospital: one collection of every status, tables with and without gaps."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from hiscomply.model import Collection, CollectionStatus, Evidence, EvidenceTable, Rejected, Text

_COLLECTIONS = (
    ("tables", "ad-users", ("account",), CollectionStatus.OK, None),
    (
        "tables",
        "hr-export",
        ("person",),
        CollectionStatus.PARTIAL,
        Text("14 行未能读取", "14 rows could not be read"),
    ),
    ("files", "hosts/db01", ("setting",), CollectionStatus.OK, None),
    (
        "ssh",
        "hosts/pacs02",
        ("setting", "package"),
        CollectionStatus.FAILED,
        Text("连接被拒绝(端口 22)", "connection refused (port 22)"),
    ),
    (
        "ldap",
        "ad-east-campus",
        ("account",),
        CollectionStatus.DENIED,
        Text("只读账户无权读取该组织单元", "the reader may not read this unit"),
    ),
    (
        "zabbix",
        "monitoring",
        ("monitor_target",),
        CollectionStatus.TIMED_OUT,
        Text("120 秒内没有应答", "no answer in 120 s"),
    ),
    (
        "tables",
        "itsm-tickets",
        ("ticket",),
        CollectionStatus.SKIPPED,
        Text("上一步失败,未执行", "not run, an earlier step failed"),
    ),
)


def evidence(as_of: datetime, hostile: str, is_clean: bool) -> Evidence:
    """What the run knows; ``hostile`` is added to targets and reasons."""
    collections = tuple(_collection(n, as_of, hostile, is_clean) for n in range(len(_COLLECTIONS)))
    names = sorted({kind for item in collections for kind in item.kinds} | {"system", "vuln", "log_source"})
    tables = {name: _table(name, collections, as_of) for name in names}
    return Evidence(folder=Path("evidence"), tables=tables, collections=collections)


def _collection(n: int, as_of: datetime, hostile: str, is_clean: bool) -> Collection:
    collector, target, kinds, status, reason = _COLLECTIONS[n]
    status = CollectionStatus.OK if is_clean else status
    has_records = status in (CollectionStatus.OK, CollectionStatus.PARTIAL)
    is_partial = status is CollectionStatus.PARTIAL
    why = Text("缺少工号" + hostile, "no employee number" + hostile)
    cells = tuple(
        Rejected("person", "exports/hr.csv", why, line=7 + i, column=3, subject=f"C{7 + i}")
        for i in range(14)
    )
    return Collection(
        collector=collector,
        collector_version="1.0",
        target=target + hostile,
        kinds=kinds,
        status=status,
        reason=None
        if status is CollectionStatus.OK or reason is None
        else Text(reason.zh + hostile, reason.en + hostile),
        started=as_of + timedelta(seconds=5 + n),
        ended=as_of + timedelta(seconds=6 + n * 20),
        records=dict.fromkeys(kinds, 4_210 + 17 * n) if has_records else {},
        rejected=cells[:10] if is_partial else (),
        rejected_count=14 if is_partial else 0,
        dropped_fields={"ticket.summary: patient data": 9, "account.password: secret": 2} if n == 0 else {},
    )


def _table(kind: str, collections: tuple[Collection, ...], as_of: datetime) -> EvidenceTable:
    mine = [item for item in collections if kind in item.kinds]
    gaps = tuple(item.target for item in mine if item.status is not CollectionStatus.OK)
    rows = sum(item.records.get(kind, 0) for item in mine)
    return EvidenceTable(
        kind=kind,
        path=Path("evidence") / f"{kind}.parquet",
        rows=rows,
        is_complete=bool(mine) and not gaps,
        gaps=gaps,
        oldest=as_of - timedelta(days=3) if rows else None,
        newest=as_of - timedelta(hours=2) if rows else None,
        superseded=26 if kind == "account" else 0,
    )
