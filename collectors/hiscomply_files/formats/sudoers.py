"""sudoers(5): defaults, aliases, and who may run what as whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import Statement, statements
from hiscomply_files.names import posix

INCLUDE = re.compile(r"[#@](?P<directive>includedir|include)\s++(?P<target>\"[^\"]*+\"|\S++)")
DEFAULTS = re.compile(r"Defaults(?P<scope>[@:!>]\s*+\S++)?\s++(?P<options>\S.*)", re.S)
ALIAS = re.compile(r"(?P<kind>User|Runas|Host|Cmnd|Cmd)_Alias\s++(?P<rest>.*)", re.S)
NAMED = re.compile(r"\s*+(?P<name>[A-Z][A-Z0-9_]*+)\s*+=\s*+(?P<members>\S.*)", re.S)
OPTION = re.compile(
    r"\s*+(?P<not>!*+)\s*+(?P<name>[A-Za-z_]\w*+)\s*+(?:(?P<operator>[+-]?=)\s*+"
    r"(?P<value>\"(?:[^\"\\]|\\.)*+\"|(?:[^,\\]|\\.)*+))?\s*+(?:,|$)",
    re.S,
)
CODE = re.compile(r'(?:"(?:[^"\\]|\\.)*+"?|\\.|#(?=-?\d)|[^"\\#])*+', re.S)
"""All before a comment: a # in quotes begins none, nor one before the number of a user."""
NOT_A_RULE = Text(
    zh="不是默认值、别名、引用或授权规则", en="neither defaults, an alias, an include nor a rule"
)
KINDS = {"cmd": "cmnd"}


class Sudoers:
    """``sudoers`` and the files in ``sudoers.d``."""

    name: ClassVar[str] = "sudoers"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``sudoers`` and for the files of ``sudoers.d`` that sudo reads: no dot in the name, no final ~."""
        file = posix(path)
        if file.parent.name == "sudoers.d":
            return "." not in file.name and not file.name.endswith("~") and file.name != "README"
        return file.name == "sudoers"

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys ``defaults.<option>`` (its scope as section), ``user_alias.<name>`` and so on, ``include``,
        ``includedir``, and ``rule`` for each rule, as written."""
        for one in statements(text, comments="", code=CODE):
            include = INCLUDE.match(one.text)
            if include:
                yield Setting(include["directive"], include["target"].strip('"'), one.line, one.column)
            elif not one.text.startswith("#") or one.text[1:2].isdigit():
                yield from _statement(Statement(_code(one.text), one.line, one.column))


def _code(text: str) -> str:
    match = CODE.match(text)
    return text[: match.end()].strip() if match and text.startswith("#", match.end()) else text.strip()


def _statement(one: Statement) -> Iterator[Setting]:
    defaults, alias = DEFAULTS.match(one.text), ALIAS.match(one.text)
    if defaults:
        scope = None if defaults["scope"] is None else "Defaults" + "".join(defaults["scope"].split())
        yield from _options(defaults["options"], scope, one)
    elif alias:
        kind = KINDS.get(alias["kind"].lower(), alias["kind"].lower())
        for part in alias["rest"].split(":"):
            named = NAMED.match(part)
            if named is None:
                raise FormatError(NOT_A_RULE, one.line, one.column)
            members = named["members"].strip()
            yield Setting(f"{kind}_alias.{named['name']}", members, one.line, one.column)
    elif "=" in one.text and not one.text.startswith("="):
        yield Setting("rule", " ".join(one.text.split()), one.line, one.column)
    else:
        raise FormatError(NOT_A_RULE, one.line, one.column)


def _options(text: str, scope: str | None, one: Statement) -> Iterator[Setting]:
    at = 0
    while at < len(text):
        match = OPTION.match(text, at)
        if match is None or match.end() == at:
            raise FormatError(
                Text(zh="Defaults 的写法不对", en="Defaults that cannot be read"), one.line, one.column
            )
        at = match.end()
        value = "true" if len(match["not"]) % 2 == 0 else "false"
        if match["operator"]:
            value = match["value"].strip().strip('"')
        key = f"defaults.{match['name']}"
        yield Setting(key, value, one.line, one.column, section=scope)
