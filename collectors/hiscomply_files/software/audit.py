"""The Linux audit system: the daemon's own file, and the rules that it is given.

Sources: auditd.conf(5), auditd-config.c, augenrules(8) and audit.rules(7) of audit 3.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, lost, value_of
from hiscomply_files.software.machine import LastWins, by_machine

_SOURCE = "auditd-config.c, audit 3.0"
FIELD = re.compile(r"-F\s*+(?P<name>path|dir|perm)\s*+=\s*+(?P<value>\S++)")
SYSCALLS = re.compile(r"(?:^|\s)-S\s*+(?P<names>\S++)")
FILTER = re.compile(r"-F\s*+(?P<name>\w++)\s*+(?P<sign>[<>!&]?=?)\s*+(?P<value>\S++)")
FIRST_PERSON = 1000
"""UID_MIN of login.defs, from which on accounts are those of people."""
UNLIMITED = frozenset({"path", "dir", "perm", "key"})
PERMISSIONS = re.compile(r"(?:^|\s)-p\s*+(?P<value>[rwxa]++)")


class Auditd(LastWins):
    """``auditd.conf``."""

    name: ClassVar[str] = "auditd"
    file_format: ClassVar[str] = "auditd_conf"
    main: ClassVar[str] = "auditd.conf"
    defaults: ClassVar[Mapping[str, Default]] = {
        key: Default(value, _SOURCE)
        for key, value in {
            "write_logs": "yes", "num_logs": "0", "max_log_file": "0", "max_log_file_action": "ignore",
            "space_left": "0", "space_left_action": "ignore", "admin_space_left_action": "ignore",
            "disk_full_action": "ignore", "disk_error_action": "syslog",
        }.items()
    }  # fmt: skip

    def read(self, setting: Setting, path: str) -> Value:
        """Words in lower case, as the daemon compares them."""
        value = value_of(setting, path)
        return replace(value, value=None if value.value is None else value.value.lower())


class AuditRules:
    """The rules of each machine: those of ``rules.d`` by name, or ``audit.rules`` where there is no ``rules.d``.

    Values: ``watched`` (a path whose writing or attributes are recorded, each one by itself, and all of them joined as
    ``watches``), ``syscalls`` (all that are recorded), ``enabled``.
    """

    name: ClassVar[str] = "audit_rules"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``audit_rules``."""
        return file_format == "audit_rules"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each machine."""
        for paths in by_machine((*files, *unread)).values():
            in_folder = sorted(path for path in paths if PurePosixPath(path).parent.name == "rules.d")
            ordered = in_folder or sorted(paths)
            rules = _Rules(bool(in_folder))
            for path in ordered:
                for setting in files[path].settings if path in files else ():
                    rules.carry_out(setting, path)
            missing = lost(ordered, unread)
            values = rules.values(ordered[0], is_certain=not missing)
            yield Configuration(self.name, ordered[0], [*values], missing=missing)


class _Rules:
    """What is recorded after all rules were carried out in their order."""

    def __init__(self, are_generated: bool) -> None:
        self._are_generated = (
            are_generated  # augenrules puts -D first and -e last, whatever file they stand in
        )
        self._watches: dict[str, tuple[Setting, str]] = {}
        self._syscalls: dict[str, tuple[Setting, str]] = {}
        self._enabled: tuple[Setting, str] | None = None
        self._is_off: tuple[Setting, str] | None = None

    def carry_out(self, setting: Setting, path: str) -> None:
        """One rule."""
        text = setting.value or ""
        if self._enabled is not None and self._enabled[0].value == "2" and not self._are_generated:
            return  # the rules are locked: auditctl gets no further
        if setting.key == "delete_all" and not self._are_generated:
            self._watches, self._syscalls, self._is_off = {}, {}, None
        elif setting.key == "enabled":
            self._enabled = (setting, path)
        elif setting.key == "watch":
            permissions = PERMISSIONS.search(text)
            self._watch(text.split(None, 1)[0] if text else "", permissions, (setting, path))
        elif setting.key == "unwatch":
            self._watches.pop(text.split(None, 1)[0] if text else "", None)
        elif setting.key == "add":
            self._add(text, (setting, path))

    def _add(self, text: str, place: tuple[Setting, str]) -> None:
        first = text.split(None, 1)[0] if text else ""
        action = set(first.split(","))
        fields = {one["name"]: one["value"] for one in FIELD.finditer(text)}
        target = fields.get("path") or fields.get("dir")
        if "never" in action:
            if "task" in action and "-F" not in text:
                self._is_off = place
            elif target:
                self._watches.pop(target, None)
        elif "always" in action and "exit" in action and not _is_limited(text):
            if target:
                self._watch(target, re.fullmatch(r"(?P<value>\w+)", fields.get("perm", "")), place)
            else:
                for one in SYSCALLS.finditer(text):
                    for name in one["names"].split(","):
                        self._syscalls.setdefault(name, place)

    def _watch(self, target: str, permissions: re.Match[str] | None, place: tuple[Setting, str]) -> None:
        # Without -p all four permissions are recorded.
        if permissions is None or {"w", "a"} <= set(permissions["value"]):
            self._watches.setdefault(target.rstrip("/") or "/", place)

    def values(self, main: str, *, is_certain: bool) -> Iterator[Value]:
        """All that is recorded; nothing at all once a rule keeps every task out of it."""
        for key, found in (("watches", self._watches), ("syscalls", self._syscalls)):
            place = self._is_off or next(iter(found.values()), None)
            names = "" if self._is_off else " ".join(found)
            if place is None:
                yield Value(key, "", main, origin="default", is_certain=is_certain)
            else:
                setting, path = place
                yield Value(key, names, path, setting.line, setting.column, is_certain=is_certain)
        if self._enabled is None:
            yield Value("enabled", "1", main, origin="default", is_certain=is_certain)
        else:
            yield replace(value_of(*self._enabled), is_certain=is_certain)


def _is_limited(rule: str) -> bool:
    """Whether a rule leaves something out: what 64-bit programs do, some of the people, what succeeds.

    Only what people do who logged in (``auid>=1000``, ``auid!=unset``) is not taken for a limit.
    """
    for one in FILTER.finditer(rule):
        name, sign, value = one["name"], one["sign"], one["value"]
        if name == "arch":
            is_whole = value.lower() not in {"b32", "i386", "i686"} or sign == "!="
        elif name == "auid":
            is_all = sign == ">=" and value.isdecimal() and int(value[:9]) <= FIRST_PERSON
            is_whole = is_all or (sign == "!=" and value in {"unset", "-1", "4294967295"})
        else:
            is_whole = name in UNLIMITED or (name == "success" and value in {"1", "yes"})
        if not is_whole:
            return True
    return False
