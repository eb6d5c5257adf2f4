"""Reads the export of the temperature logger: ``fridge;time;celsius`` lines, the last one ``END;<count>``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed
from hiscomply.model import Record, Rejected, Target, Text


class FridgesCollector:
    """One reading per fridge and minute."""

    name: ClassVar[str] = "fridges"
    version: ClassVar[str] = "0.1.0"
    summary: ClassVar[Text] = Text("读取疫苗冰箱温度记录", "reads the log of vaccine fridges")
    options_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["path"],
        "properties": {"path": {"type": "string", "minLength": 1}},
    }

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Readings only."""
        return ("fridge_reading",)

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The readings; a log without its end mark fails, since it may have been cut off."""
        name = target.options["path"]
        try:
            lines = (context.project / name).read_text(encoding="utf-8").splitlines()
        except PermissionError:
            raise CollectDenied(Text("没有读取权限", "not allowed to read the log")) from None
        except (OSError, UnicodeDecodeError) as error:
            raise CollectFailed(Text(f"无法读取:{error}", f"cannot read the log: {error}")) from None
        if not lines or lines[-1] != f"END;{len(lines) - 1}":
            raise CollectFailed(Text("记录不完整", "the log is not whole: its end mark is missing or wrong"))
        for number, line in enumerate(lines[:-1], 1):
            yield _reading(line, number, name, ZoneInfo(context.zone))


def _reading(line: str, number: int, source: str, zone: ZoneInfo) -> Record | Rejected:
    try:
        fridge, time, celsius = line.split(";")
        moment = datetime.fromisoformat(time).replace(tzinfo=zone)
        fields = {"fridge": fridge, "read_at": moment, "celsius": float(celsius)}
    except ValueError:
        reason = Text("不是“冰箱;时间;温度”", "not fridge;time;celsius")
        return Rejected("fridge_reading", source, reason, line=number)
    return Record("fridge_reading", fields, source, moment, line=number)
