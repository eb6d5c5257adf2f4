"""A compiled query as SQLite runs it, for few records: starting DuckDB would take longer than judging them.

Compiled queries are made of few pieces. Those that both engines write alike are listed here, and ``hiscomply/sqlite.py``
gives SQLite the functions it lacks under the same names. A query with any other piece has no such form, and its policy
is judged by DuckDB.
"""

from __future__ import annotations

import re
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$[a-z_][a-z0-9_]*|\d+(?:\.\d+)?(?![\w.])|[A-Za-z_][A-Za-z0-9_]*"""
    r"""|\[\]|:=|<>|<=|>=|\|\||[-+*<>=.,()]|\s+"""
)
_WORDS: Final = frozenset(
    [
        "WITH",
        "AS",
        "SELECT",
        "FROM",
        "WHERE",
        "JOIN",
        "LEFT",
        "ON",
        "USING",
        "GROUP",
        "BY",
        "OVER",
        "FILTER",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "AND",
        "OR",
        "NOT",
        "IS",
        "NULL",
        "TRUE",
        "FALSE",
        "LIKE",
        "DISTINCT",
    ]
)
_FUNCTIONS: Final = frozenset(
    [
        "array_length",
        "chr",
        "coalesce",
        "count",
        "list_contains",
        "lower",
        "max",
        "min",
        "nullif",
        "regexp_matches",
        "row_number",
        "starts_with",
        "string_split",
        "to_seconds",
        "trim",
        "upper",
    ]
)
_BOUND: Final = frozenset({"BIGINT", "DOUBLE", "INTERVAL", "VARCHAR", "VARCHAR[]"})
"""Types of placeholders whose values are bound as SQLite holds them."""
_NOT_BOUND: Final = ("$as_of", "$today", "$zone", "$work_")
"""Placeholders of conditions on days and times, for which SQLite has no types."""
_WRITTEN_OUT: Final = ("raw", "judged")
"""Layers that SQLite makes once: it would put what a column is made of wherever that column is named."""
_LOOKED_UP: Final = "src_"
"""Layers of related records, of which those of a subject are looked up: SQLite would make what is named twice once."""
_COUNTED: Final = re.compile(
    r'("total_\w+") AS \(SELECT s \. _rid , count\(\*\) AS n FROM s JOIN (src_\w+) r ON (.+?) GROUP BY s \. _rid\)'
)
_IN_TURN: Final = r"\1 AS MATERIALIZED (SELECT s . _rid , (SELECT count(*) FROM \2 r WHERE \3) AS n FROM s)"
"""How many records a subject has is asked for each in turn: SQLite would sort all of them first."""
_EMPTY: Final = "CAST('[]' AS BLOB)"

Item = Any
"""A piece, or the items between two parentheses."""


class _NoForm(Exception):
    """The query has a piece that is not listed."""


def in_sqlite(query: str) -> str:
    """The query for SQLite; empty if it has none.

    Args:
        query: what a compiled policy asks of DuckDB.
    """
    try:
        return _COUNTED.sub(_IN_TURN, _sql(_items(query)))
    except _NoForm:
        return ""


def _items(query: str) -> list[Item]:
    """The tokens without spaces, those in parentheses as lists."""
    open_: list[list[Item]] = [[]]
    at = 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise _NoForm
        at, piece = match.end(), match[0]
        if piece == "(":
            open_.append([])
        elif piece == ")":
            inner = open_.pop()
            if not open_:
                raise _NoForm
            open_[-1].append(inner)
        elif not piece.isspace():
            open_[-1].append(piece)
    if len(open_) != 1:
        raise _NoForm
    return open_[0]


def _sql(items: list[Item]) -> str:
    parts = []
    at = 0
    while at < len(items):
        item, rest = items[at], items[at + 1 :]
        at += 1
        if isinstance(item, list):
            parts.append(f"({_sql(item)})")
        elif rest[:1] == ["AS"] and (item in _WRITTEN_OUT or item.startswith(_LOOKED_UP)):
            parts.append(f"{item} AS {'NOT ' if item not in _WRITTEN_OUT else ''}MATERIALIZED")
            at += 1
        elif _is_place(item, rest):
            # the whole place stands where its first part does, and is taken apart in the rows that are kept
            parts.append(f"{item} . {rest[1]}" if rest[3] == "a" else "NULL")
            at += 4
        elif _is_word(item) and item not in _WORDS and rest and isinstance(rest[0], list):
            parts.append(_call(item, rest[0]))
            at += 1
        else:
            parts.append(_plain(item))
    return " ".join(parts)


def _is_word(text: str) -> bool:
    return text[0].isalpha() or text[0] == "_"


def _is_place(item: str, rest: list[Item]) -> bool:
    """``"set"."_place".a``, a part of the place of a related record."""
    return rest[:1] == ["."] and rest[2:3] == ["."] and len(rest) > 3 and (item[0] == '"' or _is_word(item))


def _plain(piece: str) -> str:
    """A piece that means the same to both."""
    is_own_name = piece == piece.lower()
    if (_is_word(piece) and piece not in _WORDS and not is_own_name) or piece.startswith(_NOT_BOUND):
        raise _NoForm
    return piece


def _call(name: str, inside: list[Item]) -> str:
    if name == "CAST":
        return _cast(inside)
    arguments = _split(inside, ",")
    if name == "struct_pack":
        return f"place({', '.join(_sql(_value(one)) for one in arguments)})"
    if name == "concat_ws":
        return _joined(*map(_sql, arguments))
    if name not in _FUNCTIONS:
        raise _NoForm
    return f"{name}({', '.join(map(_sql, arguments))})"


def _joined(separator: str, *texts: str) -> str:
    """Texts with a separator between those that are known."""
    if not re.fullmatch("'[^']'", separator):
        raise _NoForm
    pieces = " || ".join(f"coalesce({separator} || ({text}), '')" for text in texts)
    return f"substr({pieces}, 2)"


def _cast(inside: list[Item]) -> str:
    """What a cast amounts to where values have the types of Python."""
    value, type_ = _split(inside, "AS")
    wanted = "".join(type_)
    if value[0] == "to_json" and wanted == "VARCHAR":
        (_, (_, pairs)) = value
        listed = ", ".join(f"{_name(pair)}, {_sql(_value(pair))}" for pair in _split(pairs, ","))
        return f"json_row({listed})"
    if wanted == "BOOLEAN":
        return f"truth({_sql(value)})"
    if len(value) == 1 and str(value[0])[0] == "$" and wanted in _BOUND:
        return _plain(value[0])
    if wanted == "VARCHAR[]" and value in (["[]"], ["NULL"]):
        return _EMPTY if value == ["[]"] else "NULL"
    if wanted == "VARCHAR":
        return f"CAST({_sql(value)} AS TEXT)"
    raise _NoForm


def _split(items: list[Item], at: str) -> list[list[Item]]:
    """The pieces between the tokens ``at``."""
    pieces: list[list[Item]] = [[]]
    for item in items:
        if item == at:
            pieces.append([])
        else:
            pieces[-1].append(item)
    return pieces


def _name(pair: list[Item]) -> str:
    """The name in ``"name" := value``, as a text."""
    return "'" + str(pair[0])[1:-1].replace('""', '"').replace("'", "''") + "'"


def _value(pair: list[Item]) -> list[Item]:
    """The value in ``name := value``."""
    if pair[1:2] != [":="]:
        raise _NoForm
    return pair[2:]
