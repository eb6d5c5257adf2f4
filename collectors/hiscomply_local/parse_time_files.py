"""The time sources that chrony's, ntpd's and timesyncd's files name, as far as these files are in effect."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hiscomply.model import Text
from hiscomply_local.about import missing
from hiscomply_local.answers import Answers, Outcome

_CHRONY_MAINS = ("/etc/chrony.conf", "/etc/chrony/chrony.conf")
_CHRONY_DROP_INS = ("/etc/chrony.d/*.conf", "/etc/chrony/conf.d/*.conf", "/etc/chrony/sources.d/*.sources")
CONFIGURATION = {
    "chrony": (*_CHRONY_MAINS, *_CHRONY_DROP_INS),
    "ntp": ("/etc/ntp.conf", "/etc/ntpsec/ntp.conf"),
    "timesyncd": ("/etc/systemd/timesyncd.conf", "/etc/systemd/timesyncd.conf.d/*.conf"),
}
WHAT = Text("时间源", "time sources")
_OWN_CLOCK = "127.127.1."
_BY_DHCP = "/run/"

Include = tuple[str, int, str]
"""A file of chrony, a line of it, and the pattern of what it reads besides."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source that a file names; ``is_configured`` is None where nobody knows whether the file is in effect."""

    software: str
    path: str
    line: int
    directive: str
    address: str
    is_configured: bool | None = True


def is_own_clock(address: str) -> bool:
    """ntpd's driver for the clock of the host itself: it tells no time, but hides that nothing else does."""
    return address.startswith(_OWN_CLOCK)


def parse_servers(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, directive and address of chrony's and ntpd's ``server``, ``pool``, ``peer``, ``refclock``."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split("#")[0].split()
        if len(words) > 1 and words[0].lower() in {"server", "pool", "peer", "refclock"}:
            address = next((word for word in words[1:] if not word.startswith("-")), words[1])
            if not is_own_clock(address):
                yield number, words[0].lower(), address


def parse_timesyncd(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, directive and address of ``NTP=`` and ``FallbackNTP=`` that are set."""
    for number, line in enumerate(text.split("\n"), 1):
        name, equals, value = line.strip().partition("=")
        if equals and name.strip() in {"NTP", "FallbackNTP"}:
            directive = "server" if name.strip() == "NTP" else "fallback"
            for address in value.split():
                yield number, directive, address


def parse_chrony_includes(text: str) -> Iterator[tuple[int, str]]:
    """Line and pattern of the files that chrony reads besides: ``include``, ``confdir``, ``sourcedir``."""
    for number, line in enumerate(text.split("\n"), 1):
        name, *words = line.split("#")[0].split() or [""]
        match name.lower():
            case "include":
                yield from ((number, word) for word in words[:1])
            case "confdir" | "sourcedir":
                suffix = "conf" if name.lower() == "confdir" else "sources"
                yield from ((number, f"{word.rstrip('/')}/*.{suffix}") for word in words)


def configured(answers: Answers, running: Set[str]) -> Iterator[Source | tuple[str, int | None, Text]]:
    """Every source of a file, and the places of what could not be read, with the reason.

    Args:
        running: the programs that answered. What another program's files say may be left over.
    """
    includes = _includes(answers)
    yield from _chrony_elsewhere(includes)
    for software, patterns in CONFIGURATION.items():
        found: list[Source] = []
        for path, answer in (one for pattern in patterns for one in answers.matching(pattern)):
            if answer.outcome is not Outcome.ABSENT and not answer.ok:
                yield path, None, missing(WHAT, answer)
            is_read = software != "chrony" or path in _CHRONY_MAINS or _is_included(path, includes, answers)
            if is_read is False:
                continue
            reader = parse_timesyncd if software == "timesyncd" else parse_servers
            found += [Source(software, path, *one, is_read or None) for one in reader(answer.text)]
        is_left_over = bool(running) and software not in running
        if is_left_over and found:
            reason = (
                f"{software} 没有应答,而 {'、'.join(sorted(running))} 在运行,不知其配置是否在用",
                f"{software} does not answer while {', '.join(sorted(running))} runs: whether this file is in use is not known",
            )
            yield found[0].path, None, Text(*reason)
        yield from _in_effect(found, is_left_over=is_left_over)


def _in_effect(found: list[Source], *, is_left_over: bool) -> Iterator[Source]:
    has_servers = any(one.directive == "server" for one in found)
    for one in found:
        is_configured = None if is_left_over else one.is_configured
        if one.directive == "fallback" and has_servers:
            # timesyncd takes these only where it knows of no other source
            is_configured = False
        yield Source(one.software, one.path, one.line, one.directive, one.address, is_configured)


def _includes(answers: Answers) -> list[Include]:
    return [
        (path, line, pattern)
        for path in _CHRONY_MAINS
        for line, pattern in parse_chrony_includes(answers.file(path).text)
    ]


def _is_included(path: str, includes: list[Include], answers: Answers) -> bool | None:
    """Whether chrony's own file leads to a drop-in; None where that file could not be read."""
    if any(fnmatchcase(path, pattern) for _, _, pattern in includes):
        return True
    mains = [answers.file(main) for main in _CHRONY_MAINS]
    return False if all(main.ok or main.outcome is Outcome.ABSENT for main in mains) else None


def _chrony_elsewhere(includes: list[Include]) -> Iterator[tuple[str, int, Text]]:
    folders = {posixpath.dirname(pattern) for pattern in _CHRONY_DROP_INS}
    for path, line, pattern in includes:
        # what a DHCP server gave is told by the daemon itself
        if posixpath.dirname(pattern) not in folders and not pattern.startswith(_BY_DHCP):
            reason = f"包含了未读取的文件 {pattern}", f"includes {pattern}, which was not read"
            yield path, line, Text(*reason)
