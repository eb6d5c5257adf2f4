"""What every parser knows of the target, and how records and refusals are made. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_directory.entry import is_below


@dataclass(frozen=True, slots=True)
class About:
    """One directory.

    Attributes:
        where: its address.
        base: where its accounts stand.
        now: when the collection began, UTC.
        zone: IANA name of the zone in which an account's last day counts.
        options: of the target.
    """

    where: str
    base: str
    now: datetime
    zone: str
    options: Mapping[str, Any]

    @property
    def system_id(self) -> str:
        """The directory's id in the register of systems."""
        return str(self.options["system_id"])

    def record(self, kind: str, fields: Mapping[str, Any], place: str | None = None) -> Record:
        """A record; fields that are ``...`` are not known and left out. ``place`` names no person."""
        known = {name: value for name, value in fields.items() if value is not ...}
        return Record(kind, known, f"{self.where}/{self.base}", self.now, pointer=place)

    def rejected(self, kind: str, reason: Text, place: str | None = None) -> Rejected:
        """Something that stays unknown."""
        return Rejected(kind, f"{self.where}/{self.base}", reason, pointer=place)

    def ruled_kind(self, login: str, dn: str) -> str | None:
        """The kind that the first fitting rule of the target gives, None where none fits."""
        for rule in self.options.get("kinds", ()):
            fits_login = fnmatchcase(login.casefold(), rule.get("login", "*").casefold())
            if fits_login and ("under" not in rule or is_below(dn, rule["under"])):
                return str(rule["kind"])
        return None

    def person(self, texts: list[str]) -> Any:
        """The staff number of an account; ``...`` where its entry shows none: it may have none, or hide it."""
        return texts[0] if len(texts) == 1 and texts[0].strip() else ...


def known(value: Any) -> Any:
    """The value, and ``...`` (not known) for None."""
    return ... if value is None else value
