"""iTop 3, REST/JSON (``webservices/rest.php``). Written from its documented answers; not run against a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from hiscomply.hookspecs import CollectDenied
from hiscomply.model import Text
from hiscomply_kit.http import Api
from hiscomply_tickets.moments import moment
from hiscomply_tickets.native import Batch, Native, shape, told

STATES: Final = {
    "new": "open",
    "assigned": "open",
    "pending": "open",
    "escalated_tto": "open",
    "escalated_ttr": "open",
    "resolved": "resolved",
    "closed": "closed",
}
TIMES: Final = {"acked": "assignment_date", "resolved": "resolution_date", "closed": "close_date"}
_PATH: Final = "/webservices/rest.php"
_UNAUTHORISED: Final = 1


def read(api: Api, queue: Mapping[str, Any], size: int, *, history: bool, zone: str) -> Batch:
    """Every object of a class (Incident, UserRequest, NormalChange), in one answer. Raises as ``Api.get``."""
    is_change = queue["queue"].endswith("Change")
    times = {} if is_change else TIMES
    created = "creation_date" if is_change else "start_date"
    priority = () if is_change else ("priority",)
    wanted = ["ref", "status", created, *priority, *times.values(), *queue.get("fields", {}).values()]
    asked = {
        "operation": "core/get",
        "class": queue["queue"],
        "key": f"SELECT {queue['queue']}",
        "output_fields": ",".join(dict.fromkeys(wanted)),
    }
    answer = api.get(_PATH, {"version": "1.3", "json_data": json.dumps(asked)})
    return batch(answer, created, times, zone)


def batch(answer: Any, created: str, times: Mapping[str, str], zone: str) -> Batch:
    """The answer to ``core/get``.

    Raises:
        CollectDenied: the login is refused. CollectFailed: it is no answer to that question.
    """
    if not isinstance(answer, dict) or answer.get("code") not in {0, _UNAUTHORISED}:
        raise shape(_PATH)
    if answer["code"] == _UNAUTHORISED:
        raise CollectDenied(
            Text("iTop 拒绝登录，请检查账号与权限", "iTop refuses the login; check account and profile")
        )
    stated = re.search(r"\d+", told(answer, "message") or "")
    if stated is None:
        raise shape(_PATH)
    objects = answer.get("objects") or {}
    return Batch(int(stated[0]), [_native(one, created, times, zone) for one in objects.values()])


def _native(one: Any, created: str, times: Mapping[str, str], zone: str) -> Native:
    fields = one.get("fields") if isinstance(one, dict) else None
    at = moment(told(fields, created), zone)
    ref = told(fields, "ref")
    if not isinstance(fields, dict) or at is None or ref is None:
        raise shape(_PATH)
    return Native(
        id=ref,
        status=told(fields, "status"),
        priority=told(fields, "priority"),
        created=at,
        times={name: moment(told(fields, key), zone) for name, key in times.items() if key in fields},
        values={key: told(fields, key) for key in fields},
    )
