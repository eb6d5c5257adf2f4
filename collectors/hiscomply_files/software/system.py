"""Small files of a machine: fstab, crontabs, time servers.

Sources: fstab(5) and mount(8) of util-linux 2.38, crontab(5) of cron 3.0, chrony.conf(5) 4.3, ntp.conf(5) of ntp 4.2.8,
timesyncd.conf(5) of systemd 252.
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
from hiscomply_files.software.effective import resolve, value_of
from hiscomply_files.software.following import each_file
from hiscomply_files.software.machine import LastWins

REMOVABLE = re.compile(r"/(?:media|run/media|mnt/(?:usb|cd|dvd|floppy)\w*|cdrom\w*|floppy\w*)(?:/|$)")
REMOVABLE_DEVICE = re.compile(r"/dev/(?:sr\d|cdrom|cdrw|dvd|fd\d|floppy)")
REMOVABLE_TYPES = frozenset({"iso9660", "udf"})
OPPOSITES = {"nosuid": "suid", "nodev": "dev", "noexec": "exec"}
_VARIABLE = re.compile(r"\$\{?\b(\w+)\b\}?")
POOL = 4
"""How many servers chrony and ntp take from a pool: maxsources 4 of chrony.conf(5); ntp takes more."""


class Fstab:
    """Each ``fstab``. Values: ``<mount point>.options`` in full, ``removable.options`` for exchangeable media."""

    name: ClassVar[str] = "fstab"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``fstab``."""
        return file_format == "fstab"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file."""
        return each_file(self.name, files, unread, _mounts, {})


def _mounts(file: ReadFile) -> Iterator[Value]:
    of_line: dict[int, dict[str, Setting]] = {}
    for setting in file.settings:
        of_line.setdefault(setting.line, {})[setting.key] = setting
    for one in of_line.values():
        device = one["device"]
        is_removable = (one["type"].value or "") in REMOVABLE_TYPES or REMOVABLE_DEVICE.match(
            device.value or ""
        )
        point = (device.section or "").rstrip("/") or "/"
        options = one.get("options", device)
        text = _in_force(options.value or "") if "options" in one else "defaults"
        value = replace(value_of(options, file.path), key=f"{point}.options", value=text, section=None)
        yield value
        if REMOVABLE.match(point) or is_removable:
            yield replace(value, key="removable.options")


def _in_force(options: str) -> str:
    """Without those that their opposite takes back later in the list."""
    words = options.split(",")
    return ",".join(word for at, word in enumerate(words) if OPPOSITES.get(word, "") not in words[at + 1 :])


class Cron:
    """Each crontab. Values: ``root_command`` for each job that root runs, ``command`` for the others."""

    name: ClassVar[str] = "cron"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the formats ``system_crontab`` and ``user_crontab``."""
        return file_format in ("system_crontab", "user_crontab")

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file."""
        return each_file(self.name, files, unread, _jobs, {})


def _jobs(file: ReadFile) -> Iterator[Value]:
    """Variables of the table that are paths are put into the commands that follow."""
    user, folders = PurePosixPath(file.path).name.removesuffix(".crontab"), dict[str, str]()
    for setting in file.settings:
        if setting.key == "user":
            user = setting.value or ""
        elif setting.key == "command":
            key = "root_command" if user == "root" else "command"
            text = _VARIABLE.sub(lambda one: folders.get(one[1], one[0]), setting.value or "")
            yield replace(value_of(setting, file.path), key=key, value=text)
        elif setting.key.startswith("variable."):
            if (setting.value or "").startswith("/"):
                folders[setting.key.removeprefix("variable.")] = setting.value or ""
            yield value_of(setting, file.path)


class TimeServers:
    """Each ``chrony.conf`` and ``ntp.conf``. The value ``sources`` is how many servers it may ask at least."""

    name: ClassVar[str] = "time_servers"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the formats ``chrony_conf`` and ``ntp_conf``."""
        return file_format in ("chrony_conf", "ntp_conf")

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each main file."""
        for path in (*files, *unread):
            if PurePosixPath(path).name not in ("chrony.conf", "ntp.conf"):
                continue
            if path in unread:
                yield Configuration(self.name, path, (), missing=(unread[path],))
                continue
            missing: list[Text] = []
            settings = [*_with_includes(path, files, unread, missing, {path})]
            yield Configuration(self.name, path, [_sources(path, settings)], missing=tuple(missing))


def _with_includes(
    path: str,
    files: Mapping[str, ReadFile],
    unread: Mapping[str, Text],
    missing: list[Text],
    seen: set[str],
) -> Iterator[tuple[str, Setting]]:
    """The directives in order. A folder of sources that is not there adds none, and takes none away."""
    for setting in files[path].settings:
        value = setting.value or ""
        pattern = {
            "include": value,
            "includefile": value,
            "confdir": f"{value}/*.conf",
            "sourcedir": f"{value}/*.sources",
        }.get(setting.key)
        if pattern is None:
            yield path, setting
            continue
        found = resolve(pattern, path, files, unread)
        if found.missing is not None and setting.key != "sourcedir":
            missing.append(found.missing)
        for name in found.files:
            if name not in seen:
                seen.add(name)
                yield from _with_includes(name, files, unread, missing, seen)


def _sources(path: str, settings: list[tuple[str, Setting]]) -> Value:
    found: dict[str, int] = {}
    place = None
    for where, setting in settings:
        words = (setting.value or "").split()
        if setting.key not in ("server", "pool", "peer") or not words:
            continue
        if words[0].startswith("127.") or words[0] in ("localhost", "::1"):
            continue  # the machine's own clock
        place = place or (where, setting)
        if {"noselect", "offline"} & set(words):
            continue  # one that is only watched, or not asked until somebody says so
        found[words[0]] = _most(words) if setting.key == "pool" else 1
    if place is None:
        return Value("sources", "0", path, origin="default")
    return Value("sources", str(sum(found.values())), place[0], place[1].line, place[1].column)


def _most(words: list[str]) -> int:
    """How many servers of a pool are taken; its name counts as those that chrony takes if nothing is said."""
    stated = words[words.index("maxsources") + 1] if "maxsources" in words[:-1] else ""
    return min(POOL, int(stated)) if stated.isascii() and stated.isdigit() and len(stated) < 9 else POOL


class Timesyncd(LastWins):
    """``timesyncd.conf`` with its drop-ins. The value ``sources`` is how many servers ``NTP`` names."""

    name: ClassVar[str] = "timesyncd"
    file_format: ClassVar[str] = "systemd"
    main: ClassVar[str] = "timesyncd.conf"

    def wants(self, path: str, file_format: str) -> bool:
        """Only its own files of the format ``systemd``."""
        file = PurePosixPath(path)
        return file_format == "systemd" and self.main in (file.name, file.parent.name.removesuffix(".d"))

    def read(self, setting: Setting, path: str) -> Value:
        """Keys without their section; ``NTP`` as the number of its servers."""
        value = replace(value_of(setting, path), key=setting.key.removeprefix("Time."), section=None)
        if value.key == "NTP":
            return replace(value, key="sources", value=str(len({*(value.value or "").split()})))
        return value
