"""What an agent told, to hardware faults of an asset, firmware and settings. Pure.

As with Redfish, no fault is a statement: it takes parts of known, good health in every area. A number that is not in
the tables of ``mibs`` says nothing, and what an agent does not have, or does not show, is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.settings import effective_setting
from hiscomply_snmp import mibs
from hiscomply_snmp.survey import Seen

AREAS: Final = ("storage", "power", "cooling")
"""What must be seen in order before hardware counts as without a fault."""
FORMAT: Final = "snmp_effective"


@dataclass(frozen=True, slots=True)
class About:
    """The agent that the records are about; ``where`` is ``snmp://host:port``."""

    asset_id: str
    where: str
    now: datetime

    def setting(self, key: str, value: bool | str) -> Record:
        """One thing that was seen."""
        text = str(value).lower() if isinstance(value, bool) else value
        return Record(
            "setting", effective_setting(self.asset_id, self.where, FORMAT, key, text), self.where, self.now
        )

    def probed(self, key: str, is_accepted: bool | None) -> Record | Rejected:
        """The result of a probe; None where it told nothing."""
        if is_accepted is not None:
            return self.setting(key, is_accepted)
        reason = Text(
            f"{key} 未知：试探没有得到明确的应答", f"{key} not known: the probe got no clear answer"
        )
        return Rejected("setting", self.where, reason, subject=key)


@dataclass(frozen=True, slots=True)
class Part:
    """Something that can fail.

    Attributes:
        area: storage, power, cooling, battery, or empty for the rest.
        state: ``ok``, ``bad`` or ``unknown``.
        word: what is bad.
        since: of a fault; None where the agent does not say.
    """

    area: str
    name: str
    state: str
    word: str = ""
    since: datetime | None = None


def text(value: object) -> str:
    """Octets as text without control characters, at most 255 of them; empty for anything else."""
    if not isinstance(value, bytes):
        return ""
    return "".join(one for one in value.decode("utf-8", "replace") if one.isprintable()).strip()[:255]


def column(seen: Seen, oid: str) -> dict[str, Any]:
    """A column's values by index."""
    return {one[len(oid) + 1 :]: value for one, value in seen.items() if one.startswith(f"{oid}.")}


def parts(seen: Seen) -> list[Part]:
    """Every part that the tables tell of."""
    found = list(_entities(seen))
    for table in mibs.HEALTH_TABLES:
        missing = column(seen, table.presence_column) if table.presence_column else {}
        for index, status in column(seen, table.status_column).items():
            if table.presence and missing.get(index) in table.presence[1]:
                continue
            name = f"{table.name}.{index}"
            if status in table.bad:
                found.append(Part(table.area, name, "bad", table.bad[status]))
            else:
                found.append(Part(table.area, name, "ok" if status in table.good else "unknown"))
    return found


def _entities(seen: Seen) -> Iterator[Part]:
    """Power supplies and fans, where ENTITY-STATE-MIB tells how they are."""
    opers, alarms = column(seen, mibs.STATE_OPER), column(seen, mibs.STATE_ALARM)
    changes = column(seen, mibs.STATE_CHANGED)
    classes = column(seen, mibs.ENTITY_CLASS)
    told = {classes.get(index) for index in opers}
    for index, kind in classes.items():
        if kind not in mibs.AREA_OF_CLASS or kind not in told:
            continue
        area, name = mibs.AREA_OF_CLASS[kind], f"entPhysical.{index}"
        raised = _raised(alarms.get(index))
        oper = mibs.OPER.get(opers.get(index, 0), "unknown")
        bad = [one for one in raised or () if one not in {"unknown", "indeterminate"}]
        if oper == "disabled" or bad:
            word = ", ".join([*bad, *([oper] if oper == "disabled" else [])])
            yield Part(area, name, "bad", word, date_and_time(changes.get(index)))
        else:
            yield Part(area, name, "ok" if oper == "enabled" and raised == [] else "unknown")


def _raised(value: object) -> list[str] | None:
    if not isinstance(value, bytes):
        return None
    bits = "".join(f"{one:08b}" for one in value)
    return [
        mibs.ALARMS[at] if at < len(mibs.ALARMS) else "unknown" for at, bit in enumerate(bits) if bit == "1"
    ]


def date_and_time(value: object) -> datetime | None:
    """DateAndTime (RFC 2579) with a zone; None for one without, since the device's zone is not known."""
    if not isinstance(value, bytes) or len(value) != 11 or value[8:9] not in {b"+", b"-"}:
        return None
    sign = 1 if value[8:9] == b"+" else -1
    try:
        zone = timezone(sign * timedelta(hours=value[9], minutes=value[10]))
        month, day, hour, minute, second = value[2:7]
        at = datetime(int.from_bytes(value[:2]), month, day, hour, minute, min(second, 59), tzinfo=zone)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def asset(
    about: About, seen: Seen, found: list[Part], options: Mapping[str, Any], areas: tuple[str, ...] = AREAS
) -> Iterator[Record | Rejected]:
    """The asset with its fault; what was not seen is set aside as well, so that the collection is partial."""
    faults = [one for one in found if one.state == "bad"]
    told_of = {one.area for one in found if one.state != "unknown"}
    silent = [one.name for one in found if one.area and one.state == "unknown"]
    unseen = [one for one in areas if one not in told_of and one not in options.get("not_present", ())]
    fields: dict[str, Any] = {
        "id": about.asset_id, "class": options.get("class", "server"), "last_seen": about.now,
    }  # fmt: skip
    fields |= {name: options[name] for name in ("tier", "system_id") if name in options}
    if host := text(seen.get(mibs.SYS_NAME)):
        fields["host"] = host
    if fields["class"] == "facility":
        fields["facility_kind"] = "ups"
    since = [one.since for one in faults if one.since is not None]
    if faults and len(since) == len(faults):
        fields["fault_since"] = min(since)
    elif not faults and not silent and not unseen:
        fields["fault_since"] = None
    told = "; ".join(f"{one.name}: {one.word}" for one in faults[:10])
    unknown = ", ".join([*silent, *unseen][:10])
    pointer = told or (f"not known: {unknown}" if unknown else "all parts in order")
    yield Record("asset", fields, about.where, about.now, pointer=pointer)
    if unknown:
        reason = Text(f"未见到状态：{unknown}", f"no health was seen of: {unknown}")
        yield Rejected("asset", about.where, reason, subject=about.asset_id, pointer=unknown)
    elif len(since) < len(faults):
        reason = Text(f"有故障而不知始于何时：{told}", f"a fault without a start: {told}")
        yield Rejected("asset", about.where, reason, subject=about.asset_id, pointer=told)


def chassis(about: About, seen: Seen) -> Iterator[Record]:
    """Model, serial number and firmware of the first chassis."""
    index = next(iter(_chassis(seen)), "none")
    for key, oid in (
        ("hardware.model", mibs.ENTITY_MODEL), ("hardware.serial", mibs.ENTITY_SERIAL),
        ("hardware.firmware", mibs.ENTITY_FIRMWARE), ("hardware.software", mibs.ENTITY_SOFTWARE),
    ):  # fmt: skip
        if value := text(seen.get(f"{oid}.{index}")):
            yield about.setting(key, value)


def firmware(about: About, seen: Seen) -> Iterator[Record | Rejected]:
    """The versions that a network device runs, one for all or several in a stack: of software, else of firmware."""
    versions = [
        text(seen.get(f"{mibs.ENTITY_SOFTWARE}.{index}")) or text(seen.get(f"{mibs.ENTITY_FIRMWARE}.{index}"))
        for index in _chassis(seen)
    ]
    for version in filter(None, dict.fromkeys(versions)):
        fields = {"asset_id": about.asset_id, "version": version}
        yield Record("firmware", fields, about.where, about.now)
    if not any(versions):
        reason = Text("没有提供固件版本", "the firmware version is not offered")
        yield Rejected("firmware", about.where, reason, subject=about.asset_id)


def _chassis(seen: Seen) -> list[str]:
    return [index for index, kind in column(seen, mibs.ENTITY_CLASS).items() if kind == mibs.CHASSIS]
