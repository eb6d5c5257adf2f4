"""JSON5, as renovate and tools of JavaScript write it. Source: the JSON5 Data Interchange Format, version 1.0.0."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.json_comments import Parser
from hiscomply_files.formats.tree import Flattener

ENDS = "\n\r\u2028\u2029"
BLANKS = rf"\t\v\f \u00a0\ufeff\u1680\u2000-\u200a\u202f\u205f\u3000{ENDS}"
NUMBER = (
    r"(?:0[xX][0-9a-fA-F]++|(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)(?![\w$.\\])"
)
TOKEN = re.compile(
    rf"""(?P<skip>[{BLANKS}]++|//[^{ENDS}]*+|/\*.*?\*/)
    |(?P<string>"[^"\\\n\r]*+(?:\\(?:\r\n|.)[^"\\\n\r]*+)*+"|'[^'\\\n\r]*+(?:\\(?:\r\n|.)[^'\\\n\r]*+)*+')
    |(?P<scalar>{NUMBER}|[+-](?:{NUMBER}|Infinity\b|NaN\b))
    |(?P<name>(?:[\w$\u200c\u200d]|[^\x00-\x7f\s\ufeff]|\\u[0-9a-fA-F]{{4}})++)
    |(?P<mark>[{{}}\[\],:])""",
    re.X | re.S,
)
ESCAPE = re.compile(r"\\(\r\n|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|0(?![0-9])|[^ux0-9]|.)", re.S)
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
NAMED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
WORDS = frozenset({"true", "false", "null", "Infinity", "NaN"})
STARTS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"})
PARTS = STARTS | {"Mn", "Mc", "Nd", "Pc"}
MAX_HEX_DIGITS = 64
"""Of a number that is turned into decimals; a longer one stays as it is written."""


class Json5:
    """JSON5: JSON as one may write it in JavaScript."""

    name: ClassVar[str] = "json5"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.json5``."""
        return path.lower().endswith(".json5")

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf; numbers in decimals, ``null`` as None, of duplicate keys the last is effective."""
        flattener = Flattener(len(text))
        flattener.walk(_Json5Parser(text).document())
        yield from flattener.settings


class _Json5Parser(Parser):
    token = TOKEN
    key_en = "a key or '}'"
    key_zh = "键或 '}'"

    def is_key(self) -> bool:
        return self.kind in ("string", "name")

    def key(self) -> str:
        if self.kind == "string":
            return self.string()
        line, column = self.place()
        name = _unescaped(self.word)
        if not _is_identifier(name):
            reason = Text(zh="不带引号的键不是标识符", en="a key without quotes is no identifier")
            raise FormatError(reason, line, column)
        self.advance()
        return name

    def is_scalar(self) -> bool:
        return self.kind == "scalar" or (self.kind == "name" and self.word in WORDS)

    def scalar(self) -> str | None:
        return None if self.word == "null" else _decimal(self.word)

    def decoded(self, written: str) -> str:
        return _unescaped(written[1:-1])


def _unescaped(text: str) -> str:
    return PAIR.sub(_joined, ESCAPE.sub(_character, text)) if "\\" in text else text


def _joined(match: re.Match[str]) -> str:
    return match[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _character(match: re.Match[str]) -> str:
    escape = match[1]
    if escape == "\r\n" or escape in ENDS:
        return ""  # the line goes on
    if escape[0] in "ux" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    if escape != "0" and escape in "ux0123456789":
        raise ValueError(escape)
    return NAMED.get(escape, escape)


def _is_identifier(name: str) -> bool:
    return all(
        one in "$_"
        or unicodedata.category(one) in (PARTS if at else STARTS)
        or (at > 0 and one in "\u200c\u200d")
        for at, one in enumerate(name)
    )


def _decimal(word: str) -> str:
    """A number without what only JSON5 allows: ``+1``, ``.5``, ``5.``, ``0x1F``."""
    sign, digits = ("-" if word[0] == "-" else "", word.lstrip("+-"))
    if digits[:2].lower() == "0x":
        return f"{sign}{int(digits, 16)}" if len(digits) <= MAX_HEX_DIGITS else f"{sign}{digits}"
    digits = re.sub(r"^\.", "0.", digits)
    return sign + re.sub(r"\.(?![0-9])", "", digits)
