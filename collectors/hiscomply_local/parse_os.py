"""The operating system: os-release, the kernel's start time, the time zone, the end of support."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files

from hiscomply_local.answers import Answers, Command, from_epoch

TIMEZONE = "/etc/timezone"
LOCALTIME = Command(("readlink",), ("-f", "/etc/localtime"))


@dataclass(frozen=True, slots=True)
class SupportEnd:
    """When the publisher stops mending a release; ``extended`` is a longer, narrower support."""

    regular: date
    extended: date | None


def parse_os_release(text: str) -> tuple[dict[str, str], list[int]]:
    """The variables of os-release, and the numbers of the lines that are not assignments."""
    values: dict[str, str] = {}
    bad: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, raw = line.partition("=")
        words = _shell_words(raw)
        if equals and name.strip().isidentifier() and words is not None and len(words) <= 1:
            values[name.strip()] = words[0] if words else ""
        else:
            bad.append(number)
    return values, bad


def _shell_words(text: str) -> list[str] | None:
    try:
        return shlex.split(text)
    except ValueError:
        return None


def parse_boot_time(text: str) -> datetime | None:
    """``btime`` of /proc/stat: seconds since the epoch."""
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        if name == "btime":
            return from_epoch(value.strip())
    return None


@lru_cache(maxsize=64)  # the hosts of a fleet have few releases
def support_end(os_id: str, version: str) -> SupportEnd | None:
    """The end of support of a release in ``support_end.json``; None for a release that is not listed."""
    data = json.loads(files("hiscomply_local").joinpath("support_end.json").read_text("utf-8"))
    releases = data["releases"].get(os_id, {})
    entry = releases.get(version) or releases.get(version.partition(".")[0])
    if entry is None:
        return None
    extended = entry.get("extended")
    return SupportEnd(
        date.fromisoformat(entry["regular"]), date.fromisoformat(extended) if extended else None
    )


def zone_name(answers: Answers) -> str | None:
    """The IANA name of the host's time zone, from the link /etc/localtime or from /etc/timezone."""
    _, found, name = answers.command(LOCALTIME).text.strip().partition("/zoneinfo/")
    if found and name:
        return name.removeprefix("posix/")
    name = answers.file(TIMEZONE).text.strip()
    return name if name and " " not in name else None
