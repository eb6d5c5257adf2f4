"""PostgreSQL: the last value wins, includes are read where they stand, postgresql.auto.conf comes after all.

Source: PostgreSQL 15 manual, 20.1 (setting parameters) and the default of each parameter in chapter 20.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.postgresql_conf import INCLUDES
from hiscomply_files.software.effective import (
    MAIN_NOT_READ,
    Default,
    Including,
    boolean,
    seconds,
    with_defaults,
)
from hiscomply_files.software.following import Following

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


class Postgresql(Including):
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
            reading = Following(files, unread, _pattern, others=self.others)
            reading.file(path)
            auto = posixpath.join(posixpath.dirname(path), "postgresql.auto.conf")
            if _rank(path) == 0 and auto in {*files, *unread}:
                reading.file(auto)
            if _rank(path) != 0:
                reading.missing.append(MAIN_NOT_READ)
            taken |= reading.seen
            values = [as_read(one) for one in reading.values()]
            if not reading.missing:
                values = [*with_defaults(values, DEFAULTS, path)]
            yield Configuration(self.name, path, values, missing=tuple(reading.missing))


def _rank(path: str) -> int:
    return 0 if PurePosixPath(path).name in {"postgresql.conf", "postgresql.base.conf"} else 1


def _pattern(setting: Setting) -> str | None:
    """What a parameter includes; ``include_if_exists`` too, since the machine may have what the tree does not."""
    if setting.key not in INCLUDES:
        return None
    target = setting.value or ""
    return f"{target.rstrip('/')}/*.conf" if setting.key == "include_dir" else target


def as_read(value: Value) -> Value:
    """The value as the server takes it: booleans ``true`` and ``false``, times in seconds."""
    text = value.value
    if value.key in _BOOLEANS:
        text = _boolean(text)
    elif value.key in _TIMES and text is not None:
        text = seconds(text, _TIMES[value.key]) or text
    return replace(value, value=text)


def _boolean(text: str | None) -> str | None:
    """As parse_bool: any unambiguous beginning of true, false, yes, no, on and off."""
    word = (text or "").strip().lower()
    for whole, meant in (("true", "true"), ("yes", "true"), ("false", "false"), ("no", "false")):
        if word and whole.startswith(word):
            return meant
    return "false" if word == "of" else boolean(text)
