"""Files that hold nothing but log-ins: ``.pgpass`` of PostgreSQL's programs and ``.netrc`` of curl, ftp and git."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import matched_lines
from hiscomply_files.names import posix

PGPASS = re.compile(r"(?P<login>(?:(?:\\.|[^\\:])*+:){4})(?P<password>(?:\\.|[^\\:])*+)(?::.*)?$")
NOT_A_LOGIN = Text(
    zh="不是“主机:端口:数据库:用户:口令”的形式",
    en="not host, port, database, user and password between colons",
)
ESCAPED = re.compile(r"\\(.)")
WORD = re.compile(r'"(?:\\.|[^"\\])*+"|\S++')


class Pgpass:
    """``.pgpass`` and ``pgpass.conf``."""

    name: ClassVar[str] = "pgpass"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``.pgpass``, ``pgpass`` or ``pgpass.conf``."""
        return posix(path).name in (".pgpass", "pgpass", "pgpass.conf")

    def parse(self, text: str) -> Iterator[Setting]:
        """The key ``password``, with host, port, database and user as section."""
        for number, match in matched_lines(text, PGPASS, NOT_A_LOGIN):
            password = ESCAPED.sub(r"\1", match["password"])
            yield Setting(
                "password", password, number, match.start("password") + 1, section=match["login"][:-1]
            )


class Netrc:
    """``.netrc``, which Windows calls ``_netrc``."""

    name: ClassVar[str] = "netrc"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``.netrc``, ``_netrc`` or ``netrc``."""
        return posix(path).name in (".netrc", "_netrc", "netrc")

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys ``login``, ``password`` and ``account``, the machine as section; macros are passed over."""
        machine, key, is_macro = "", "", False
        for number, line in enumerate(text.split("\n"), start=1):
            if is_macro or line.lstrip().startswith("#"):
                is_macro = is_macro and bool(line.strip())
                continue
            for match in WORD.finditer(line):
                word = match[0]
                if key:
                    value = ESCAPED.sub(r"\1", word[1:-1]) if word[0] == '"' and len(word) > 1 else word
                    if key == "machine":
                        machine = value
                    else:
                        yield Setting(key, value, number, match.start() + 1, section=machine or "default")
                    key = ""
                elif word == "macdef":
                    is_macro = True
                    break
                elif word == "default":
                    machine = ""
                else:
                    key = {"passwd": "password", "user": "login"}.get(word, word)
