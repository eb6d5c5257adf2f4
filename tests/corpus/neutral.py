"""Edits that change nothing of what a file means, format by format, and the random choice among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz.seeds import format_of

from hiscomply.hookspecs import FormatError, Setting
from hiscomply_files.formats.ansible_vault import ENCRYPTED

SHOWY = (
    "PermitRootLogin yes",
    "privileged: true",
    "ssl = off",
    "password = hunter2",
    "<x>",
    "Match all",
    "server {",
    "'",
    '"',
    "${",
)
"""What is written into comments: it must not be read."""
_WORD = re.compile(r"[A-Za-z][A-Za-z.-]*")
_SWITCHES = frozenset(["yes", "no", "true", "false", "on", "off", "null", "none", "y", "n"])


@dataclass(frozen=True)
class Free:
    """What one format leaves to the writer.

    Attributes:
        comment: what begins a comment on a line of its own, and what ends it.
        inline: what begins one after a value; empty where that is not allowed.
        indent: lines may begin with blanks.
        trailing: lines may end with blanks.
        blank: empty lines may stand between settings.
        quote: what may stand around a plain word.
        order: neighbouring lines of different keys may change places.
    """

    comment: tuple[str, str] = ("# ", "")
    inline: str = ""
    indent: bool = False
    trailing: bool = False
    blank: bool = True
    quote: str = ""
    order: bool = False


FREE: Mapping[str, Free] = {
    "ansible_cfg": Free(trailing=True, order=True),
    "ansible_inventory": Free(trailing=True),
    "ansible_playbook": Free(trailing=True),
    "ansible_role_vars": Free(trailing=True),
    "ansible_vars": Free(trailing=True),
    "ansible_vault_password": Free(("", ""), trailing=True),
    "apache_conf": Free(indent=True, trailing=True),
    "audit_rules": Free(trailing=True),
    "auditd_conf": Free(order=True),
    "chrony_conf": Free(indent=True, trailing=True),
    "dockerfile": Free(trailing=True),
    "kubernetes": Free(("", ""), trailing=True),
    "docker-compose": Free(inline=" # ", trailing=True, quote='"'),
    "dotenv": Free(order=True),
    "faillock": Free(indent=True, trailing=True, order=True),
    "fstab": Free(trailing=True),
    "haproxy_cfg": Free(inline=" # ", indent=True, trailing=True),
    "hcl": Free(inline=" # ", indent=True, trailing=True, quote=""),
    "ini": Free(("; ", ""), trailing=True, order=True),
    "json": Free(("", ""), indent=True, trailing=True),
    "json5": Free(("// ", ""), inline=" // ", indent=True, trailing=True),
    "json_patch": Free(("", ""), trailing=True),
    "limits_conf": Free(trailing=True),
    "login_defs": Free(indent=True, trailing=True, order=True),
    "nsswitch_conf": Free(indent=True, trailing=True, order=True),
    "logrotate_conf": Free(indent=True, trailing=True),
    "mongod_conf": Free(inline=" # ", trailing=True, quote='"'),
    "my_cnf": Free(trailing=True),
    "netrc": Free(indent=True, trailing=True),
    "nginx_conf": Free(indent=True, trailing=True, inline=" # "),
    "ntp_conf": Free(trailing=True),
    "pam_conf": Free(trailing=True),
    "pam_service": Free(trailing=True),
    "pgpass": Free(),
    "pg_hba_conf": Free(trailing=True, inline=" # "),
    "postgresql_conf": Free(inline=" # ", indent=True, trailing=True, quote="'", order=True),
    "properties": Free(order=True),
    "pwquality": Free(inline=" # ", indent=True, trailing=True, order=True),
    "redis_conf": Free(trailing=True),
    "rsyslog_conf": Free(),
    "snmp_conf": Free(inline=" # ", indent=True, trailing=True),
    "sshd_config": Free(inline=" # ", indent=True, trailing=True, quote='"', order=True),
    "sudoers": Free(trailing=True),
    "sysctl_conf": Free(("; ", ""), indent=True, trailing=True, order=True),
    "system_crontab": Free(),
    "systemd": Free(("; ", ""), trailing=True),
    "toml": Free(inline=" # ", trailing=True),
    "user_crontab": Free(),
    "xml": Free(("", "")),
    "yaml": Free(inline=" # ", trailing=True, quote='"'),
}  # fmt: skip
"""By format. What is not sure to be free is not: then the test proves less, and is never wrong."""


def settings_of(path: str, text: str) -> tuple[str, list[Setting]] | None:
    """The name of the file's format and its settings; None where it is not read."""
    one = format_of(path, text)
    if one is None:
        return None
    try:
        return one.name, list(one.parse(text))
    except FormatError:
        return None


def edited(random: Random, files: Mapping[str, str]) -> dict[str, str]:
    """The tree with up to four edits in each file that is read, and now and then with its lines in a drop-in."""
    changed = dict(files)
    for path in files:
        for _ in range(random.randint(1, 4)):
            read = settings_of(path, changed[path])
            if read is None or read[0] not in FREE or not read[1]:
                continue
            if read[1][0].key in (ENCRYPTED, "program"):
                continue  # nothing may stand beside what is encrypted, or before the first line of a program
            changed[path] = _edited(random, changed[path], FREE[read[0]], read[1])
    if random.randrange(3) == 0:
        changed = _in_a_drop_in(changed)
    return changed


def _edited(random: Random, text: str, free: Free, settings: Sequence[Setting]) -> str:
    edits: list[Callable[[Random, list[str], Free, Sequence[Setting]], None]] = []
    edits += [_comment] * bool(free.comment[0])
    edits += [_inline] * bool(free.inline)
    edits += [_indent] * free.indent
    edits += [_trail] * free.trailing
    edits += [_blank] * free.blank
    edits += [_quote] * bool(free.quote)
    edits += [_swap] * free.order
    lines = text.split("\n")
    if edits:
        random.choice(edits)(random, lines, free, settings)
    return "\n".join(lines)


def _starts(lines: Sequence[str], settings: Sequence[Setting]) -> list[int]:
    """Indexes of lines where a setting begins and the line before does not go on."""
    found = {setting.line - 1 for setting in settings}
    return sorted(at for at in found if at == 0 or not lines[at - 1].rstrip().endswith(("\\", ",", "[", "{")))


def _comment(random: Random, lines: list[str], free: Free, settings: Sequence[Setting]) -> None:
    before, after = free.comment
    for at in random.sample(_starts(lines, settings), 1) if _starts(lines, settings) else ():
        lines.insert(at, before + random.choice(SHOWY) + after)


def _blank(random: Random, lines: list[str], free: Free, settings: Sequence[Setting]) -> None:
    if starts := _starts(lines, settings):
        lines.insert(random.choice(starts), "")


def _plain(lines: Sequence[str], settings: Sequence[Setting]) -> list[Setting]:
    """The settings that are alone on their line, with their value there as it is, at the line's end."""
    count: dict[int, int] = {}
    for setting in settings:
        count[setting.line] = count.get(setting.line, 0) + 1
    return [
        one
        for one in settings
        if count[one.line] == 1 and one.value and lines[one.line - 1][one.column - 1 :] == one.value
    ]


def _inline(random: Random, lines: list[str], free: Free, settings: Sequence[Setting]) -> None:
    if plain := _plain(lines, settings):
        lines[random.choice(plain).line - 1] += free.inline + "was: something else"


def _trail(random: Random, lines: list[str], free: Free, settings: Sequence[Setting]) -> None:
    if plain := _plain(lines, settings):
        lines[random.choice(plain).line - 1] += random.choice((" ", "\t", "   "))


def _indent(random: Random, lines: list[str], free: Free, settings: Sequence[Setting]) -> None:
    if starts := _starts(lines, settings):
        at = random.choice(starts)
        lines[at] = random.choice((" ", "    ", "\t")) + lines[at]


def _quote(random: Random, lines: list[str], free: Free, settings: Sequence[Setting]) -> None:
    """Words only, and none that is a switch: quoted, YAML takes those for text."""
    words = [
        one
        for one in _plain(lines, settings)
        if _WORD.fullmatch(one.value or "")
        and (free.quote == "'" or (one.value or "").lower() not in _SWITCHES)
    ]
    if words:
        one = random.choice(words)
        start = one.column - 1
        lines[one.line - 1] = f"{lines[one.line - 1][:start]}{free.quote}{one.value}{free.quote}"


def _swap(random: Random, lines: list[str], free: Free, settings: Sequence[Setting]) -> None:
    plain = {one.line: one for one in _plain(lines, settings)}
    pairs = [
        at
        for at, one in plain.items()
        if (other := plain.get(at + 1)) is not None
        and other.section == one.section
        and other.key != one.key
        and not any("include" in key for key in (one.key, other.key))
    ]
    if pairs:
        at = random.choice(pairs)
        lines[at - 1], lines[at] = lines[at], lines[at - 1]


DROP_INS: Mapping[str, tuple[re.Pattern[str], str, str]] = {
    "sshd_config": (re.compile(r"(.*/)?etc/ssh/sshd_config"), "sshd_config.d/50-moved.conf", "Include {0}\n"),
    "postgresql_conf": (re.compile(r"(.*/)?postgresql(/.*)?/postgresql\.conf"), "conf.d/50-moved.conf", "include '{0}'\n"),
    "sysctl_conf": (re.compile(r"(.*/)?etc/sysctl\.conf"), "sysctl.d/50-moved.conf", ""),
}  # fmt: skip
"""By format: which main file, where its lines may go instead, and what it then says."""


def _in_a_drop_in(files: Mapping[str, str]) -> dict[str, str]:
    """The tree with the lines of a main file in a drop-in, where it is the only file of its format."""
    changed = dict(files)
    for path, text in files.items():
        read = settings_of(path, text)
        if read is None or read[0] not in DROP_INS or any("include" in one.key for one in read[1]):
            continue
        pattern, name, says = DROP_INS[read[0]]
        formats = [settings_of(other, content) for other, content in files.items()]
        if pattern.fullmatch(path) and sum(one is not None and one[0] == read[0] for one in formats) == 1:
            folder = path.rpartition("/")[0]
            changed[f"{folder}/{name}"] = text
            changed[path] = says.format(name)
            if not says:
                del changed[path]
    return changed
