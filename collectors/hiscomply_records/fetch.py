"""Lines out of a file or any stream, each within its bound."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import IO

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.files import not_allowed, unreadable
from hiscomply_records.lines import MAX_LINE_BYTES

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_file(path: Path) -> Generator[tuple[int, bytes | None]]:
    """The numbered lines of a file.

    Raises:
        CollectDenied, CollectFailed: it may not, or cannot, be read.
    """
    try:
        with path.open("rb") as stream:
            yield from numbered_lines(stream)
    except PermissionError as error:
        raise not_allowed(error) from None
    except OSError as error:
        raise unreadable(error) from None


def numbered_lines(stream: IO[bytes]) -> Generator[tuple[int, bytes | None]]:
    """Lines that are not blank, with their number from 1; None for one that is too long. Bounded memory.

    Raises:
        CollectFailed: the text is UTF-16, as Windows PowerShell writes by default.
    """
    number = 0
    while piece := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1:
            if piece.startswith(_UTF16_MARKS):
                raise CollectFailed(
                    Text(
                        "编码是 UTF-16,请写成 UTF-8", "the text is UTF-16; write it as UTF-8 (-Encoding utf8)"
                    )
                )
            piece = piece.removeprefix(_UTF8_MARK)
        if len(piece) > MAX_LINE_BYTES and not piece.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        elif piece.strip():
            yield number, piece
