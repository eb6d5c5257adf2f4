"""What an importer makes of a file, and how it says that something in it is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hiscomply.errors import Place, ReferenceDataError

CVE = re.compile(r"^CVE-\d{4}-\d{4,19}$")


@dataclass(slots=True)
class Parsed:
    """Rows of a data set with the place of each, and what the source says of itself.

    Attributes:
        as_of: the day that the data speak of, None where the source does not say.
        passed_over: records that hold nothing for the set, such as CVEs without a decision.
    """

    source: str
    rows: list[tuple[dict[str, Any], Place]] = field(default_factory=list)
    as_of: date | None = None
    version: str = ""
    passed_over: int = 0


def wrong(place: Place, zh: str, en: str, hint: str = "") -> ReferenceDataError:
    """Something in the file is not as its format says."""
    return ReferenceDataError(zh, en, place=place, hint=hint)


def mapping(value: Any, place: Place, what: str) -> Mapping[str, Any]:
    """The value, which must be an object.

    Raises:
        ReferenceDataError: it is none.
    """
    if not isinstance(value, dict):
        raise wrong(place, f"{what} 应为对象", f"{what} must be an object")
    return value


def listing(value: Any, place: Place, what: str) -> list[Any]:
    """The value, which must be a list.

    Raises:
        ReferenceDataError: it is none.
    """
    if not isinstance(value, list):
        raise wrong(place, f"{what} 应为列表", f"{what} must be a list")
    return value


def cve_id(value: Any, place: Place) -> str:
    """A CVE id.

    Raises:
        ReferenceDataError: it is none.
    """
    if not isinstance(value, str) or not CVE.match(value):
        raise wrong(place, f"{value!r} 不是 CVE 编号", f"{value!r} is no CVE id")
    return value


def day(value: Any, place: Place, what: str) -> date:
    """The day of an ISO date or time.

    Raises:
        ReferenceDataError: it is neither.
    """
    try:
        return datetime.fromisoformat(value).date()
    except (TypeError, ValueError):
        raise wrong(place, f"{what} {value!r} 不是日期", f"{what} {value!r} is no date") from None
