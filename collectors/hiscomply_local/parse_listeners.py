"""Fact ``listeners``: sockets that wait for others, from ``ss`` or the kernel's own tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from hiscomply.model import Record, Rejected, Text
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answers, Ask, Command, Outcome

SS = Command(("ss",), ("-H", "-t", "-u", "-l", "-n", "-p"))
TABLES = {"/proc/net/tcp": "tcp", "/proc/net/tcp6": "tcp", "/proc/net/udp": "udp", "/proc/net/udp6": "udp"}
ASK = Ask(files=tuple(TABLES), commands=(SS,))
_WHAT = Text("监听端口", "listening ports")
_WAITING = {"tcp": "0A", "udp": "07"}
_PROCESS = re.compile(r'\("((?:[^"\\]|\\.)*)",pid=')


@dataclass(frozen=True, slots=True)
class Listener:
    """One address and port; ``processes`` is empty when their names may not be seen."""

    protocol: str
    address: str
    port: int
    processes: frozenset[str]
    line: int

    @property
    def is_loopback(self) -> bool:
        """Only this host itself can reach it."""
        address = ip_address(self.address)
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return (mapped or address).is_loopback


def parse_ss(text: str) -> Iterator[Listener | int]:
    """Each socket that ss printed, or the number of a line that cannot be read."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split(None, 6)
        if not words:
            continue
        address = _address(words[4]) if len(words) > 5 else None
        if address is None or words[0] not in _WAITING:
            yield number
        else:
            processes = frozenset(_PROCESS.findall(words[6])) if len(words) > 6 else frozenset()
            yield Listener(words[0], *address, processes, number)


def _address(text: str) -> tuple[str, int] | None:
    host, colon, port = text.rpartition(":")
    host = host.strip("[]").split("%")[0].rstrip("]")
    try:
        address = _written(ip_address("::" if host == "*" else host))
    except ValueError:
        return None
    return (address, int(port)) if colon and port.isdecimal() else None


def parse_table(text: str, protocol: str) -> Iterator[Listener | int]:
    """Each waiting socket of a /proc/net table (hexadecimal, in the byte order of this machine)."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if number == 1 or not words:
            continue
        match = (
            re.fullmatch(r"([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})", words[1]) if len(words) > 9 else None
        )
        if match is None:
            yield number
        elif words[3] == _WAITING[protocol]:
            yield Listener(protocol, _from_hex(match[1]), int(match[2], 16), frozenset(), number)


def _from_hex(text: str) -> str:
    raw = b"".join(bytes.fromhex(text[start : start + 8])[::-1] for start in range(0, len(text), 8))
    return _written(IPv4Address(raw) if len(raw) == 4 else IPv6Address(raw))


def _written(address: IPv4Address | IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return f"::ffff:{mapped}" if mapped else str(address)


def parse(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """A ``listener`` record for each protocol, address and port."""
    answer = answers.command(SS)
    if answer.ok:
        yield from _records(about, SS, parse_ss(answer.text))
        return
    tables = {path: answers.file(path) for path in TABLES}
    if not any(table.ok for table in tables.values()):
        yield about.unknown("listener", SS, missing(_WHAT, answer))
    for path, table in tables.items():
        if table.ok:
            yield from _records(about, path, parse_table(table.text, TABLES[path]))
        elif table.outcome is not Outcome.ABSENT:
            yield about.unknown("listener", path, missing(_WHAT, table))


def _records(
    about: About, place: str | Command, found: Iterator[Listener | int]
) -> Iterator[Record | Rejected]:
    sockets: dict[tuple[str, str, int], Listener] = {}
    for item in found:
        if isinstance(item, int):
            yield about.bad_line("listener", place, item, unreadable(_WHAT))
            continue
        key = item.protocol, item.address, item.port
        seen = sockets.get(key, item)
        sockets[key] = Listener(*key, seen.processes | item.processes, seen.line)
    for listener in sockets.values():
        fields = {
            "asset_id": about.asset_id,
            "protocol": listener.protocol,
            "address": listener.address,
            "port": listener.port,
            "is_loopback": listener.is_loopback,
            "processes": sorted(listener.processes) or ...,
        }
        if isinstance(place, Command):
            yield about.from_command("listener", place, fields, listener.line)
        else:
            yield about.from_file("listener", place, fields, listener.line)
