"""The ageing fields of /etc/shadow. The hash itself is looked at here and goes no further."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_EPOCH = date(1970, 1, 1)
# From this many days on, shadow's own documentation and every installer mean "never".
_NEVER_DAYS = 99_999
_NUMBER = re.compile(r"(-?[0-9]{1,9})?")
_SCHEMES = {
    "1": "md5",
    "2": "bcrypt",
    "2a": "bcrypt",
    "2b": "bcrypt",
    "2y": "bcrypt",
    "5": "sha256",
    "6": "sha512",
    "7": "scrypt",
    "y": "yescrypt",
    "gy": "gost-yescrypt",
    "sm3": "sm3",
    "sha1": "sha1",
    "md5": "sunmd5",
}


@dataclass(frozen=True, slots=True)
class Ageing:
    """What may be known of a password.

    Attributes:
        is_locked: no password opens the account.
        has_password: a hash is stored, locked or not. False with ``is_locked`` False: no password is asked.
        scheme: name of the hash scheme; None without hash or for one that is not listed.
    """

    login: str
    line: int
    is_locked: bool
    has_password: bool
    scheme: str | None
    changed_at: datetime | None
    max_age_days: int | None
    expires_on: date | None


def parse_shadow(text: str) -> Iterator[Ageing | int]:
    """Each account, or the number of a line that cannot be read."""
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split(":")
        if not line.strip() or line.startswith(("#", "+", "-")):
            continue
        numbers = [fields[index] for index in (2, 4, 7)] if len(fields) == 9 else ["?"]
        if not fields[0] or not all(_NUMBER.fullmatch(number) for number in numbers):
            yield number
            continue
        changed, max_age, expires = (int(number or -1) for number in numbers)
        yield Ageing(
            fields[0],
            number,
            is_locked=fields[1].startswith(("!", "*")) or fields[1] == "x",
            has_password=bool(_bare_hash(fields[1])),
            scheme=_scheme(_bare_hash(fields[1])),
            # 0 asks for a new password at the next login: it says nothing of when the old one was set.
            changed_at=datetime.combine(_day(changed), datetime.min.time(), UTC) if changed > 0 else None,
            max_age_days=max_age if 0 <= max_age < _NEVER_DAYS else None,
            expires_on=_day(expires) if expires >= 0 else None,
        )


def _day(days: int) -> date:
    return _EPOCH + timedelta(days=min(days, 2_900_000))


def _bare_hash(stored: str) -> str:
    """The hash without the marks of a lock; empty when there is none."""
    bare = stored.lstrip("!")
    return bare if len(bare) > 1 and bare[0] != "*" else ""


def _scheme(stored: str) -> str | None:
    parts = stored.split("$")
    if len(parts) >= 3 and parts[0] == "":
        return _SCHEMES.get(parts[1])
    return "des" if len(stored) == 13 else None
