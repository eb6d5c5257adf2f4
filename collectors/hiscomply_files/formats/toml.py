"""TOML: ``tomllib`` says what is valid and what the values are, the key scanner says where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.tree import MAX_NODES, Flattener, Node, too_deep, too_many

PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")
MAX_PARTS = 100
LONG_KEY = re.compile(
    rf"""(?<![\w.-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{MAX_PARTS}}}""", re.ASCII
)
"""A key with so many parts costs ``tomllib`` their square."""
Positions = dict[str, tuple[int, int]]


class Toml:
    """TOML 1.0."""

    name: ClassVar[str] = "toml"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.toml``."""
        return path.lower().endswith(".toml")

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf in the order of the file; arrays of tables as ``name[0].key``."""
        import tomllib

        from hiscomply_files.formats.toml_positions import find_positions

        if text.count("=") + text.count(",") > MAX_NODES:  # there are no more values than that
            raise too_many(text.count("\n") + 1, 1)
        long_key = LONG_KEY.search(text)
        if long_key:
            raise too_deep(text.count("\n", 0, long_key.start()) + 1, 1)
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _format_error(str(error)) from None
        except (RecursionError, ValueError):
            # numbers of more than 4300 digits and very deep arrays end here
            raise FormatError(
                Text(zh="TOML 嵌套过深或数值过长", en="TOML nested too deep or a number too long")
            ) from None
        positions = find_positions(text)
        flattener = Flattener(len(text))
        if data:
            flattener.walk(_node(data, "", positions))
        yield from sorted(flattener.settings, key=lambda setting: (setting.line, setting.column))


def _format_error(message: str) -> FormatError:
    match = PLACE.search(message)
    place = (int(match[1]), int(match[2])) if match and match[1] else (None, None)
    problem = PLACE.sub("", message)
    return FormatError(Text(zh=f"TOML 语法错误({problem})", en=f"bad TOML: {problem}"), *place)


def _node(data: Any, key: str, positions: Positions) -> Node:
    line, column = positions.get(key, (1, 1))
    if isinstance(data, dict):
        entries = [
            (name, _node(child, f"{key}.{name}" if key else name, positions)) for name, child in data.items()
        ]
        return Node(line, column, entries=entries)
    if isinstance(data, list):
        items = [_node(child, f"{key}[{index}]", positions) for index, child in enumerate(data)]
        return Node(line, column, items=items)
    return Node(line, column, _text(data))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat() if isoformat else value)
