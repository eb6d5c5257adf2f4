"""Facts ``sshd``, ``sysctl`` and ``password_rules``: settings as ``setting`` records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.settings import effective_setting
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answer, Answers, Ask, Command, Outcome

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

# In the order in which the software reads them: a later file overrides an earlier one.
PASSWORD_FILES = {
    "login_defs": ("/etc/login.defs",),
    "pwquality": ("/etc/security/pwquality.conf.d/*.conf", "/etc/security/pwquality.conf"),
    "faillock": ("/etc/security/faillock.conf",),
}
PASSWORD_ASK = Ask(files=tuple(path for paths in PASSWORD_FILES.values() for path in paths))


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; None for a key that stands alone."""

    key: str
    value: str | None
    line: int


def parse_words(text: str) -> Iterator[Entry | int]:
    """``key value`` lines, as sshd -T prints and login.defs holds; the number of a line without value."""
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


def parse_assignments(text: str) -> Iterator[Entry | int]:
    """``key = value`` and lone ``key`` lines of pwquality.conf and faillock.conf; numbers of other lines."""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.split("#")[0].strip()
        if not line:
            continue
        match = re.fullmatch(r"([A-Za-z_]\w*)(?:\s*=\s*(.*))?", line)
        yield Entry(match[1], match[2], number) if match else number


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


def parse_password_rules(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """login.defs, pwquality and faillock as they stand; what they leave out is not known."""
    for name, patterns in PASSWORD_FILES.items():
        found = [item for pattern in patterns for item in _present(answers, pattern)]
        entries: list[tuple[str, Entry]] = []
        for path, answer in found:
            if not answer.ok:
                yield about.unknown("setting", path, missing(Text("口令设置", "password settings"), answer))
            for entry in (parse_words if name == "login_defs" else parse_assignments)(answer.text):
                if isinstance(entry, int):
                    yield about.bad_line(
                        "setting", path, entry, unreadable(Text("口令设置", "password setting"))
                    )
                else:
                    entries.append((path, entry))
        yield from _with_effect(about, name, entries)


def _present(answers: Answers, pattern: str) -> list[tuple[str, Answer]]:
    return [
        (path, answer) for path, answer in answers.matching(pattern) if answer.outcome is not Outcome.ABSENT
    ]


def _with_effect(about: About, name: str, entries: list[tuple[str, Entry]]) -> Iterator[Record]:
    last = {entry.key: (path, entry.line) for path, entry in entries}
    occurrences: Counter[tuple[str, str]] = Counter()
    for path, entry in entries:
        occurrences[path, entry.key] += 1
        count = Counter({entry.key: occurrences[path, entry.key]})
        fields = _fields(about, path, name, entry, count)
        fields["is_effective"] = last[entry.key] == (path, entry.line)
        yield about.from_file("setting", path, fields, entry.line)


def _fields(about: About, file: str, form: str, entry: Entry, occurrences: Counter[str]) -> dict[str, object]:
    fields = effective_setting(about.asset_id, file, form, entry.key, entry.value, _number(entry.value))
    return fields | {"occurrence": occurrences[entry.key]}


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value and re.fullmatch(r"-?\d+(\.\d+)?", value) else None
    except OverflowError:
        return None
    return number
