"""Where logs go and how long they stay: rsyslog, journald, logrotate.

Sources: rsyslog.conf(5) and the omfwd page of rsyslog 8.2302, journald.conf(5) of systemd 252, logrotate(8) 3.21.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, Origin, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import MAIN_NOT_READ, Default, Including, resolve, value_of
from hiscomply_files.software.following import Statements, whole_statements
from hiscomply_files.software.machine import LastWins

LEGACY = re.compile(r"(?:@{1,2}(?:\([^)]*+\))?|:omrelp:)(?P<host>\[[^\]]++\]|[^\s:;]++)")
_DRIVERS = frozenset({"gtls", "ossl", "mbedtls"})
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
DAYS = {"hourly": 0.0, "daily": 1.0, "weekly": 7.0, "monthly": 30.0, "yearly": 365.0}
BY_SIZE = ("size", "maxsize")


class Journald(LastWins):
    """``journald.conf`` with its drop-ins."""

    name: ClassVar[str] = "journald"
    file_format: ClassVar[str] = "systemd"
    main: ClassVar[str] = "journald.conf"
    defaults: ClassVar[Mapping[str, Default]] = {
        "Storage": Default("auto", "journald.conf(5), systemd 252"),
    }

    def wants(self, path: str, file_format: str) -> bool:
        """Only its own files of the format ``systemd``."""
        file = PurePosixPath(path)
        return file_format == "systemd" and self.main in (file.name, file.parent.name.removesuffix(".d"))

    def read(self, setting: Setting, path: str) -> Value:
        """Keys without their section."""
        return replace(value_of(setting, path), key=setting.key.removeprefix("Journal."), section=None)


class Rsyslog(Including):
    """Each ``rsyslog.conf`` with what it includes.

    Values: ``forward`` for each other host that is sent to, ``forward_encrypted`` for each whether TLS protects it;
    both None when nothing is sent.
    """

    name: ClassVar[str] = "rsyslog"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``rsyslog_conf``."""
        return file_format == "rsyslog_conf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each main file, and for each fragment that none includes."""
        for path, reading in whole_statements(files, unread, _pattern, "rsyslog.d", self.others):
            sent = _Sent(reading)
            yield Configuration(self.name, path, [*sent.values(path)], missing=tuple(reading.missing))


def _pattern(setting: Setting) -> str | None:
    if setting.key != "$includeconfig" and not re.fullmatch(r"include\[\d+\]\.file", setting.key):
        return None
    target = setting.value or ""
    return f"{target}*" if target.endswith("/") else target


class _Sent:
    """What the statements send to other hosts."""

    def __init__(self, reading: Statements) -> None:
        self._met, self._missing = reading.met, reading.missing

    def values(self, main: str) -> Iterator[Value]:
        """What is sent to other hosts."""
        found = [*self._legacy(), *self._objects()]
        for value, is_encrypted in found:
            yield value
            yield replace(value, key="forward_encrypted", value="true" if is_encrypted else "false")
        if not found:
            for key in ("forward", "forward_encrypted"):
                yield Value(key, None, main, origin="default", is_certain=not self._missing)

    def _legacy(self) -> Iterator[tuple[Value, bool]]:
        """``*.* @@host``, to which the directives above it apply."""
        driver = mode = ""
        for path, setting in self._met:
            if setting.key == "$defaultnetstreamdriver":
                driver = (setting.value or "").lower()
            elif setting.key == "$actionsendstreamdrivermode":
                mode = setting.value or ""
            elif setting.key.endswith(".action"):
                text = setting.value or ""
                target = LEGACY.match(text)
                if target and target["host"].lower() not in LOCAL:
                    is_encrypted = text.startswith("@@") and driver in _DRIVERS and mode == "1"
                    yield self._forward(path, setting, target["host"]), is_encrypted

    def _objects(self) -> Iterator[tuple[Value, bool]]:
        """``action(type="omfwd" …)`` and ``omrelp``."""
        actions: dict[tuple[str, str], dict[str, Setting]] = {}
        driver = ""
        for path, setting in self._met:
            name, _, parameter = setting.key.partition(".")
            if name.startswith("action["):
                actions.setdefault((path, name), {})[parameter] = setting
            elif parameter == "defaultnetstreamdriver" or setting.key == "$defaultnetstreamdriver":
                driver = (setting.value or "").lower()
        for (path, _), one in actions.items():
            said = {key: (setting.value or "").lower() for key, setting in one.items()}
            if said.get("type") not in ("omfwd", "omrelp") or said.get("target", "localhost") in LOCAL:
                continue
            if said["type"] == "omrelp":
                is_encrypted = said.get("tls") == "on"
            else:
                is_encrypted = (
                    said.get("protocol") == "tcp"
                    and said.get("streamdriver", said.get("streamdriver.name", driver)) in _DRIVERS
                    and said.get("streamdrivermode", said.get("streamdriver.mode")) == "1"
                )
            yield self._forward(path, one["target"], one["target"].value or ""), is_encrypted

    def _forward(self, path: str, setting: Setting, host: str) -> Value:
        origin: Origin = "written" if setting.section is None else "conditional"
        return Value("forward", host, path, setting.line, setting.column, origin, setting.section)


class Logrotate:
    """Each block of ``logrotate.conf`` and of what it includes.

    Values: ``rotate``, ``period_days``, ``kept_days`` (their product, or less by ``maxage``; left out where the size
    decides when a log is rotated).
    """

    name: ClassVar[str] = "logrotate"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``logrotate_conf``."""
        return file_format == "logrotate_conf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each block, named by its paths."""
        mains = [path for path in files if PurePosixPath(path).name == "logrotate.conf"]
        inherited: dict[str, list[tuple[str, Setting]]] = {}
        for main in mains:
            for setting in files[main].settings:
                if setting.key == "include":
                    target = setting.value or ""
                    for pattern in (target, f"{target.rstrip('/')}/*"):
                        for name in resolve(pattern, main, files, unread).files:
                            inherited[name] = [
                                (main, one) for one in files[main].settings
                                if one.section is None and one.line < setting.line
                            ]  # fmt: skip
        for path in unread:
            yield Configuration(self.name, path, (), missing=(unread[path],))
        for path, file in files.items():
            missing = () if path in mains or path in inherited else (MAIN_NOT_READ,)
            yield from _blocks(path, file, inherited.get(path, []), missing)


def _blocks(
    path: str, file: ReadFile, inherited: list[tuple[str, Setting]], missing: tuple[Text, ...]
) -> Iterator[Configuration]:
    globals_ = list(inherited)
    for setting in file.settings:
        if setting.section is None:
            globals_.append((path, setting))
        elif setting.key == "block":
            own = [(path, one) for one in file.settings if one.section == setting.section]
            values = [*_rotation(path, setting, globals_, own, is_complete=not missing)]
            yield Configuration(Logrotate.name, path, values, setting.section, setting.line, missing=missing)


def _rotation(
    path: str,
    block: Setting,
    outer: list[tuple[str, Setting]],
    own: list[tuple[str, Setting]],
    *,
    is_complete: bool,
) -> Iterator[Value]:
    last: dict[str, tuple[str, Setting]] = {}
    for where, setting in (*outer, *own):
        key = "period" if setting.key in DAYS else setting.key
        if setting.key in BY_SIZE or key == "period":
            # of period and size the later one decides; maxsize and size rotate earlier than the period says
            last.pop("size", None)
            if setting.key == "size":
                last.pop("period", None)
        last[key] = (where, setting)
    owns = {id(setting) for _, setting in own}

    def value(key: str, text: str, source: tuple[str, Setting] | None) -> Value:
        if source is None:
            return Value(key, text, path, origin="default")
        where, setting = source
        origin: Origin = "written" if id(setting) in owns else "inherited"
        certain = is_complete or origin == "written"
        return Value(key, text, where, setting.line, setting.column, origin, is_certain=certain)

    rotate = last.get("rotate")
    if rotate is None and not is_complete:
        return
    count = (rotate[1].value or "") if rotate else "0"
    yield value("rotate", count, rotate)
    period = last.get("period")
    if period is None or not count.lstrip("-").isdigit():
        return
    days = DAYS[period[1].key]
    yield value("period_days", f"{days:g}", period)
    if any(key in last for key in BY_SIZE):
        return
    kept = 36500.0 if int(count) < 0 else int(count[:6]) * days
    age = last.get("maxage")
    if age is not None and (age[1].value or "").isdigit() and int((age[1].value or "")[:6]) < kept:
        kept, rotate = float(int((age[1].value or "")[:6])), age
    yield value("kept_days", f"{kept:g}", rotate)
