"""Sentences on evidence that was refused, replaced or dropped: what a reader must know before believing a pass."""

from __future__ import annotations

from collections.abc import Mapping

from hiscomply.i18n import counted
from hiscomply.kinds import Kind
from hiscomply.model import Evidence, Text


def quality_notes(evidence: Evidence, kinds: Mapping[str, Kind]) -> tuple[Text, ...]:
    """One sentence per matter, in order of collection, then kind."""
    notes: list[Text] = []
    for one in evidence.collections:
        if one.rejected_count:
            notes.append(
                Text(
                    f"采集“{one.target}”有 {one.rejected_count} 项无法作为证据",
                    f"{counted(one.rejected_count, 'item', 'items')} of collection {one.target!r} could not become evidence",
                )
            )
        for what, count in one.dropped_fields.items():
            name, _, why = what.partition(": ")
            zh = {
                "unlisted": "不在模式中",
                "patient data": "疑似患者信息",
                "secret": "疑似密钥或口令",
                "cut short": "过长,已截短",
                "too long": "过长",
            }.get(why, why)
            notes.append(
                Text(
                    f"采集“{one.target}”的字段 {name} 有 {count} 个值被拦下({zh})",
                    f"{counted(count, 'value', 'values')} of {name} from {one.target!r} "
                    f"{'was' if count == 1 else 'were'} held back at the border ({why})",
                )
            )
    for table in evidence.tables.values():
        if table.superseded:
            title = kinds[table.kind].title if table.kind in kinds else Text(table.kind, table.kind)
            notes.append(
                Text(
                    f"{title.zh}:{table.superseded} 条记录被更新的同一记录取代",
                    f"{title.en}: {counted(table.superseded, 'record was', 'records were')} "
                    "replaced by a newer look at the same thing",
                )
            )
    return tuple(notes)
