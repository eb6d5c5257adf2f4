"""Times as ticket systems write them. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def moment(text: str | None, zone: str) -> datetime | None:
    """An aware time; one without a zone is of ``zone``. None for an empty one, and for 1970 (RT's "not set").

    Raises:
        ValueError: it is no time.
    """
    if not text or text.startswith(("1970-01-01", "0000-00-00")):
        return None
    found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
