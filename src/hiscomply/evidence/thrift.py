"""Structs in the compact protocol of Thrift, read and written without knowing what they mean.

A struct is a mapping of each field's number to its type and value; a list is the type of its items and the items.

Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Any, Final

Struct = dict[int, tuple[int, Any]]

TRUE, FALSE, INTEGERS, BINARY, LIST, STRUCT = 1, 2, (4, 5, 6), 8, 9, 12
_LONG: Final = 15
"""In place of a length that takes a number of its own."""


def read(source: IO[bytes], type_: int = STRUCT) -> Any:
    """One value.

    Raises:
        ValueError: of a type that is not known here.
    """
    if type_ in (TRUE, FALSE):
        return type_ == TRUE
    if type_ in INTEGERS:
        return _signed(_number(source))
    if type_ == BINARY:
        return source.read(_number(source))
    if type_ == LIST:
        head = source.read(1)[0]
        count = head >> 4 if head >> 4 < _LONG else _number(source)
        if head & 15 in (TRUE, FALSE):
            raise ValueError("a list of booleans")
        return head & 15, [read(source, head & 15) for _ in range(count)]
    if type_ == STRUCT:
        fields: Struct = {}
        last = 0
        while head := source.read(1)[0]:
            last = last + (head >> 4) if head >> 4 else _signed(_number(source))
            fields[last] = head & 15, read(source, head & 15)
        return fields
    raise ValueError(f"type {type_}")


def write(type_: int, value: Any) -> bytes:
    """The bytes of one value; of a boolean none, since its type says it."""
    return _WRITERS[type_](value)


def _write_list(value: tuple[int, list[Any]]) -> bytes:
    item, items = value
    short = len(items) < _LONG
    head = bytes([len(items) << 4 | item]) if short else bytes([_LONG << 4 | item]) + _written(len(items))
    return head + b"".join(write(item, one) for one in items)


def _write_struct(fields: Mapping[int, tuple[int, Any]]) -> bytes:
    parts, last = [], 0
    for number, (type_, value) in fields.items():
        step = number - last
        parts.append(
            bytes([step << 4 | type_]) if 0 < step <= 15 else bytes([type_]) + _write_integer(number)
        )
        parts.append(write(type_, value))
        last = number
    return b"".join(parts) + b"\0"


def _write_integer(value: int) -> bytes:
    return _written(value << 1 if value >= 0 else (-value << 1) - 1)


_WRITERS: Final[Mapping[int, Callable[[Any], bytes]]] = {
    TRUE: lambda _: b"",
    FALSE: lambda _: b"",
    **dict.fromkeys(INTEGERS, _write_integer),
    BINARY: lambda value: _written(len(value)) + value,
    LIST: _write_list,
    STRUCT: _write_struct,
}


def _number(source: IO[bytes]) -> int:
    value = shift = 0
    while (byte := source.read(1)[0]) > 127:
        value |= (byte & 127) << shift
        shift += 7
    return value | byte << shift


def _written(number: int) -> bytes:
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def _signed(number: int) -> int:
    return number >> 1 ^ -(number & 1)
