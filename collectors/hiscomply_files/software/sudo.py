"""sudo: defaults and rules of sudoers with its includes, aliases written out. Source: sudoers(5) of sudo 1.9.13."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, value_of, with_defaults
from hiscomply_files.software.following import Statements, whole_statements

_SOURCE = "sudoers(5), sudo 1.9.13"
DEFAULTS: Mapping[str, Default] = {
    "authenticate": Default("true", _SOURCE),
    "env_reset": Default("true", _SOURCE),
    "logging": Default("syslog", _SOURCE),
}
PREFIX = re.compile(
    r"(?:(?P<tag>(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT))\s*+:|\([^)]*+\)"
    r"|(?:ROLE|TYPE|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER)=\S++)\s*+"
)
RUNAS = re.compile(r"\([^()]*+\)")
LIST = re.compile(r"(?<!\\)\s*+,\s*+")
COMMA = re.compile(r"(?<!\\),")
SPECIFICATION = re.compile(r"\s:\s*+[^=:()/]++=")
"""Where the rule goes on for other hosts."""


class Sudo:
    """Each ``sudoers`` of the tree. Values: each default; ``unauthenticated`` (what may run without a password),
    ``everyone`` (what all users may run), ``logging`` (syslog, logfile or none)."""

    name: ClassVar[str] = "sudo"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``sudoers``, and ``nsswitch.conf``, which may name a directory that has rules, too."""
        return file_format in ("sudoers", "nsswitch_conf")

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each main file, and for each fragment that none includes."""
        own = {path: file for path, file in files.items() if not _is_switch(path)}
        lost = {path: why for path, why in unread.items() if not _is_switch(path)}
        for path, reading in whole_statements(own, lost, _pattern, "sudoers.d"):
            reading.missing += _directories(path, files, unread)
            values = [*_values(reading)]
            if not reading.missing:
                values = [*with_defaults(values, DEFAULTS, path)]
            yield Configuration(self.name, path, values, missing=tuple(reading.missing))


def _is_switch(path: str) -> bool:
    return posixpath.basename(path) == "nsswitch.conf"


def _directories(path: str, files: Mapping[str, ReadFile], unread: Mapping[str, Text]) -> Iterator[Text]:
    """Why the rules of a main file may not be all: the ``nsswitch.conf`` of its machine. Source: sudo's sudo_nss.c."""
    folder = posixpath.dirname(path)
    root = folder[: -len("usr/etc")] if f"/{folder}".endswith("/usr/etc") else None
    switch = f"{folder if root is None else f'{root}etc'}/nsswitch.conf".lstrip("/")
    if switch in unread:
        yield Text(f"{switch}:{unread[switch].zh}", f"{switch}: {unread[switch].en}")
    for setting in files[switch].settings if switch in files else ():
        sources = (setting.value or "").lower().split()
        for name in sorted({"ldap", "sss"} & set(sources)) if setting.key == "sudoers" else ():
            yield Text(
                f"{switch}:{setting.line}:{name} 中的 sudo 规则不在检查范围内",
                f"{switch}:{setting.line}: sudo rules from {name} were not read",
            )


def _pattern(setting: Setting) -> str | None:
    target = (setting.value or "").rstrip("/")
    return {"include": target, "includedir": f"{target}/*"}.get(setting.key)


def _values(reading: Statements) -> Iterator[Value]:
    """The last of each default; for each rule what it lets run without a password, and what for everyone."""
    last: dict[str, Value] = {}
    for path, setting in reading.met:
        if setting.key.startswith("defaults."):
            value = replace(value_of(setting, path), key=setting.key.removeprefix("defaults."))
            if setting.section is not None:
                yield replace(value, origin="conditional")
            else:
                last[value.key] = replace(value, is_certain=not reading.missing)
    yield from last.values()
    yield from _logging(last)
    aliases = {one.key: one.value or "" for _, one in reading.met if "_alias." in one.key}
    for path, setting in reading.met:
        if setting.key == "rule":
            yield from _of_rule(setting, path, aliases)


def _logging(last: Mapping[str, Value]) -> Iterator[Value]:
    syslog, logfile = last.get("syslog"), last.get("logfile")
    if logfile is not None and logfile.value != "false":
        yield replace(logfile, key="logging", value="logfile")
    elif syslog is not None:
        value = "none" if syslog.value == "false" else "syslog"
        yield replace(syslog, key="logging", value=value)


def _of_rule(setting: Setting, path: str, aliases: Mapping[str, str]) -> Iterator[Value]:
    left, _, right = LIST.sub(",", setting.value or "").partition("=")
    users = _members(left.rsplit(None, 1)[0] if " " in left.strip() else left, "user", aliases)
    free: list[str] = []
    all_: list[str] = []
    right = RUNAS.sub(lambda users: users[0].replace(",", " "), right)
    for specification in SPECIFICATION.split(right):
        _commands(specification, aliases, free, all_)
    line = value_of(setting, path)
    if free:
        yield replace(line, key="unauthenticated", value=", ".join(free))
    if "ALL" in users:
        yield replace(line, key="everyone", value=", ".join(all_))


def _commands(text: str, aliases: Mapping[str, str], free: list[str], all_: list[str]) -> None:
    """Adds the commands that need no password, and all of them. A tag holds for what follows it, too."""
    needs_password = True
    for part in COMMA.split(text):
        rest = part.strip()
        prefix = PREFIX.match(rest)
        while prefix:
            if prefix["tag"] in ("PASSWD", "NOPASSWD"):
                needs_password = prefix["tag"] == "PASSWD"
            rest = rest[prefix.end() :]
            prefix = PREFIX.match(rest)
        commands = _members(rest, "cmnd", aliases)
        all_ += commands
        if not needs_password or "NOPASSWD" in rest:
            free += commands


def _members(text: str, kind: str, aliases: Mapping[str, str]) -> list[str]:
    """A list with its aliases written out, each once."""
    found: list[str] = []
    waiting = [text]
    written_out: set[str] = set()
    while waiting:
        for part in waiting.pop().split(","):
            name = part.strip()
            inside = aliases.get(f"{kind}_alias.{name}")
            if inside is None:
                found += [name] if name else []
            elif name not in written_out:
                written_out.add(name)
                waiting.append(inside)
    return found
