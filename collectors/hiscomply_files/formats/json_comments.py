"""JSON, with comments and trailing commas allowed, as Orthanc and many editors write it.

Python's own parser gives no positions and the kept JSON5 libraries give none either, hence this tokenizer.
Strings, the only hard part, are decoded by ``json``.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.tree import MAX_DEPTH, MAX_NODES, Flattener, Node, too_deep, too_many

TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\n]++|//[^\n]*+|/\*.*?\*/)
    |(?P<string>"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+")
    |(?P<scalar>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.])|(?:true|false|null)\b)
    |(?P<mark>[{}\[\],:])""",
    re.X | re.S,
)


class Json:
    """JSON and JSON with comments."""

    name: ClassVar[str] = "json"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.json``, ``.jsonc`` and ``.json5`` (of JSON5, comments and trailing commas are read)."""
        return path.lower().endswith((".json", ".jsonc", ".json5"))

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf; numbers as written, ``null`` as None, of duplicate keys the last is effective."""
        flattener = Flattener(len(text))
        flattener.walk(_Parser(text).document())
        yield from flattener.settings


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.tokens = self._tokens()
        self.kind = self.word = ""
        self.at = self.values = 0
        self.advance()

    def document(self) -> Node:
        """The one value of the file."""
        node = self.value(0)
        if self.kind != "end":
            raise self.expected("the end of the file", "文件结束")
        return node

    def value(self, depth: int) -> Node:
        line, column = self.place()
        if depth > MAX_DEPTH:
            raise too_deep(line, column)
        self.values += 1
        if self.values > MAX_NODES:
            raise too_many(line, column)
        if self.kind == "string":
            return Node(line, column, self.string())
        if self.kind == "scalar":
            written = self.word
            self.advance()
            return Node(line, column, None if written == "null" else written)
        if self.word == "{":
            return Node(line, column, entries=list(self.members(depth)))
        if self.word == "[":
            return Node(line, column, items=list(self.elements(depth)))
        raise self.expected("a value", "一个值")

    def members(self, depth: int) -> Iterator[tuple[str, Node]]:
        self.advance()
        while self.word != "}":
            if self.kind != "string":
                raise self.expected("a key in double quotes or '}'", "双引号内的键或 '}'")
            key = self.string()
            if self.word != ":":
                raise self.expected("':'", "':'")
            self.advance()
            yield key, self.value(depth + 1)
            self.separator("}")
        self.advance()

    def elements(self, depth: int) -> Iterator[Node]:
        self.advance()
        while self.word != "]":
            yield self.value(depth + 1)
            self.separator("]")
        self.advance()

    def separator(self, closing: str) -> None:
        if self.word == ",":
            self.advance()
        elif self.word != closing:
            raise self.expected(f"',' or '{closing}'", f"',' 或 '{closing}'")

    def string(self) -> str:
        line, column = self.place()
        try:
            decoded = json.loads(self.word)
        except ValueError:
            raise FormatError(
                Text(zh="字符串转义不正确", en="bad escape in a string"), line, column
            ) from None
        self.advance()
        return str(decoded)

    def advance(self) -> None:
        self.kind, self.word, self.at = next(self.tokens)

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        position = 0
        while position < len(self.text):
            match = TOKEN.match(self.text, position)
            if match is None:
                yield "bad", "", position
                return
            if match.lastgroup != "skip":
                # a mark's text is never equal to a string's: that keeps its quotes
                yield match.lastgroup or "", match.group(), position
            position = match.end()
        yield "end", "", position

    def place(self) -> tuple[int, int]:
        line = bisect_right(self.breaks, self.at - 1)
        start = self.breaks[line - 1] + 1 if line else 0
        return line + 1, self.at - start + 1

    def expected(self, en: str, zh: str) -> FormatError:
        line, column = self.place()
        return FormatError(
            Text(zh=f"JSON 语法错误,此处应为{zh}", en=f"bad JSON: expected {en}"), line, column
        )
