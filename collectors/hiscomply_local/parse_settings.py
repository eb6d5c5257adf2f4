"""Facts ``sshd`` and ``sysctl``: settings as ``setting`` records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hiscomply.model import Text
from hiscomply.units import Item, Row
from hiscomply_kit.settings import effective_said, own_of
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answers, Ask, Command, Outcome
from hiscomply_local.parse_sshd_options import FILES as OPTION_FILES
from hiscomply_local.parse_sshd_options import Given, started_with

SSHD = Command(("sshd",), ("-T",))
SSHD_CONFIG = "/etc/ssh/sshd_config"
SSHD_ASK = Ask(files=OPTION_FILES, heads=(SSHD_CONFIG,), commands=(SSHD,))

# The keys that the CIS and 等保 benchmarks for Linux look at.
SYSCTL_KEYS = (
    "fs.protected_hardlinks",
    "fs.protected_symlinks",
    "fs.suid_dumpable",
    "kernel.core_uses_pid",
    "kernel.dmesg_restrict",
    "kernel.kptr_restrict",
    "kernel.randomize_va_space",
    "kernel.sysrq",
    "kernel.unprivileged_bpf_disabled",
    "kernel.yama.ptrace_scope",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.all.accept_source_route",
    "net.ipv4.conf.all.log_martians",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.secure_redirects",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.conf.default.accept_redirects",
    "net.ipv4.conf.default.accept_source_route",
    "net.ipv4.conf.default.log_martians",
    "net.ipv4.conf.default.rp_filter",
    "net.ipv4.conf.default.secure_redirects",
    "net.ipv4.conf.default.send_redirects",
    "net.ipv4.icmp_echo_ignore_broadcasts",
    "net.ipv4.icmp_ignore_bogus_error_responses",
    "net.ipv4.ip_forward",
    "net.ipv4.tcp_syncookies",
    "net.ipv6.conf.all.accept_ra",
    "net.ipv6.conf.all.accept_redirects",
    "net.ipv6.conf.all.accept_source_route",
    "net.ipv6.conf.all.disable_ipv6",
    "net.ipv6.conf.all.forwarding",
    "net.ipv6.conf.default.accept_ra",
    "net.ipv6.conf.default.accept_redirects",
    "net.ipv6.conf.default.accept_source_route",
)
_LONGEST_KEPT = 800
_KEY = re.compile(r"[A-Za-z_][\w-]*")
SYSCTL_ASK = Ask(files=tuple(f"/proc/sys/{key.replace('.', '/')}" for key in SYSCTL_KEYS))


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; None for a key that stands alone."""

    key: str
    value: str | None
    line: int


def parse_words(text: str) -> Iterator[Entry | int]:
    """``key value`` lines, as sshd -T prints; the number of a line without value."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split(None, 1)
        if not words or words[0].startswith("#"):
            continue
        if len(words) == 1:
            yield Entry(words[0], None, number)
        elif not _KEY.fullmatch(words[0]):
            yield number
        else:
            yield Entry(words[0], words[1].strip(), number)


def parse_sshd(answers: Answers, about: About) -> Iterator[Item]:
    """What sshd itself says that it does, outside of Match blocks; nothing on a host without sshd."""
    what = Text("sshd 的生效设置", "effective settings of sshd")
    answer = answers.command(SSHD)
    if answer.outcome is Outcome.ABSENT and answers.file(SSHD_CONFIG).outcome is Outcome.ABSENT:
        return
    if not answer.ok:
        yield about.unknown("setting", SSHD, missing(what, answer))
        return
    given: dict[str, Given] = {}
    for option in started_with(answers):
        if isinstance(option, Given):
            given.setdefault(option.key, option)
            continue
        path, line, reason = option
        yield about.refused("setting", path, line, reason)
        if line is not None:
            # Whichever file sshd reads instead, this is not what it does.
            return
    occurrences: Counter[str] = Counter()
    own, source, pointer = own_of(about.asset_id, "sshd -T"), f"host:{about.asset_id}", SSHD.shown
    rows = [_started(one, about) for one in given.values()]
    for entry in parse_words(answer.text):
        if isinstance(entry, int):
            yield about.bad_line("setting", SSHD, entry, unreadable(what))
            continue
        if entry.key in given:
            continue
        occurrences[entry.key] += 1
        said = setting_said("sshd_effective", entry.key, entry.value, occurrences[entry.key])
        rows.append(Row(said, own, source, entry.line, None, pointer))
    yield from about.settings(rows)


def _started(one: Given, about: About) -> Row:
    said = setting_said("sshd_effective", one.key, one.value, 1)
    return Row(said, own_of(about.asset_id, "sshd -T"), about.file_uri(one.path), one.line, None, None)


def parse_sysctl(answers: Answers, about: About) -> Iterator[Item]:
    """The kernel's values now; a key that this kernel does not have gives no record."""
    what = Text("内核参数", "kernel parameter")
    rows = []
    for key, path in zip(SYSCTL_KEYS, SYSCTL_ASK.files, strict=True):
        answer = answers.file(path)
        if answer.outcome is Outcome.ABSENT:
            continue
        value = answer.text.strip()
        if not answer.ok or not value:
            yield about.unknown("setting", path, missing(what, answer))
            continue
        said = setting_said("sysctl_effective", key, value, 1)
        rows.append(Row(said, own_of(about.asset_id, path), about.file_uri(path), 1, None, None))
    yield from about.settings(rows)


def setting_said(form: str, key: str, value: str | None, occurrence: int) -> Mapping[str, Any]:
    """The fields of a setting in effect but for its host; the same mapping each time, unless it is long."""
    said = _kept if len(key) + len(value or "") <= _LONGEST_KEPT else _said
    return said(form, key, value, occurrence)


def _said(form: str, key: str, value: str | None, occurrence: int) -> Mapping[str, Any]:
    return effective_said(form, key, value, number(value)) | {"occurrence": occurrence}


_kept = lru_cache(2048)(_said)  # the hosts of a fleet have many alike


def number(value: str | None) -> float | None:
    """The value as a number; None for what is none."""
    try:
        found = float(value) if value and re.fullmatch(r"-?\d+(\.\d+)?", value) else None
    except OverflowError:
        return None
    return found
