"""Durations as people say them."""

from __future__ import annotations

from datetime import timedelta

from hiscomply.model import Text


def span(duration: timedelta) -> Text:
    """A duration in the largest unit that divides it."""
    seconds = int(duration.total_seconds())
    for size, zh, en in ((86400, "天", "day"), (3600, "小时", "hour"), (60, "分钟", "minute")):
        count, rest = divmod(seconds, size)
        if count and not rest:
            return Text(f"{count} {zh}", f"{count} {en}{'s' if count != 1 else ''}")
    return Text(f"{seconds} 秒", f"{seconds} seconds")
