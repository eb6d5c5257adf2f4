"""Ansible's own INI: ``[group]`` with hosts and their variables in one line, ``[group:vars]``, ``[group:children]``.

Source: ansible-core 2.19, plugins/inventory/ini.py.
"""

from __future__ import annotations

import ast
import re
import shlex
import warnings
from collections.abc import Iterator

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.precedence import last_wins

SECTION = re.compile(r"\[(?P<group>[^:\]\s]+)(?::(?P<kind>\w+))?\]\s*(?:#.*)?")
GROUP = re.compile(r"(?P<group>[^:\]\s]+)\s*(?:#.*)?")
WITH_PORT = re.compile(r"(?P<host>(?:[^:\[\]]|\[[^\]]*\])+):(?P<port>\d{1,5})")
QUOTED = re.compile(r"""(?P<quote>['"])(?P<inner>[^'"\\]*)(?P=quote)\s*(?:\#.*)?""")
MAX_LITERAL = 10_000
BAD_SECTION = Text(
    "不是有效的 [组]、[组:vars] 或 [组:children]", "not a valid [group], [group:vars] or [group:children]"
)
NO_VALUE = Text("[组:vars] 下不是“变量=值”", "not variable=value below [group:vars]")
NO_GROUP = Text("[组:children] 下不是组名", "not the name of a group below [group:children]")
# The words themselves are not shown: they may be the end of a password with a blank in it.
BAD_HOST = Text("主机行中有不是“变量=值”的词", "a word in a host's line that is not variable=value")
OPEN_QUOTE = Text("引号没有结束", "a quote is not closed")


def read(text: str) -> Iterator[Setting]:
    """See ``AnsibleInventory``."""
    yield from last_wins(list(_settings(text)))


def _settings(text: str) -> Iterator[Setting]:
    group, kind = "ungrouped", "hosts"
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        column = len(line) - len(line.lstrip()) + 1
        section = SECTION.fullmatch(stripped)
        if section:
            group, kind = section["group"], section["kind"] or "hosts"
            if kind not in ("hosts", "vars", "children"):
                raise FormatError(BAD_SECTION, number, column)
            if kind == "hosts":
                yield Setting(f"{group}.hosts", None, number, column, section=group)
        elif stripped[0] == "[" and stripped[-1] == "]":
            raise FormatError(BAD_SECTION, number, column)
        elif kind == "vars":
            name, sign, value = stripped.partition("=")
            if not sign or not name.strip():
                raise FormatError(NO_VALUE, number, column)
            at = column + len(stripped) - len(value.lstrip())
            yield Setting(
                f"{group}.vars.{name.strip()}", literal(value.strip()), number, at, section=f"{group}:vars"
            )
        elif kind == "children":
            child = GROUP.fullmatch(stripped)
            if child is None:
                raise FormatError(NO_GROUP, number, column)
            yield Setting(
                f"{group}.children.{child['group']}", None, number, column, section=f"{group}:children"
            )
        else:
            yield from _host(group, stripped, number, column)


def _host(group: str, stripped: str, number: int, column: int) -> Iterator[Setting]:
    words = _words(stripped, number, column)
    if not words:
        return
    match = WITH_PORT.fullmatch(words[0])
    host = match["host"] if match else words[0]
    key, section = f"{group}.hosts.{host}", f"{group}:hosts:{host}"
    yield Setting(key, None, number, column, section=group)
    if match:
        at = column + len(host) + 1
        yield Setting(f"{key}.ansible_port", match["port"], number, at, section=section)
    yield from _user(words, key, number, column, section)
    at = len(words[0])
    for word in words[1:]:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise FormatError(BAD_HOST, number, column)
        found = stripped.find(f"{name}=", at)
        at = found + len(name) + 1 if found >= 0 else at
        yield Setting(f"{key}.{name}", literal(value), number, column + at, section=section)


def _user(words: list[str], key: str, number: int, column: int, section: str) -> Iterator[Setting]:
    """Whom ``root@db01``, as name or ``ansible_host``, logs in as: ssh takes it from there if no variable says it."""
    stated = dict(word.partition("=")[::2] for word in words[1:])
    user, sign, _ = stated.get("ansible_host", words[0]).partition("@")
    if sign and user and not {"ansible_user", "ansible_ssh_user"} & {*stated}:
        yield Setting(f"{key}.ansible_user", user, number, column, section=section)


def _words(stripped: str, number: int, column: int) -> list[str]:
    if not any(one in stripped for one in "'\"\\#"):
        return stripped.split()
    try:
        return shlex.split(stripped, comments=True)
    except ValueError:
        raise FormatError(OPEN_QUOTE, number, column) from None


def literal(text: str) -> str:
    """A value as Ansible takes it: the text within the quotes of a Python literal, else as it is written."""
    if text[:1] not in ("'", '"'):
        return text
    simple = QUOTED.fullmatch(text)
    if simple:
        return simple["inner"]
    if len(text) > MAX_LITERAL:
        return text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return text
    return value if isinstance(value, str) else text
