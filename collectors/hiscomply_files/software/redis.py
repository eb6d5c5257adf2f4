"""Redis: includes are read where they stand, the last value wins; who the default user is and what is kept on disk.

Source: redis.conf of Redis 7.0 and its ACL documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.redis_conf import CUMULATIVE
from hiscomply_files.software.effective import MAX_REFUSED, Default, Including, boolean, with_defaults
from hiscomply_files.software.following import Following
from hiscomply_files.software.redis_words import unknown

# src/config.c: protected-mode, appendonly, tls-port; src/server.h: CONFIG_DEFAULT_BINDADDR; src/server.c: three save points
# (since 6.2 two addresses). The port: createIntConfig("port") in src/config.c. A test asks an installed server of Redis 7.0 for
# all but the port.
_SOURCE = "redis.conf, Redis 7.0; src/config.c"
DEFAULTS: Mapping[str, Default] = {
    key: Default(value, _SOURCE)
    for key, value in {
        "protected-mode": "true",
        "bind": "* -::*",
        "port": "6379",
        "tls-port": "0",
        "appendonly": "false",
        "default_user": "nopass",
        "persistence": "rdb",
    }.items()
}
BOOLEANS = frozenset({"protected-mode", "appendonly"})


class Redis(Including):
    """Each ``redis.conf`` with what it includes.

    ``default_user`` is how the user without a name gets in: ``password``, ``nopass`` or ``off``; ``persistence`` is what is
    written to disk: ``aof``, ``rdb`` or ``none``.
    """

    name: ClassVar[str] = "redis"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``redis_conf`` but those of Sentinel."""
        return file_format == "redis_conf" and "sentinel" not in path.rpartition("/")[2].lower()

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file that no other one includes."""
        included = {
            name
            for path in files
            for reading in [self._read(path, files, unread)]
            for name in reading.seen - {path}
        }
        for path in sorted({*files, *unread} - included):
            reading = self._read(path, files, unread)
            values = [
                replace(one, value=boolean(one.value)) if one.key in BOOLEANS else one
                for one in reading.values()
            ]
            values += [*_default_user(values), *_persistence(values)]
            if not reading.missing:
                values = [*with_defaults(values, DEFAULTS, path)]
            refused = (
                reason
                for name in files
                if name in reading.seen
                for one in files[name].settings
                if (reason := unknown(one, name)) is not None
            )
            yield Configuration(
                self.name, path, values, missing=(*reading.missing, *islice(refused, MAX_REFUSED))
            )

    def _read(self, path: str, files: Mapping[str, ReadFile], unread: Mapping[str, Text]) -> Following:
        reading = Following(files, unread, _pattern, CUMULATIVE, others=self.others)
        reading.file(path)
        return reading


def _pattern(setting: Setting) -> str | None:
    return setting.value or "" if setting.key == "include" else None


def _default_user(values: Sequence[Value]) -> Iterator[Value]:
    """A ``user default`` line counts for more than ``requirepass``; an ACL file is not read here."""
    known = {one.key: one for one in values}
    rules, acl, password = (known.get(key) for key in ("user.default.rules", "aclfile", "requirepass"))
    if rules is not None:
        words = (rules.value or "").lower().split()
        has_password = "password" if "user.default.password" in known else None
        is_off = _last(words, "on", "off", "reset") in ("off", "reset")
        is_free = _last(words, "nopass", "resetpass", "reset") == "nopass"
        state = "off" if is_off else "nopass" if is_free else has_password
        yield replace(rules, key="default_user", value=state)
    elif acl is not None and acl.value:
        yield replace(acl, key="default_user", value=None)
    elif password is not None:
        yield replace(password, key="default_user", value="nopass" if password.value == "" else "password")


def _last(words: Sequence[str], *of: str) -> str | None:
    """Which of some words stands last: rules are carried out in their order."""
    return next((word for word in reversed(words) if word in of), None)


def _persistence(values: Sequence[Value]) -> Iterator[Value]:
    log = next((one for one in values if one.key == "appendonly"), None)
    points = [one for one in values if one.key == "save"]
    if log is not None and log.value == "true":
        yield replace(log, key="persistence", value="aof")
    elif points:
        yield replace(points[-1], key="persistence", value="rdb" if points[-1].value else "none")
