"""GLPI 10, REST (``apirest.php``). Written from its documented answers; not run against a real server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hiscomply_kit.http import Api
from hiscomply_tickets.moments import moment
from hiscomply_tickets.native import MAX_PAGES, Batch, Native, items, number, shape, told

STATES: Final = {"1": "open", "2": "open", "3": "open", "4": "open", "5": "resolved", "6": "closed"}
"""By GLPI's status numbers: new, assigned, planned, pending, solved, closed."""
COLUMNS: Final = {"id": "2", "status": "12", "priority": "3", "opened": "15", "solved": "17", "closed": "16"}


def read(api: Api, queue: Mapping[str, Any], size: int, *, history: bool, zone: str) -> Batch:
    """Every item of a type (Ticket, Problem, Change). Raises as ``Api.get``."""
    pages = list(_pages(api, queue, size))
    path = f"/search/{queue['queue']}"
    extra = dict(queue.get("fields", {}))
    # an empty result has no data
    rows = [one for page in pages if page.get("data") for one in items(page, "data", path)]
    return Batch(number(pages[-1], "totalcount", path), [native(one, extra, zone) for one in rows])


def native(row: Mapping[str, Any], extra: Mapping[str, str], zone: str) -> Native:
    """One row of a search; the title, which GLPI always sends along, is not looked at.

    Raises:
        CollectFailed: it has no id or no opening time.
    """
    number_, created = told(row, COLUMNS["id"]), moment(told(row, COLUMNS["opened"]), zone)
    if number_ is None or created is None:
        raise shape("/search")
    return Native(
        id=number_,
        status=told(row, COLUMNS["status"]),
        priority=told(row, COLUMNS["priority"]),
        created=created,
        times={
            field: moment(told(row, COLUMNS[key]), zone)
            for field, key in (("resolved", "solved"), ("closed", "closed"))
            if COLUMNS[key] in row
        },
        values={column: told(row, column) for column in extra.values()},
    )


def _pages(api: Api, queue: Mapping[str, Any], size: int) -> Iterator[dict[str, Any]]:
    columns = [*COLUMNS.values(), *queue.get("fields", {}).values()]
    params = {f"forcedisplay[{at}]": column for at, column in enumerate(columns)}
    path = f"/search/{queue['queue']}"
    for page in range(MAX_PAGES):
        span = f"{page * size}-{(page + 1) * size - 1}"
        answer = api.get(path, {**params, "sort": COLUMNS["id"], "order": "ASC", "range": span})
        if not isinstance(answer, dict):
            raise shape(path)
        yield answer
        if (page + 1) * size >= number(answer, "totalcount", path):
            return
