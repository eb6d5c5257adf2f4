"""PostgreSQL: the last value wins, includes are read where they stand, postgresql.auto.conf comes after all.

Source: PostgreSQL 15 manual, 20.1 (setting parameters) and the default of each parameter in chapter 20.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.formats.postgresql_conf import INCLUDES
from hiscomply_files.software.effective import (
    Default,
    boolean,
    resolve,
    seconds,
    value_of,
    with_defaults,
)

MAX_DEPTH = 10
_BOOLEANS = frozenset(
    {"ssl", "log_connections", "log_disconnections", "logging_collector", "fsync", "full_page_writes"}
    | {"log_checkpoints", "row_security", "log_hostname", "log_lock_waits", "ssl_prefer_server_ciphers"}
)
_SOURCE = "PostgreSQL 15 manual, chapter 20"
DEFAULTS: Mapping[str, Default] = {
    key: Default(value, _SOURCE)
    for key, value in {
        "ssl": "false",
        "ssl_min_protocol_version": "TLSv1.2",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "localhost",
        "log_connections": "false",
        "log_disconnections": "false",
        "logging_collector": "false",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_error_verbosity": "default",
        "fsync": "true",
        "full_page_writes": "true",
        "archive_mode": "off",
        "wal_level": "replica",
        "authentication_timeout": "60",
        "row_security": "true",
        "max_connections": "100",
        "idle_in_transaction_session_timeout": "0",
    }.items()
}
_TIMES = {
    "authentication_timeout": "s",
    "idle_in_transaction_session_timeout": "ms",
    "idle_session_timeout": "ms",
}


class Postgresql:
    """Each ``postgresql.conf`` of the tree with what it includes."""

    name: ClassVar[str] = "postgresql"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``postgresql_conf``."""
        return file_format == "postgresql_conf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each main file, and for each file that no main file of the tree reads."""
        taken: set[str] = set()
        for path in sorted((*files, *unread), key=lambda one: (_rank(one), one)):
            if path in taken:
                continue
            reading = _Reading(files, unread)
            reading.file(path, 0)
            auto = posixpath.join(posixpath.dirname(path), "postgresql.auto.conf")
            if _rank(path) == 0 and auto in {*files, *unread}:
                reading.file(auto, 0)
            if _rank(path) != 0:
                reading.missing.append(Text("主文件不在检查范围内", "its main file was not read"))
            taken |= reading.seen
            values: list[Value] = [*reading.last.values()]
            if not reading.missing:
                values = [*with_defaults(values, DEFAULTS, path)]
            yield Configuration(self.name, path, values, missing=tuple(reading.missing))


def _rank(path: str) -> int:
    return 0 if PurePosixPath(path).name in {"postgresql.conf", "postgresql.base.conf"} else 1


class _Reading:
    def __init__(self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]) -> None:
        self._files, self._unread = files, unread
        self.last: dict[str, Value] = {}
        self.missing: list[Text] = []
        self.seen: set[str] = set()

    def file(self, path: str, depth: int) -> None:
        """Adds the parameters of a file and of what it includes."""
        self.seen.add(path)
        if path in self._unread:
            self._lose(self._unread[path])
            return
        for setting in self._files[path].settings:
            if setting.key in INCLUDES:
                self._include(setting.key, setting.value or "", path, depth)
            else:
                value = value_of(setting, path)
                self.last[setting.key] = _read(value)

    def _include(self, directive: str, target: str, path: str, depth: int) -> None:
        pattern = f"{target.rstrip('/')}/*.conf" if directive == "include_dir" else target
        found = resolve(pattern, path, self._files, self._unread)
        if found.missing is not None:
            # Also for include_if_exists: the machine may have what the tree does not.
            self._lose(found.missing)
        for name in found.files:
            if depth >= MAX_DEPTH or name in self.seen:
                self._lose(Text(f"{name} 被重复引用", f"{name} is included again"))
            else:
                self.file(name, depth + 1)

    def _lose(self, reason: Text) -> None:
        """What was said so far may be overridden by what was not read."""
        self.missing.append(reason)
        self.last = {
            key: Value(one.key, one.value, one.file, one.line, one.column, is_certain=False)
            for key, one in self.last.items()
        }


def _read(value: Value) -> Value:
    text = value.value
    if value.key in _BOOLEANS:
        text = _boolean(text)
    elif value.key in _TIMES and text is not None:
        text = seconds(text, _TIMES[value.key]) or text
    return Value(value.key, text, value.file, value.line, value.column)


def _boolean(text: str | None) -> str | None:
    """As parse_bool: any unambiguous beginning of true, false, yes, no, on and off."""
    word = (text or "").strip().lower()
    for whole, meant in (("true", "true"), ("yes", "true"), ("false", "false"), ("no", "false")):
        if word and whole.startswith(word):
            return meant
    return "false" if word == "of" else boolean(text)
