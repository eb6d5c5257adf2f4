"""A ticket as every product has it, before the target's mapping says what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.http import Api

STATUS, PRIORITY, NOTE = "status", "priority", "note"


@dataclass(frozen=True, slots=True)
class Event:
    """A change of status or priority, or a note (of which only the time is kept)."""

    at: datetime
    what: str
    old: str = ""
    new: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Native:
    """One ticket. Subject, description and comments are not in it.

    Attributes:
        status, priority: as the product names them; None where it has none.
        times: moments that the product keeps itself, by field of the ``ticket`` kind; None is known to be none.
        values: custom fields by name; None and "" are empty.
        events: its course, oldest first; None where that is not known.
        has_gaps: its course was asked for, and not all of it was shown.
    """

    id: str
    status: str | None
    priority: str | None
    created: datetime
    owner: str | None = None
    times: Mapping[str, datetime | None] = field(default_factory=dict)
    values: Mapping[str, str | None] = field(default_factory=dict)
    events: tuple[Event, ...] | None = None
    has_gaps: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """The tickets of one queue; ``total`` is what the server says that there are, ``gaps`` why there may be more."""

    total: int
    tickets: list[Native]
    gaps: tuple[Text, ...] = ()


class Product(Protocol):
    """What a product module has to have."""

    def __call__(self, api: Api, queue: Mapping[str, Any], size: int, *, history: bool, zone: str) -> Batch:
        """Every ticket of a queue. Raises as ``Api.get``."""
        ...


MAX_PAGES: Final = 5000


def shape(where: str) -> CollectFailed:
    """An answer that lacks what the product always says."""
    return CollectFailed(
        Text(f"{where} 的回答缺少应有的内容", f"{where} answers without what it always says"),
    )


def told(value: object, *path: str) -> str | None:
    """A text or number deep in an answer, as text; None where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def items(answer: Any, key: str, where: str) -> list[dict[str, Any]]:
    """The list of objects below a key.

    Raises:
        CollectFailed: it is not there.
    """
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise shape(where)
    return found


def number(answer: Any, key: str, where: str) -> int:
    """A count below a key.

    Raises:
        CollectFailed: it is not there.
    """
    found = answer.get(key) if isinstance(answer, dict) else None
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise shape(where)
    return int(found)
