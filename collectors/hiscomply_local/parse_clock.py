"""Fact ``time``: what sets the clock, and whether it does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import SYSTEMD_RUNS, Answers, Ask, Command, Outcome
from hiscomply_local.parse_time_files import CONFIGURATION, configured, is_own_clock

CHRONY_SOURCES = Command(("chronyc",), ("-c", "-n", "sources"))
NTP_PEERS = Command(("ntpq",), ("-p", "-n"))
TIMEDATE = Command(("timedatectl",), ("show",), if_folder=SYSTEMD_RUNS)
COMMANDS = (CHRONY_SOURCES, NTP_PEERS, TIMEDATE)
ASK = Ask(files=tuple(path for paths in CONFIGURATION.values() for path in paths), commands=COMMANDS)
_OCTAL = re.compile(r"[0-7]{1,3}")
_STATE = Text("时间同步状态", "state of the time sources")


def parse_chrony_sources(text: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Line and fields of each row of ``chronyc -c sources``; None for a row that it cannot have."""
    for number, line in enumerate(text.split("\n"), 1):
        row = line.split(",")
        if not line.strip():
            continue
        if len(row) < 10 or not row[3].isdecimal() or not _OCTAL.fullmatch(row[5]):
            yield number, None
            continue
        # chrony prints reach in octal; any set bit is an answer to one of the last eight questions.
        fields = {"address": row[2], "is_selected": row[1] == "*", "is_reachable": int(row[5], 8) > 0}
        yield number, fields | ({"stratum": int(row[3])} if int(row[5], 8) else {})


def parse_ntp_peers(text: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Line and fields of each row below the ruler of ``ntpq -pn``; None for a row that it cannot have."""
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if line.startswith("===")), len(lines))
    for number, line in enumerate(lines[start + 1 :], start + 2):
        row = line[1:].split()
        if not row:
            continue
        if len(row) != 10 or not row[2].isdecimal() or not _OCTAL.fullmatch(row[6]):
            yield number, None
            continue
        if is_own_clock(row[0]):
            continue
        fields = {"address": row[0], "is_selected": line[0] in "*o", "is_reachable": int(row[6], 8) > 0}
        yield number, fields | ({"stratum": int(row[2])} if int(row[6], 8) else {})


def is_synchronized(answers: Answers) -> bool | None:
    """What the kernel's flag (timedatectl), chrony or ntpd says; None when none of them answers."""
    for line in answers.command(TIMEDATE).text.splitlines():
        if answers.command(TIMEDATE).ok and line.startswith("NTPSynchronized="):
            return line == "NTPSynchronized=yes"
    states = [
        fields["is_selected"]
        for command, rows in _states(answers)
        if answers.command(command).ok
        for _, fields in rows
        if fields is not None
    ]
    return any(states) if states else None


def _states(answers: Answers) -> list[tuple[Command, Iterator[tuple[int, dict[str, Any] | None]]]]:
    return [
        (CHRONY_SOURCES, parse_chrony_sources(answers.command(CHRONY_SOURCES).text)),
        (NTP_PEERS, parse_ntp_peers(answers.command(NTP_PEERS).text)),
    ]


def parse(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """A ``time_source`` record for each configured source, and for each that a daemon talks to."""
    live: dict[tuple[str, str], dict[str, Any]] = {}
    yield from _ask_daemons(answers, about, live)
    seen: set[tuple[str, str]] = set()
    for one in configured(answers, {software for software, _ in live}):
        if isinstance(one, tuple):
            yield about.refused("time_source", *one)
            continue
        key = one.software, one.address
        if key not in seen:
            seen.add(key)
            is_configured = ... if one.is_configured is None else one.is_configured
            fields = {"directive": one.directive, "is_configured": is_configured, **live.pop(key, {})}
            yield about.from_file("time_source", one.path, _keyed(about, key, fields), one.line)
    for key, fields in live.items():
        command = CHRONY_SOURCES if key[0] == "chrony" else NTP_PEERS
        yield about.from_command("time_source", command, _keyed(about, key, fields))


def _keyed(about: About, key: tuple[str, str], fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"asset_id": about.asset_id, "software": key[0], "address": key[1], **fields}


def _ask_daemons(
    answers: Answers, about: About, live: dict[tuple[str, str], dict[str, Any]]
) -> Iterator[Rejected]:
    for command, rows in _states(answers):
        answer = answers.command(command)
        if answer.outcome is not Outcome.ABSENT and not answer.ok:
            yield about.unknown("time_source", command, missing(_STATE, answer))
            continue
        for line, fields in rows:
            if fields is None:
                yield about.bad_line("time_source", command, line, unreadable(_STATE))
            else:
                name = "chrony" if command is CHRONY_SOURCES else "ntp"
                live[name, fields.pop("address")] = fields
