"""rsyslog: the main lines of its legacy format and of RainerScript, rsyslog.conf(5) of rsyslog 8."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.names import posix

SKIPPED = re.compile(r"(?:\s++|#[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)++")
_QUOTED = r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'"
OBJECT = re.compile(
    rf"(?P<name>[A-Za-z_]++)\s*+\((?P<inside>(?:[^()\"'#]|#[^\n]*+\n|{_QUOTED})*+)\)",
    re.S,
)
PARAMETER = re.compile(
    rf"(?P<name>[A-Za-z_][\w.]*+)\s*+=\s*+(?P<value>{_QUOTED}|\[[^\]]*+\]|[^\s\"']++)", re.S
)
CONDITION = re.compile(rf"(?P<condition>(?:if|foreach)\b(?:[^\"'{{}}]|{_QUOTED})*?\b(?:then|do))\b", re.S)
SELECTED = re.compile(
    rf"(?:&|[*\w,.;!=/-]+\.[*\w,.;!=/-]+|:[^\n\"]*+{_QUOTED})[ \t]+(?=action[ \t]*\()", re.I
)
STATEMENT = re.compile(r"(?:set|unset|reset|call|call_indirect)\b[^\n]*+|(?:stop|continue)\b")
SELECTED = re.compile(
    r"(?P<selector>[\w*,;=!]++\.[\w*,;=!.]++|&|:[^\n\"]*+\"(?:[^\"\\\n]|\\.)*+\")\s++(?=(?P<next>action\s*+\(|\{))"
)
"""A selector before an object or a block instead of a line's own action."""
ELSE = re.compile(r"else\b")
LINE = re.compile(r"[^\n]++")
DIRECTIVE = re.compile(r"\$(?P<name>[A-Za-z_]\w*+)\s*+(?P<value>[^\n]*+)")
OBJECTS = frozenset(
    {"module", "input", "action", "global", "main_queue", "template", "include", "ruleset", "parser"}
    | {"timezone", "lookup_table", "dyn_stats", "property", "constant", "ratelimit", "percentile_stats"}
)
NOT_A_STATEMENT = Text(zh="不是 rsyslog 的语句", en="not a statement of rsyslog")
UNBALANCED = Text(zh="括号不成对", en="a brace without its counterpart")


class RsyslogConf:
    """``rsyslog.conf`` and the files in ``rsyslog.d``."""

    name: ClassVar[str] = "rsyslog_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``rsyslog.conf`` and ``rsyslog.d/*.conf``."""
        file = posix(path)
        return file.name == "rsyslog.conf" or (file.parent.name == "rsyslog.d" and file.suffix == ".conf")

    def parse(self, text: str) -> Iterator[Setting]:
        """Directives as ``$name`` in lower case; lines with a selector as ``rule[0].selector`` and ``.action``;
        objects as ``action[0].target`` and so on. The section says which condition or rule set limits them."""
        yield from _Reader(text).settings()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks: list[str] = []
        self._pending: str | None = None  # a condition or rule set whose statement or block comes next
        self._counts: dict[str, int] = {}
        self._selector = ""
        self._number, self._counted = 1, 0

    def settings(self) -> Iterator[Setting]:
        at = 0
        while True:
            skipped = SKIPPED.match(self._text, at)
            at = skipped.end() if skipped else at
            if at >= len(self._text):
                break
            line, column = self._place(at)
            if self._text[at] in "{}":
                self._brace(self._text[at], line, column)
                at += 1
                continue
            condition = CONDITION.match(self._text, at)
            if condition:
                self._pending = " ".join(condition["condition"].split())
                at = condition.end()
                continue
            if ELSE.match(self._text, at):
                self._pending, at = "else", at + len("else")
                continue
            found, at = self._statement(at, line, column)
            yield from found
        if self._blocks:
            raise FormatError(UNBALANCED, *self._place(max(0, len(self._text) - 1)))

    def _brace(self, brace: str, line: int, column: int) -> None:
        if brace == "{":
            self._blocks.append(self._pending or "{")
            self._pending = None
        elif not self._blocks:
            raise FormatError(UNBALANCED, line, column)
        else:
            self._blocks.pop()

    def _statement(self, at: int, line: int, column: int) -> tuple[list[Setting], int]:
        selected = SELECTED.match(self._text, at)
        if selected:
            return [], selected.end()  # the action follows as an object
        section = self._pending or (self._blocks[-1] if self._blocks else None)
        selected = SELECTED.match(self._text, at)
        if selected:
            self._pending = selected["selector"] if selected["next"] == "{" else self._pending
            return [], selected.end()
        self._pending = None
        one = OBJECT.match(self._text, at)
        if one and one["name"].lower() in OBJECTS:
            settings = self._object(one, line, column, section)
            if one["name"].lower() == "ruleset":
                self._pending = " ".join(one.group().split())
            return settings, one.end()
        own = STATEMENT.match(self._text, at)
        if own:
            return [], own.end()
        whole = LINE.match(self._text, at)
        assert whole is not None  # the text goes on, and not with a line break
        text = whole.group().strip()
        if text.endswith("}") and "{" not in text:  # the end of the block on the same line
            end = at + whole.group().rindex("}")
            text = self._text[at:end].strip()
        else:
            end = whole.end()
        return self._line(text, line, column, section), end

    def _line(self, text: str, line: int, column: int, section: str | None) -> list[Setting]:
        directive = DIRECTIVE.fullmatch(text)
        if directive:
            value = directive["value"].partition(" #")[0].strip()
            return [Setting(f"${directive['name'].lower()}", value or None, line, column, section=section)]
        if text[0] in "!+-":
            return []  # blocks of BSD: by program or host; what follows is read as if it held for all
        selector, action = _split(text)
        if selector == "&":
            selector = self._selector
        elif not selector:
            if section is None:
                raise FormatError(NOT_A_STATEMENT, line, column)
            selector = "*.*"  # an action alone after a condition
        self._selector = selector
        number = self._next("rule")
        return [
            Setting(f"rule[{number}].selector", selector, line, column, section=section),
            Setting(f"rule[{number}].action", action, line, column, section=section),
        ]

    def _object(self, one: re.Match[str], line: int, column: int, section: str | None) -> list[Setting]:
        name = one["name"].lower()
        start = one.start("inside")
        number = self._next(name)
        return [
            Setting(
                f"{name}[{number}].{found['name'].lower()}",
                found["value"].strip("\"'"),
                *self._place(start + found.start("value")),
                section=section,
            )
            for found in PARAMETER.finditer(one["inside"])
        ] or [Setting(f"{name}[{number}]", None, line, column, section=section)]

    def _next(self, name: str) -> int:
        self._counts[name] = self._counts.get(name, -1) + 1
        return self._counts[name]

    def _place(self, offset: int) -> tuple[int, int]:
        self._number += self._text.count("\n", self._counted, offset)
        self._counted = offset
        return self._number, offset - self._text.rfind("\n", 0, offset)


def _split(text: str) -> tuple[str, str]:
    """Selector and action; a property filter (``:msg, contains, "x"``) has blanks of its own."""
    if text.startswith(":") and not text.startswith(":omusrmsg:"):
        match = re.match(r":[^,]*+,[^,\"]*+,\s*+\"(?:[^\"\\]|\\.)*+\"", text)
        if match:
            return match.group(), text[match.end() :].strip()
    words = text.split(None, 1)
    if len(words) == 2 and ("." in words[0] or words[0] == "&"):
        return words[0], words[1].strip()
    return "", text
