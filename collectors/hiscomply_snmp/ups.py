"""What a UPS told (RFC 1628), to its faults and its last battery test. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_snmp import mibs
from hiscomply_snmp.parse import About, Part, column
from hiscomply_snmp.survey import Seen

_BATTERY: Final = {2: "ok", 3: "bad", 4: "bad"}
_FAULTS: Final = {
    1: "battery bad", 3: "low battery", 4: "depleted battery", 5: "temperature bad", 7: "output bad",
    8: "output overload", 10: "bypass bad", 13: "charger failed", 14: "output off", 15: "system off",
    16: "fan failure", 17: "fuse failure", 18: "general fault", 19: "diagnostic test failed",
    20: "communications lost",
}  # fmt: skip
_NO_FAULTS: Final = frozenset({2, 6, 9, 11, 12, 21, 22, 23, 24})
"""On battery, input bad, on bypass, switched off as asked, awaiting power, shutting down, testing."""
_BATTERY_TESTS: Final = frozenset({f"{mibs.UPS_TEST_KIND}.{one}" for one in (3, 4, 5)})
_DONE: Final = frozenset({1, 2, 3})


def parts(seen: Seen, now: datetime) -> list[Part]:
    """The battery, and a part for each alarm that is present."""
    found = []
    status = seen.get(mibs.UPS_BATTERY)
    if isinstance(status, int):
        state = _BATTERY.get(status, "unknown")
        found.append(Part("battery", "upsBatteryStatus", state, f"status {status}" if state == "bad" else ""))
    alarms = column(seen, mibs.UPS_ALARM)
    if seen.get(mibs.UPS_ALARMS_PRESENT) != len(alarms):
        found.append(Part("battery", "upsAlarmTable", "unknown"))
    raised = column(seen, mibs.UPS_ALARM_TIME)
    for index, kind in alarms.items():
        number = _number(kind)
        if number in _NO_FAULTS:
            continue
        name = f"upsAlarm.{index}"
        if number is None or number not in _FAULTS:
            found.append(Part("battery", name, "unknown"))
        else:
            found.append(Part("battery", name, "bad", _FAULTS[number], _when(seen, raised.get(index), now)))
    if any(one.state == "bad" and one.since for one in found):
        # an alarm tells of the battery what its status only repeats, and since when
        found = [one for one in found if one.name != "upsBatteryStatus" or one.state != "bad"]
    return found


def battery_test(about: About, seen: Seen) -> Iterator[Record | Rejected]:
    """The last test of the batteries that ended, whatever its result."""
    kind, result = seen.get(mibs.UPS_TEST_ID), seen.get(mibs.UPS_TEST_RESULT)
    at = _when(seen, seen.get(mibs.UPS_TEST_START), about.now)
    if kind in _BATTERY_TESTS and result in _DONE and at is not None:
        fields = {"asset_id": about.asset_id, "kind": "ups_battery_test", "done_at": at}
        yield Record("maintenance", fields, about.where, about.now, pointer=f"upsTestResultsSummary {result}")
        return
    reason = Text(
        "UPS 没有说明最近一次已完成的电池测试及其时间",
        "the UPS tells no battery test that has ended, or not when",
    )
    yield Rejected("maintenance", about.where, reason, subject=about.asset_id)


def _number(kind: object) -> int | None:
    """The number of a well-known alarm."""
    head, _, tail = str(kind).rpartition(".")
    return int(tail) if head == mibs.UPS_ALARM_KIND and tail.isdigit() else None


def _when(seen: Seen, ticks: object, now: datetime) -> datetime | None:
    """A time stamp of the agent; None where it is later than the agent's own time, which began again since."""
    uptime = seen.get(mibs.SYS_UPTIME)
    if not isinstance(ticks, int) or not isinstance(uptime, int) or not 0 < ticks <= uptime:
        return None
    return now - timedelta(milliseconds=10 * (uptime - ticks))
