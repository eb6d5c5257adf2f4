"""Files of a target, and lines out of any stream, each within its bound."""

from __future__ import annotations

import glob
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_records.lines import MAX_LINE_BYTES

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def find_files(project: Path, pattern: str) -> list[Path]:
    """The files of a path or glob, sorted.

    Raises:
        CollectFailed: there is none.
        CollectDenied: its folder may not be looked into.
    """
    exact = project / pattern
    try:
        is_file = exact.is_file()
    except PermissionError as error:
        raise _denied(error) from None
    # Path.glob refuses absolute patterns, and exports often lie outside the project.
    names = [] if is_file else glob.glob(pattern, root_dir=project, recursive=True)  # noqa: PTH207  # as above
    files = sorted({project / name for name in names} | ({exact} if is_file else set()))
    files = [file for file in files if file.is_file()]
    if not files:
        raise CollectFailed(Text(f"没有与 {pattern!r} 相符的文件", f"no file matches {pattern!r}"))
    return files


def read_file(path: Path) -> Generator[tuple[int, bytes | None]]:
    """The numbered lines of a file.

    Raises:
        CollectDenied, CollectFailed: it may not, or cannot, be read.
    """
    try:
        with path.open("rb") as stream:
            yield from numbered_lines(stream)
    except PermissionError as error:
        raise _denied(error) from None
    except OSError as error:
        raise CollectFailed(Text(f"读取失败:{error.strerror}", f"cannot read: {error.strerror}")) from None


def modified(path: Path) -> datetime:
    """When the file was last written, UTC.

    Raises:
        CollectFailed: it has gone.
    """
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise CollectFailed(Text(f"读取失败:{error.strerror}", f"cannot read: {error.strerror}")) from None


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


def _denied(error: PermissionError) -> CollectDenied:
    return CollectDenied(Text(f"没有读取权限:{error.strerror}", f"not allowed to read: {error.strerror}"))
