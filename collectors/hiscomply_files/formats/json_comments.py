"""JSON, with comments and trailing commas allowed, as Orthanc and many editors write it.

Python's own parser gives no positions and the kept JSON5 libraries give none either, hence this tokenizer.
Strings, the only hard part, are decoded by ``json``. JSON5 is in ``json5.py``, with the same parser.
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
    """JSON and JSON with comments (JSONC)."""

    name: ClassVar[str] = "json"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.json``, ``.jsonc`` and ``.renovaterc``."""
        return path.lower().endswith((".json", ".jsonc", ".renovaterc"))

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf; numbers as written, ``null`` as None, of duplicate keys the last is effective."""
        flattener = Flattener(len(text))
        flattener.walk(Parser(text).document())
        yield from flattener.settings


class Parser:
    """Objects and arrays from tokens. What a dialect writes otherwise is in its subclass."""

    token: ClassVar[re.Pattern[str]] = TOKEN
    key_en: ClassVar[str] = "a key in double quotes or '}'"
    key_zh: ClassVar[str] = "双引号内的键或 '}'"

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
        """The value that begins here."""
        line, column = self.place()
        if depth > MAX_DEPTH:
            raise too_deep(line, column)
        self.values += 1
        if self.values > MAX_NODES:
            raise too_many(line, column)
        if self.kind == "string":
            return Node(line, column, self.string())
        if self.is_scalar():
            written = self.scalar()
            self.advance()
            return Node(line, column, written)
        if self.word == "{":
            return Node(line, column, entries=list(self.members(depth)))
        if self.word == "[":
            return Node(line, column, items=list(self.elements(depth)))
        raise self.expected("a value", "一个值")

    def members(self, depth: int) -> Iterator[tuple[str, Node]]:
        """Keys with their values, to the brace that closes."""
        self.advance()
        while self.word != "}":
            if not self.is_key():
                raise self.expected(self.key_en, self.key_zh)
            key = self.key()
            if self.word != ":":
                raise self.expected("':'", "':'")
            self.advance()
            yield key, self.value(depth + 1)
            self.separator("}")
        self.advance()

    def elements(self, depth: int) -> Iterator[Node]:
        """Values, to the bracket that closes."""
        self.advance()
        while self.word != "]":
            yield self.value(depth + 1)
            self.separator("]")
        self.advance()

    def separator(self, closing: str) -> None:
        """Steps over a comma; what closes may stand for it."""
        if self.word == ",":
            self.advance()
        elif self.word != closing:
            raise self.expected(f"',' or '{closing}'", f"',' 或 '{closing}'")

    def is_key(self) -> bool:
        """Whether a key stands here."""
        return self.kind == "string"

    def key(self) -> str:
        """The key that stands here."""
        return self.string()

    def is_scalar(self) -> bool:
        """Whether a number or a word with a meaning stands here."""
        return self.kind == "scalar"

    def scalar(self) -> str | None:
        """The number or word as settings have it."""
        return None if self.word == "null" else self.word

    def string(self) -> str:
        """The text that stands here, decoded."""
        line, column = self.place()
        try:
            decoded = self.decoded(self.word)
        except ValueError:
            raise FormatError(
                Text(zh="字符串转义不正确", en="bad escape in a string"), line, column
            ) from None
        self.advance()
        return decoded

    def decoded(self, written: str) -> str:
        """The text between quotes; ValueError for a bad escape."""
        return str(json.loads(written))

    def advance(self) -> None:
        """Steps to the next token."""
        self.kind, self.word, self.at = next(self.tokens)

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        position = 0
        while position < len(self.text):
            match = self.token.match(self.text, position)
            if match is None:
                yield "bad", "", position
                return
            if match.lastgroup != "skip":
                # a mark's text is never equal to a string's: that keeps its quotes
                yield match.lastgroup or "", match.group(), position
            position = match.end()
        yield "end", "", position

    def place(self) -> tuple[int, int]:
        """Line and column of the token."""
        line = bisect_right(self.breaks, self.at - 1)
        start = self.breaks[line - 1] + 1 if line else 0
        return line + 1, self.at - start + 1

    def expected(self, en: str, zh: str) -> FormatError:
        """The error that something else should stand here."""
        line, column = self.place()
        return FormatError(
            Text(zh=f"JSON 语法错误,此处应为{zh}", en=f"bad JSON: expected {en}"), line, column
        )
