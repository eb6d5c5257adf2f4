"""crontab(5): variables and jobs; system tables name the user of each job."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import matched_lines
from hiscomply_files.names import posix

_FIELD = r"[\w*/,~-]++"
_TIME = rf"(?P<time>@\w++|{_FIELD}(?:\s++{_FIELD}){{4}})"
_VARIABLE = r"(?P<name>\"[^\"]*+\"|'[^']*+'|[A-Za-z_]\w*+)\s*+=\s*+(?P<value>.*)$"
SYSTEM = re.compile(rf"\s*+(?:{_TIME}\s++(?P<user>[^\s=]++)\s++(?P<command>\S.*)$|{_VARIABLE})")
OWN = re.compile(rf"\s*+(?:{_TIME}\s++(?P<command>\S.*)$|{_VARIABLE})")
PUT_ASIDE = re.compile(
    r"^\.|~$|\.(?:disabled|off|bak|old|orig|save|sample|swp|md|(?:dpkg|ucf)-\w+|rpm(?:save|orig|new))$"
)
NOT_A_JOB = Text(
    zh="不是变量或“时间 用户 命令”的形式", en="neither a variable nor a time, a user and a command"
)
NOT_A_LINE = Text(zh="不是变量或“时间 命令”的形式", en="neither a variable nor a time and a command")


class SystemCrontab:
    """``/etc/crontab`` and the files in ``cron.d``."""

    name: ClassVar[str] = "system_crontab"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``etc/crontab``, a lone ``crontab``, and the files of ``cron.d`` that some cron reads: only Debian's
        leaves out every name with a dot."""
        file = posix(path)
        if file.parent.name == "cron.d":
            return PUT_ASIDE.search(file.name) is None
        return file.name == "crontab"

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys ``<variable>`` in ``variable.``, ``time``, ``user`` and ``command``, the same place for one job."""
        yield from _settings(text, SYSTEM, NOT_A_JOB)


class UserCrontab:
    """A user's own table in ``crontabs``."""

    name: ClassVar[str] = "user_crontab"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file in a folder ``crontabs`` (``spool/cron`` of RHEL, ``spool/cron/tabs`` of SUSE), and for
        ``*.crontab``."""
        file = posix(path)
        folder = f"/{file.parent}"
        if folder.endswith(("/spool/cron", "/spool/cron/tabs")):
            return PUT_ASIDE.search(file.name) is None
        return folder.endswith("/crontabs") or file.suffix == ".crontab"

    def parse(self, text: str) -> Iterator[Setting]:
        """As for the system's tables, without ``user``."""
        yield from _settings(text, OWN, NOT_A_LINE)


def _settings(text: str, pattern: re.Pattern[str], reason: Text) -> Iterator[Setting]:
    for number, match in matched_lines(text, pattern, reason):
        found = match.groupdict()
        if found["name"]:
            name, value = found["name"].strip("\"'"), found["value"].strip().strip("\"'")
            yield Setting(f"variable.{name}", value or None, number, match.start("name") + 1)
            continue
        for key in ("time", "user", "command"):
            if found.get(key):
                yield Setting(key, found[key].rstrip(), number, match.start(key) + 1)
