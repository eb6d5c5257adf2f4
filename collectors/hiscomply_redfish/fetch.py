"""Walks a Redfish service: from systems and chassis to the parts that can fail. GET only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.http import Answered, Api
from hiscomply_kit.steps import shaped

MAX_RESOURCES: Final = 3000
NOT_OFFERED: Final = frozenset({404, 405, 501})
"""Statuses that say that a service does not have something; they say nothing of its health."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Something that can fail. ``area`` is storage, power, cooling, or empty for the rest."""

    area: str
    path: str
    body: Body


@dataclass(frozen=True, slots=True)
class Machine:
    """A system, what is in it, and the controllers that manage it."""

    path: str
    body: Body
    parts: list[Part] = field(default_factory=list)
    managers: list[Body] = field(default_factory=list)


class Redfish:
    """One service; every resource is asked once."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._known: dict[str, Body | None] = {}

    def get(self, path: str) -> Body | None:
        """A resource, or None where it is not offered.

        Raises:
            CollectFailed: as ``Api.get``; a link that leads elsewhere; too many resources.
        """
        if path in self._known:
            return self._known[path]
        where = f"{self.api.url}{path}"
        with shaped(where):
            if not path.startswith("/redfish/") or ".." in path:
                raise ValueError(path)
        if len(self._known) >= MAX_RESOURCES:
            raise CollectFailed(
                Text(
                    f"{self.api.url} 的资源超过 {MAX_RESOURCES} 个",
                    f"{self.api.url} has more than {MAX_RESOURCES} resources",
                )
            )
        try:
            body = self.api.get(path)
        except Answered as failure:
            if failure.status not in NOT_OFFERED:
                raise
            body = None
        with shaped(where):
            if body is not None and not isinstance(body, dict):
                raise TypeError(path)
        self._known[path] = body
        return body

    def linked(self, body: Body, name: str) -> tuple[str, Body] | None:
        """What a property links to, and where that is."""
        path: str | None = None
        with shaped(self.api.url):
            path = (body.get(name) or {}).get("@odata.id")
        found = self.get(path) if path else None
        return None if path is None or found is None else (path, found)

    def members(self, body: Body, name: str) -> Iterator[tuple[str, Body]]:
        """The members of the collection that a property links to.

        Raises:
            CollectFailed: as ``each``.
        """
        collection = self.linked(body, name)
        if collection is not None:
            yield from self.each(*collection, "Members")

    def each(self, path: str, body: Body, name: str) -> Iterator[tuple[str, Body]]:
        """What a list of links leads to.

        Raises:
            CollectFailed: as ``listed``; something that is listed is not there.
        """
        paths: list[str] = []
        for one in self.listed(path, body, name):
            with shaped(self.api.url + path):
                paths.append(one["@odata.id"])
        for where in paths:
            found = self.get(where)
            if found is None:
                raise _listed(where)
            yield where, found

    def listed(self, path: str, body: Body, name: str) -> list[Body]:
        """A list of a resource, page by page; what is null in it is an empty place.

        Raises:
            CollectFailed: a further page is not there, or the pages go round in circles; there are fewer than the
                service counts.
        """
        found: list[Body] = []
        counted = 0
        read: set[str] = set()
        page: Body | None = body
        while page is not None:
            with shaped(self.api.url + path):
                found += [dict(one) for one in _on_page(page, name) if one is not None]
                counted = max(counted, int(page.get(f"{name}@odata.count") or 0))
            following = page.get(f"{name}@odata.nextLink") or page.get("@odata.nextLink")
            page = self._page(str(following), read) if following else None
        different = {str(one.get("@odata.id", number)) for number, one in enumerate(found)}
        if counted > len(different):
            raise CollectFailed(
                Text(
                    f"{path} 称有 {counted} 项 {name},只给出 {len(different)} 项",
                    f"{path} counts {counted} of {name} and gives {len(different)}",
                )
            )
        return found

    def _page(self, path: str, read: set[str]) -> Body:
        found = None if path in read else self.get(path)
        if found is None:
            raise _listed(path)
        read.add(path)
        return found


def _on_page(page: Body, name: str) -> Sequence[Any]:
    """The items of a page: under the name of the list, or as a further page of a list inside a resource has them."""
    lists = [page[one] for one in (name, "Members", "value") if isinstance(page.get(one), list)]
    if page.get(name) is not None and not isinstance(page[name], list):
        raise TypeError(name)
    return lists[0] if lists else ()


def _listed(path: str) -> CollectFailed:
    return CollectFailed(Text(f"{path} 列在清单中却取不到", f"{path} is listed and yet cannot be had"))


def machines(service: Redfish) -> list[Machine]:
    """Every system with its parts.

    Raises:
        CollectFailed: there is none.
    """
    root = service.get("/redfish/v1/") or {}
    systems = list(service.members(root, "Systems"))
    if not systems:
        raise CollectFailed(
            Text(
                f"{service.api.url} 没有提供任何系统,不能说明什么",
                f"{service.api.url} offers no system, which proves nothing",
            )
        )
    found = []
    for path, body in systems:
        machine = Machine(path, body)
        machine.parts.extend(_of_system(service, path, body))
        with shaped(service.api.url + path):
            links = dict(body.get("Links") or {})
        chassis = dict(service.each(path, links, "Chassis"))
        if len(systems) == 1:
            # An enclosure of disks or power supplies is this system's as well, linked or not.
            chassis |= dict(service.members(root, "Chassis"))
        for where, one in chassis.items():
            machine.parts.extend(_of_chassis(service, where, one))
        managers = list(service.each(path, links, "ManagedBy")) or (
            list(service.members(root, "Managers")) if len(systems) == 1 else []
        )
        machine.managers.extend(one for _, one in managers)
        found.append(machine)
    return found


def _of_system(service: Redfish, path: str, body: Body) -> Iterator[Part]:
    yield Part("", path, body)
    for name in ("ProcessorSummary", "MemorySummary"):
        if isinstance(body.get(name), dict):
            yield Part("", f"{path}#/{name}", body[name])
    for where, unit in service.members(body, "Storage"):
        yield Part("", where, unit)
        for number, one in enumerate(service.listed(where, unit, "StorageControllers")):
            yield Part("", f"{where}#/StorageControllers/{number}", one)
        for place, controller in service.members(unit, "Controllers"):
            yield Part("", place, controller)
        for place, drive in service.each(where, unit, "Drives"):
            yield Part("storage", place, drive)
        for place, volume in service.members(unit, "Volumes"):
            yield Part("", place, volume)
    if not body.get("Storage"):
        for where, unit in service.members(body, "SimpleStorage"):
            for number, one in enumerate(service.listed(where, unit, "Devices")):
                yield Part("storage", f"{where}#/Devices/{number}", one)


def _of_chassis(service: Redfish, path: str, body: Body) -> Iterator[Part]:
    yield Part("", path, body)
    for area, old, lists, new, names, redundancy in (
        ("power", "Power", ("PowerSupplies",), "PowerSubsystem", "PowerSupplies", "PowerSupplyRedundancy"),
        ("cooling", "Thermal", ("Fans", "Temperatures"), "ThermalSubsystem", "Fans", "FanRedundancy"),
    ):
        if subsystem := service.linked(body, new):
            for place, one in service.members(subsystem[1], names):
                yield Part(area, place, one)
            yield from _redundancy(service, *subsystem, redundancy)
        if legacy := service.linked(body, old):
            yield from _redundancy(service, *legacy, "Redundancy")
            for name in lists:
                for number, one in enumerate(service.listed(*legacy, name)):
                    yield Part(area if name != "Temperatures" else "", f"{legacy[0]}#/{name}/{number}", one)


def _redundancy(service: Redfish, path: str, body: Body, name: str) -> Iterator[Part]:
    """What tells of a supply or fan that was taken out: its place is empty, which is no fault of its own."""
    items = service.listed(path, body, name) if isinstance(body.get(name), list) else []
    for number, one in enumerate(items):
        status = one.get("Status")
        # Switched off, as with a single supply: there is none to lose.
        if not isinstance(status, dict) or status.get("State") != "Disabled":
            yield Part("", f"{path}#/{name}/{number}", one)
