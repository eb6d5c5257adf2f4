"""When each account last logged in, from lastlog (or lastlog2) and from wtmp (``last``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from hiscomply_local.answers import Answers, Command, from_text

# Both run in the C locale and in UTC: fetch sets LC_ALL and TZ.
LASTLOG = Command(("lastlog2", "lastlog"))
LAST = Command(("last",), ("-w", "-F"))
_LASTLOG_TIME = re.compile(r"(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d [+-]\d{4} \d{4})$")
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_LAST_TIME = re.compile(
    rf"\s[A-Z][a-z]{{2}} ({'|'.join(_MONTHS)}) ([ 0-9][0-9]) ([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}}) ([0-9]{{4}})(?:\s|$)"
)
_NOT_PEOPLE = {"reboot", "shutdown", "runlevel", "wtmp", "wtmpdb"}


def parse_lastlog(text: str) -> Iterator[tuple[str, datetime] | int]:
    """Login and time; the number of a line that is neither a login nor a "never"."""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip()
        if not line or number == 1 or line.endswith("**Never logged in**"):
            continue
        match = _LASTLOG_TIME.search(line)
        time = from_text(match[1], "%a %b %d %H:%M:%S %z %Y") if match else None
        yield (line.split()[0], time) if time else number


def parse_last(text: str) -> Iterator[tuple[str, datetime] | int]:
    """Login and start of each session; the number of a line without start."""
    for number, line in enumerate(text.split("\n"), 1):
        login = line.split(" ")[0]
        if not line.strip() or login in _NOT_PEOPLE or not login:
            continue
        match = _LAST_TIME.search(line)
        time = _moment(*match.groups()) if match else None
        yield (login, time) if time else number


def _moment(month: str, *numbers: str) -> datetime | None:
    """What ``strptime`` gives, of which a server's thousands of sessions would take 30 µs each."""
    day, hour, minute, second, year = map(int, numbers)
    try:
        return datetime(year, _MONTHS[month], day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def last_logins(answers: Answers) -> tuple[dict[str, datetime], list[tuple[Command, int]]]:
    """The newest login of each account by either record, and the lines that could not be read."""
    newest: dict[str, datetime] = {}
    bad: list[tuple[Command, int]] = []
    for command, reader in ((LASTLOG, parse_lastlog), (LAST, parse_last)):
        answer = answers.command(command)
        for item in reader(answer.text) if answer.ok else ():
            if isinstance(item, int):
                bad.append((command, item))
            else:
                login, time = item
                newest[login] = max(time, newest.get(login, time))
    return newest, bad
