"""Fact ``services``: what systemd starts and runs. Other init systems: not known."""

from __future__ import annotations

from collections.abc import Iterator

from hiscomply.model import Record, Rejected, Text
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import SYSTEMD_RUNS, Answers, Ask, Command

UNITS = Command(
    ("systemctl",),
    ("list-units", "--type=service", "--all", "--plain", "--full", "--no-legend", "--no-pager"),
    if_folder=SYSTEMD_RUNS,
)
UNIT_FILES = Command(
    ("systemctl",),
    ("list-unit-files", "--type=service", "--full", "--no-legend", "--no-pager"),
    # Where systemd is installed but does not run, this searches the disk for a second, and says nothing that counts.
    if_folder=SYSTEMD_RUNS,
)
INIT = "/proc/1/comm"
ASK = Ask(files=(INIT,), commands=(UNITS, UNIT_FILES))
_WHAT = Text("服务状态", "services")


def parse_units(text: str) -> Iterator[tuple[int, str, str, str] | int]:
    """Line, name, active state and sub-state of each loaded service; numbers of bad lines."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.lstrip("●*×○ ").split(None, 4)
        if not words:
            continue
        if len(words) < 4 or not words[0].endswith(".service"):
            yield number
        elif words[1] != "not-found":
            yield number, words[0].removesuffix(".service"), words[2], words[3]


def parse_unit_files(text: str) -> Iterator[tuple[int, str, str] | int]:
    """Line, name and start-up state of each service file; numbers of bad lines."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if not words:
            continue
        if len(words) < 2 or not words[0].endswith(".service"):
            yield number
        else:
            yield number, words[0].removesuffix(".service"), words[1]


def parse(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """A ``service`` record each: by unit file, by loaded unit, or by both."""
    units, unit_files = answers.command(UNITS), answers.command(UNIT_FILES)
    init = answers.file(INIT).text.strip()
    if init and init != "systemd" and not (units.ok and units.data):
        yield about.unknown(
            "service",
            INIT,
            Text(
                f"服务状态未知:本机由 {init} 启动,没有 systemd",
                f"services not known: {init} runs this host, not systemd",
            ),
        )
        return
    for command, answer in ((UNITS, units), (UNIT_FILES, unit_files)):
        if not answer.ok:
            yield about.unknown("service", command, missing(_WHAT, answer))
    services: dict[str, dict[str, str]] = {}
    lines: dict[str, tuple[Command, int]] = {}
    for item in parse_unit_files(unit_files.text if unit_files.ok else ""):
        if isinstance(item, int):
            yield about.bad_line("service", UNIT_FILES, item, unreadable(_WHAT))
            continue
        services[item[1]] = {"startup": item[2]}
        lines[item[1]] = UNIT_FILES, item[0]
    for unit in parse_units(units.text if units.ok else ""):
        if isinstance(unit, int):
            yield about.bad_line("service", UNITS, unit, unreadable(_WHAT))
            continue
        services.setdefault(unit[1], {}).update(state=unit[2], sub_state=unit[3])
        lines[unit[1]] = UNITS, unit[0]
    for name, fields in services.items():
        command, line = lines[name]
        yield about.from_command(
            "service", command, {"asset_id": about.asset_id, "name": name, **fields}, line
        )
