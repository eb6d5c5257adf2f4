"""Parts and their health to hardware faults of an asset. Pure.

No fault is a statement: it takes a known, good health of every part, and parts of every area. What a service does not
offer, or leaves without a health, is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_redfish.fetch import Body, Machine, Part

AREAS: Final = ("storage", "power", "cooling")
_BAD: Final = frozenset({"warning", "critical"})
_CLEAR: Final = _BAD | {"ok"}
_NOT_TOLD: Final = "unknown"
_OUT: Final = frozenset({"absent"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that is not well. ``since`` is None where the service does not say."""

    path: str
    what: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of one machine.

    Attributes:
        unknown: areas without any part of known health, and paths of parts without one.
    """

    faults: tuple[Fault, ...]
    unknown: tuple[str, ...]


def health(body: Body) -> list[str]:
    """Health and roll-up of a resource in lower case, whatever the roll-up's spelling; empty if not told."""
    status = body.get("Status")
    if not isinstance(status, dict):
        return []
    return [
        value.lower()
        for key, value in status.items()
        if key.lower() in {"health", "healthrollup"} and isinstance(value, str) and value
    ]


def is_absent(body: Body) -> bool:
    """An empty bay or slot."""
    status = body.get("Status")
    return isinstance(status, dict) and str(status.get("State", "")).lower() in _OUT


def fault(part: Part, system: Body) -> Fault | None:
    """The fault of a part, if it has one."""
    bad = sorted(set(health(part.body)) & _BAD)
    if part.body.get("FailurePredicted") is True:
        bad.append("failure predicted")
    return Fault(part.path, ", ".join(bad), _since(part, system)) if bad else None


def _since(part: Part, system: Body) -> datetime | None:
    """The first condition that the part, or the system about the part, has with a time."""
    times = []
    for body, is_own in ((part.body, True), (system, False)):
        status = body.get("Status")
        for one in status.get("Conditions") or () if isinstance(status, dict) else ():
            origin = (one.get("OriginOfCondition") or {}).get("@odata.id")
            if str(one.get("Severity", "")).lower() in _BAD and (
                origin == part.path or (is_own and not origin)
            ):
                times.append(_time(one.get("Timestamp")))
    known = [one for one in times if one is not None]
    return min(known, default=None)


def _time(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None


def judge(machine: Machine, not_present: Sequence[str]) -> Judged:
    """Faults, and what is not known."""
    parts = [one for one in machine.parts if not is_absent(one.body)]
    faults = [(one.area, found) for one in parts if (found := fault(one, machine.body))]
    unknown = [one.path for one in parts if not _is_clear(one)]
    seen = {one.area for one in parts if _CLEAR & set(health(one.body))}
    unknown += [area for area in AREAS if area not in seen and area not in not_present]
    # What contains a part rolls its health up; that counts where no part explains it.
    leaves = tuple(found for area, found in faults if area)
    return Judged(leaves or tuple(found for _, found in faults), tuple(unknown))


def _is_clear(part: Part) -> bool:
    """Whether what a part says of itself can be judged; a word that Redfish does not have (Degraded) cannot."""
    words = set(health(part.body)) - {_NOT_TOLD}
    return words <= _CLEAR if words else not (part.area or _must_tell(part))


def _must_tell(part: Part) -> bool:
    return "#" not in part.path


def records(
    machines: Sequence[Machine], options: Mapping[str, Any], source: str, now: datetime
) -> Iterator[Record | Rejected]:
    """An asset by machine; of a network device its firmware as well."""
    for machine in machines:
        where = f"{source}{machine.path}"
        asset = _asset_id(machine, options, len(machines) == 1)
        if asset is None:
            reason = Text("系统没有名称,请写明 asset_id", "the system has no name; give an asset_id")
            yield Rejected("asset", where, reason, pointer=machine.path)
            continue
        judged = judge(machine, options.get("not_present", ()))
        fields: dict[str, Any] = {"id": asset, "class": options.get("class", "server"), "last_seen": now}
        fields |= {name: options[name] for name in ("tier", "system_id") if name in options}
        if host := machine.body.get("HostName"):
            fields["host"] = host
        if judged.faults:
            since = [one.since for one in judged.faults if one.since is not None]
            if len(since) == len(judged.faults):
                fields["fault_since"] = min(since)
        elif not judged.unknown:
            fields["fault_since"] = None
        yield Record("asset", fields, where, now, pointer=_told(judged))
        if fields["class"] == "network":
            yield from _firmware(machine, asset, where, now)


def _asset_id(machine: Machine, options: Mapping[str, Any], is_only: bool) -> str | None:
    names = [str(machine.body[key]) for key in ("Id", "Name", "HostName") if machine.body.get(key)]
    listed = [options["assets"][one] for one in names if one in options.get("assets", {})]
    if listed:
        return str(listed[0])
    if is_only and "asset_id" in options:
        return str(options["asset_id"])
    host = machine.body.get("HostName") or machine.body.get("Name")
    return str(host) if host else None


def _told(judged: Judged) -> str:
    """For whoever mends it: which parts, or what is not known."""
    if judged.faults:
        return "; ".join(f"{one.path}: {one.what}" for one in judged.faults[:10])
    return f"not known: {', '.join(judged.unknown[:10])}" if judged.unknown else "all parts in order"


def _firmware(machine: Machine, asset: str, where: str, now: datetime) -> Iterator[Record | Rejected]:
    versions = [
        one["FirmwareVersion"] for one in machine.managers if isinstance(one.get("FirmwareVersion"), str)
    ]
    if not versions:
        reason = Text("没有提供固件版本", "the firmware version is not offered")
        yield Rejected("firmware", where, reason, subject=asset)
        return
    for version in dict.fromkeys(versions):
        yield Record("firmware", {"asset_id": asset, "version": version}, where, now)
