"""MySQL and MariaDB servers: the groups that the server reads, includes where they stand, the last value wins.

Source: MySQL 8.0 reference manual, 4.2.2.2 and 5.1.8; MariaDB Server documentation, option files. Only defaults that
both have are assumed, since the files do not say which of the two reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import MAIN_NOT_READ, Default, Including, boolean, with_defaults
from hiscomply_files.software.following import Following

MAIN = re.compile(r"\.?my([._-][\w-]+)?\.(cnf|ini)")
GROUP = re.compile(r"(mysqld|server|client-server|mariadb|mariadbd|galera)(-\d+\.\d+)?")
BOOLEANS = frozenset(
    {"require_secure_transport", "local_infile", "skip_grant_tables", "general_log", "slow_query_log"}
    | {"skip_networking", "skip_name_resolve", "ssl", "log_bin", "symbolic_links", "automatic_sp_privileges"}
)
SPELT_SHORT = (
    "authentication_policy",
    "bind_address",
    "default_authentication_plugin",
    "default_password_lifetime",
    "innodb_flush_log_at_trx_commit",
    "local_infile",
    "require_secure_transport",
    "secure_file_priv",
    "skip_grant_tables",
    "skip_networking",
    "tls_version",
)
"""Options that matter, of which the server takes any beginning that is no other's: ``skip-grant``, ``bind``."""
WHOLE = frozenset({"innodb", "skip"})
"""Beginnings of these that are options by themselves, or a prefix."""
NUMBERS = frozenset({"default_password_lifetime", "innodb_flush_log_at_trx_commit"})
PREFIXES = (("disable_", "false"), ("enable_", "true"), ("skip_", "false"))
# MariaDB: each of these is what mariadbd 10.11 --no-defaults --verbose --help prints (bind_address empty there, which is
# every address, as * is); a test asks the installed one. MySQL 8.0: bind_address and default_password_lifetime in
# sql/sys_vars.cc, innodb_flush_log_at_trx_commit in ha_innodb.cc; require_secure_transport: dev.mysql.com, WL#7709, FR1.4;
# general_log: mysql/mysql-server, sql/sys_vars.cc at 1173aa1b904b, of 5.6. Of skip_grant_tables and skip_networking no source
# of MySQL 8.0 was to be had: they are switches, which are off in MariaDB and off unless they are given.
_SOURCE = "MySQL 8.0 reference manual, 5.1.8; mariadbd 10.11 --no-defaults --verbose --help"
DEFAULTS: Mapping[str, Default] = {
    key: Default(value, _SOURCE)
    for key, value in {
        "require_secure_transport": "false",
        "skip_grant_tables": "false",
        "skip_networking": "false",
        "bind_address": "*",
        "general_log": "false",
        "default_password_lifetime": "0",
        "innodb_flush_log_at_trx_commit": "1",
    }.items()
}


class Mysql(Including):
    """Each ``my.cnf`` of the tree with what it includes; options of the server only."""

    name: ClassVar[str] = "mysql"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``my_cnf``."""
        return file_format == "my_cnf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each main file and each fragment that none of them reads, if the server reads anything in it."""
        taken: set[str] = set()
        for path in sorted((*files, *unread), key=lambda one: (not _is_main(one), one)):
            if path in taken:
                continue
            reading = Following(files, unread, _pattern, bare="true", others=self.others)
            reading.file(path)
            taken |= reading.seen
            values = _server_values(reading.values())
            if not values and not reading.missing:
                continue
            if not _is_main(path):
                reading.missing.append(MAIN_NOT_READ)
            if not reading.missing:
                values = _bound([*with_defaults(values, DEFAULTS, path)])
            yield Configuration(self.name, path, values, missing=tuple(reading.missing))


def _is_main(path: str) -> bool:
    return MAIN.fullmatch(PurePosixPath(path.lower()).name) is not None


def _pattern(setting: Setting) -> str | None:
    if setting.key == "!includedir":
        return f"{(setting.value or '').rstrip('/')}/*.cnf"
    return setting.value or "" if setting.key == "!include" else None


def _server_values(values: Sequence[Value]) -> list[Value]:
    """Options of the server's groups under their own name, the last of each; of one version's group: conditional."""
    last: dict[str, Value] = {}
    for value in values:
        group, _, option = value.key.rpartition(".")
        match = GROUP.fullmatch(group)
        if match is None:
            continue
        read = _option(value, option)
        if match[2]:
            last[f"{group}.{option}"] = replace(read, origin="conditional")
        else:
            last[read.key] = replace(read, section=None)
    return [*last.values()]


def _option(value: Value, option: str) -> Value:
    while option.startswith("loose_"):
        option = option.removeprefix("loose_")
    option, text = _whole(option), value.value
    for prefix, word in PREFIXES:
        rest = _whole(option.removeprefix(prefix))
        if option.startswith(prefix) and rest in BOOLEANS:
            is_on = boolean(text) != "false"
            return replace(value, key=rest, value=word if is_on else text)
        if option.startswith(prefix) and rest in SPELT_SHORT:
            # A number is 0 then, whatever stands after it; what text becomes differs from option to option.
            return replace(value, key=rest, value="0" if word == "false" and rest in NUMBERS else None)
    return replace(value, key=option, value=boolean(text) if option in BOOLEANS else text)


def _whole(option: str) -> str:
    """The option that this is the beginning of; a short word may well be another option's whole name."""
    meant = [] if not option or option in WHOLE else [one for one in SPELT_SHORT if one.startswith(option)]
    return meant[0] if len(meant) == 1 else option


def _bound(values: list[Value]) -> list[Value]:
    """Without a network the address that it would listen on does not count."""
    off = next((one for one in values if one.key == "skip_networking" and one.value == "true"), None)
    if off is None:
        return values
    return [
        replace(off, key="bind_address", value="") if one.key == "bind_address" else one for one in values
    ]
