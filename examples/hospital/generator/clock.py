"""Every date of the hospital counts from the moment of the audit, so nothing depends on today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Clock:
    """The audit's moment, as a wall clock in China shows it (no zone attached)."""

    now: datetime

    @classmethod
    def parse(cls, text: str) -> Clock:
        moment = datetime.fromisoformat(text)
        return cls(moment.astimezone(ZONE).replace(tzinfo=None))

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def stamp(self) -> str:
        """The date as it stands in file names."""
        return f"{self.now:%Y%m%d}"

    @property
    def iso(self) -> str:
        return self.now.replace(tzinfo=ZONE).isoformat()

    def ago(self, days: float = 0, *, hours: float = 0, minutes: float = 0) -> datetime:
        """So long before the audit; negative numbers lie ahead."""
        return self.now - timedelta(days=days, hours=hours, minutes=minutes)

    def on(self, days: float, hour: int, minute: int = 0) -> datetime:
        """That many days ago at that time of day."""
        day = self.today - timedelta(days=days)
        return datetime(day.year, day.month, day.day, hour, minute)

    def day(self, days: float) -> date:
        """That many days ago; negative numbers lie ahead."""
        return self.today - timedelta(days=days)


def utc(moment: datetime) -> str:
    """A wall-clock time as subjects of findings name it: UTC, to the second."""
    return moment.replace(tzinfo=ZONE).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
