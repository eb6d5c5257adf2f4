"""Redmine 4.2 to 5, REST. Issues carry their journals only one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.http import Api
from hiscomply_tickets.moments import moment
from hiscomply_tickets.native import (
    MAX_PAGES,
    NOTE,
    PRIORITY,
    STATUS,
    Batch,
    Event,
    Native,
    items,
    number,
    shape,
    told,
)

STATES: Final[Mapping[str, str]] = {}
"""Statuses are the site's own; which of them means what, the target says."""
Names = Mapping[str, Mapping[str, str]]


def read(api: Api, queue: Mapping[str, Any], size: int, *, history: bool, zone: str) -> Batch:
    """Every issue of a tracker (and project), closed ones too. Raises as ``Api.get``."""
    names = {
        STATUS: _names(api.get("/issue_statuses.json"), "issue_statuses"),
        PRIORITY: _names(api.get("/enumerations/issue_priorities.json"), "issue_priorities"),
    }
    params: dict[str, Any] = {"status_id": "*", "sort": "id"}
    params["tracker_id"] = _tracker(api, queue["queue"])
    if "project" in queue:
        params["project_id"] = queue["project"]
    pages = list(_pages(api, params, size))
    tickets = []
    for page in pages:
        for one in items(page, "issues", "/issues.json"):
            whole = api.get(f"/issues/{one['id']}.json", {"include": "journals"}) if history else None
            tickets.append(native(one, whole.get("issue") if isinstance(whole, dict) else None, names, zone))
    total = number(pages[-1], "total_count", "/issues.json")
    return Batch(total, tickets, gaps=tuple(_hidden(api, queue.get("project"))))


def _hidden(api: Api, project: str | None) -> Iterator[Text]:
    """Why the account may not see every issue: Redmine counts only those that it shows."""
    answer = api.get("/users/current.json", {"include": "memberships"})
    me = answer.get("user") if isinstance(answer, dict) else None
    if told(me, "admin") == "True":
        return
    only = told(api.get(f"/projects/{project}.json"), "project", "id") if project else None
    roles = [
        items(one, "roles", "/users/current.json")
        for one in items(me, "memberships", "/users/current.json")
        if only is None or told(one, "project", "id") == only
    ]
    used = {str(one.get("id")) for several in roles for one in several}
    seen = {one for one in used if told(api.get(f"/roles/{one}.json"), "role", "issues_visibility") == "all"}
    # of several roles in a project the widest counts
    if not roles or any(not seen & {str(one.get("id")) for one in several} for several in roles):
        yield Text(
            "账号看不到全部问题(私有的或他人的):请使其成为项目成员,并将角色的“问题可见性”设为“所有问题”",
            "the account does not see every issue (private ones, or those of others): make it a member of the projects, with a "
            "role whose Issues visibility is All issues",
        )


def native(one: Mapping[str, Any], whole: Mapping[str, Any] | None, names: Names, zone: str) -> Native:
    """One issue of a list, with the same issue and its journals, if that was asked for.

    Raises:
        CollectFailed: it has no id or no time of creation.
    """
    number_, created = told(one, "id"), moment(told(one, "created_on"), zone)
    if number_ is None or created is None:
        raise shape("/issues.json")
    fields = one.get("custom_fields")
    return Native(
        id=number_,
        status=told(one, "status", "name"),
        priority=told(one, "priority", "name"),
        created=created,
        owner=told(one, "assigned_to", "name"),
        values={str(field.get("name")): _value(field.get("value")) for field in fields or ()},
        events=None if whole is None else tuple(course(whole, names, zone)),
    )


def course(whole: Mapping[str, Any], names: Names, zone: str) -> Iterator[Event]:
    """Changes of status and priority, and that there are notes; never a note itself.

    Raises:
        CollectFailed: the journals are missing, or one has no time.
    """
    for journal in items(whole, "journals", "/issues/ID.json"):
        at, by = moment(told(journal, "created_on"), zone), told(journal, "user", "name")
        if at is None:
            raise shape("/issues/ID.json")
        for detail in items(journal, "details", "/issues/ID.json"):
            what = {"status_id": STATUS, "priority_id": PRIORITY}.get(str(detail.get("name")))
            if what and detail.get("property") == "attr":
                old, new = (str(detail.get(key)) for key in ("old_value", "new_value"))
                yield Event(at, what, names[what].get(old, f"#{old}"), names[what].get(new, f"#{new}"), by)
        if journal.get("notes"):
            yield Event(at, NOTE, by=by)


def _value(value: object) -> str | None:
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return None if value is None else str(value)


def _names(answer: Any, key: str) -> dict[str, str]:
    return {str(one.get("id")): str(one.get("name")) for one in items(answer, key, f"/{key}.json")}


def _tracker(api: Api, name: str) -> str:
    trackers = _names(api.get("/trackers.json"), "trackers")
    for number_, known in trackers.items():
        if known == name:
            return number_
    raise CollectFailed(
        Text(
            f"Redmine 没有名为 {name} 的跟踪标签；现有：{'、'.join(trackers.values())}",
            f"Redmine has no tracker {name}; it has {', '.join(trackers.values())}",
        )
    )


def _pages(api: Api, params: Mapping[str, Any], size: int) -> Iterator[dict[str, Any]]:
    for page in range(MAX_PAGES):
        answer = api.get("/issues.json", {**params, "limit": size, "offset": page * size})
        found = items(answer, "issues", "/issues.json")
        yield answer
        if len(found) < size:
            return
