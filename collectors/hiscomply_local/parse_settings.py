"""Facts ``sshd`` and ``sysctl``: settings as ``setting`` records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.settings import effective_setting
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answers, Ask, Command, Outcome

SSHD = Command(("sshd",), ("-T",))
SSHD_CONFIG = "/etc/ssh/sshd_config"
SSHD_ASK = Ask(heads=(SSHD_CONFIG,), commands=(SSHD,))

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
        elif not re.fullmatch(r"[A-Za-z_][\w-]*", words[0]):
            yield number
        else:
            yield Entry(words[0], words[1].strip(), number)


def parse_sshd(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """What sshd itself says that it does, outside of Match blocks; nothing on a host without sshd."""
    what = Text("sshd 的生效设置", "effective settings of sshd")
    answer = answers.command(SSHD)
    if answer.outcome is Outcome.ABSENT and answers.file(SSHD_CONFIG).outcome is Outcome.ABSENT:
        return
    if not answer.ok:
        yield about.unknown("setting", SSHD, missing(what, answer))
        return
    occurrences: Counter[str] = Counter()
    for entry in parse_words(answer.text):
        if isinstance(entry, int):
            yield about.bad_line("setting", SSHD, entry, unreadable(what))
            continue
        occurrences[entry.key] += 1
        fields = _fields(about, "sshd -T", "sshd_effective", entry, occurrences)
        yield about.from_command("setting", SSHD, fields, entry.line)


def parse_sysctl(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """The kernel's values now; a key that this kernel does not have gives no record."""
    what = Text("内核参数", "kernel parameter")
    for key, path in zip(SYSCTL_KEYS, SYSCTL_ASK.files, strict=True):
        answer = answers.file(path)
        if answer.outcome is Outcome.ABSENT:
            continue
        value = answer.text.strip()
        if not answer.ok or not value:
            yield about.unknown("setting", path, missing(what, answer))
            continue
        fields = _fields(about, path, "sysctl_effective", Entry(key, value, 1), Counter({key: 1}))
        yield about.from_file("setting", path, fields, 1)


def _fields(about: About, file: str, form: str, entry: Entry, occurrences: Counter[str]) -> dict[str, object]:
    fields = effective_setting(about.asset_id, file, form, entry.key, entry.value, number(entry.value))
    return fields | {"occurrence": occurrences[entry.key]}


def number(value: str | None) -> float | None:
    """The value as a number; None for what is none."""
    try:
        found = float(value) if value and re.fullmatch(r"-?\d+(\.\d+)?", value) else None
    except OverflowError:
        return None
    return found
