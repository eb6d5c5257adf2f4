"""All reading of feeds: files of the project, with bounds on what is taken in."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Final, cast

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_kit.needs import need

MAX_FEED_BYTES: Final = 512 * 1024**2
"""Of one file of a feed once unpacked, and of all that a zip or folder holds four times as much."""
MAX_ENTRY_BYTES: Final = 32 * 1024**2
"""Of one document inside a zip or a folder."""
_ZIP_FACTOR: Final = 4
_CHUNK: Final = 1 << 20
_PACKED: Final = (".gz", ".xz", ".zst")


def modified_at(path: Path) -> datetime:
    """When a feed was last written; of a folder: when its newest document was."""
    files = _in_folder(path) if path.is_dir() else [path]
    newest = max((file.stat().st_mtime for file in files), default=path.stat().st_mtime)
    return datetime.fromtimestamp(newest, UTC)


def unpacked_name(name: str) -> str | None:
    """A document's name without how it is packed; None for what is no document (a signature, a checksum)."""
    bare = name.removesuffix(next((one for one in _PACKED if name.endswith(one)), ""))
    return bare if bare.endswith(".json") else None


def whole(path: Path) -> bytes:
    """One file, unpacked where its name ends in ``.gz``, ``.xz`` or ``.zst``.

    Raises:
        CollectFailed: it cannot be read, is damaged or larger than the bound.
    """
    try:
        with path.open("rb") as stream:
            return _unpacked(stream, path.name, MAX_FEED_BYTES)
    except PermissionError:
        raise _denied(path.name) from None
    except OSError as error:
        raise _failed(path.name, error) from None


def documents(path: Path) -> Iterator[tuple[str, bytes]]:
    """The JSON documents of a zip, of a folder, or the one file, by name in a fixed order.

    Raises:
        CollectFailed: it cannot be read, is damaged or larger than the bounds.
    """
    try:
        if path.is_dir():
            yield from _from_folder(path)
        elif path.suffix == ".zip":
            yield from _from_zip(path)
        else:
            yield path.name, whole(path)
    except PermissionError:
        raise _denied(path.name) from None
    except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        raise _failed(path.name, error) from None


def _from_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    for file in _in_folder(path):
        with file.open("rb") as stream:
            data = _unpacked(stream, file.name, MAX_ENTRY_BYTES)
        total += len(data)
        if total > MAX_FEED_BYTES * _ZIP_FACTOR:
            raise _too_large(file.name)
        yield file.relative_to(path).as_posix(), data


def _in_folder(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*.json*") if unpacked_name(file.name) and file.is_file())


def _from_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if unpacked_name(entry.filename) is None:
                continue
            with archive.open(entry) as stream:
                data = _unpacked(stream, entry.filename, MAX_ENTRY_BYTES)
            total += len(data)
            if total > MAX_FEED_BYTES * _ZIP_FACTOR:
                raise _too_large(entry.filename)
            yield entry.filename, data


def _unpacked(stream: IO[bytes], name: str, limit: int) -> bytes:
    """A file as it is, or what is packed in it; the size that an archive claims is not to be trusted."""
    data = bytearray()
    try:
        packed = _opened(stream, name)
        while len(data) <= limit and (piece := packed.read(_CHUNK)):
            data += piece
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, ValueError) as error:
        raise _failed(name, error) from None
    if len(data) > limit:
        raise _too_large(name)
    return bytes(data)


def _opened(stream: IO[bytes], name: str) -> IO[bytes]:
    if name.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(stream))
    if name.endswith(".xz"):
        return cast("IO[bytes]", lzma.open(stream))
    if name.endswith(".zst"):
        library = need("zstandard", "advisories")
        try:
            data = (
                library.ZstdDecompressor()
                .stream_reader(stream, read_across_frames=True)
                .read(MAX_FEED_BYTES + 1)
            )
        except library.ZstdError as error:
            raise ValueError(str(error)) from None
        return BytesIO(data)
    return stream


def _denied(name: str) -> CollectDenied:
    return CollectDenied(Text(f"没有读取公告源 {name} 的权限", f"not allowed to read the feed {name}"))


def _failed(name: str, error: Exception) -> CollectFailed:
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return CollectFailed(Text(f"公告源 {name} 无法读取:{told}", f"the feed {name} cannot be read: {told}"))


def _too_large(name: str) -> CollectFailed:
    return CollectFailed(
        Text(f"公告源中的 {name} 超出大小限制", f"{name} of the feed is larger than what is read of it")
    )
