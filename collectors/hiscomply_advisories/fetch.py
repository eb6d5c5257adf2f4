"""All reading of feeds: files of the project, with bounds on what is taken in."""

from __future__ import annotations

import gzip
import zipfile
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


def modified_at(path: Path) -> datetime:
    """When a feed was last written; of a folder: when its newest document was."""
    files = [*path.rglob("*.json")] if path.is_dir() else [path]
    newest = max((file.stat().st_mtime for file in files), default=path.stat().st_mtime)
    return datetime.fromtimestamp(newest, UTC)


def whole(path: Path) -> bytes:
    """One file, unpacked where its name ends in ``.gz`` or ``.zst``.

    Raises:
        CollectFailed: it cannot be read, is damaged or larger than the bound.
    """
    try:
        with _opened(path) as stream:
            data = bytearray()
            while piece := stream.read(_CHUNK):
                data += piece
                if len(data) > MAX_FEED_BYTES:
                    raise _too_large(path.name)
            return bytes(data)
    except PermissionError:
        raise _denied(path.name) from None
    except (OSError, EOFError, ValueError) as error:
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
    for file in sorted(path.rglob("*.json")):
        size = file.stat().st_size
        total += size
        if size > MAX_ENTRY_BYTES or total > MAX_FEED_BYTES * _ZIP_FACTOR:
            raise _too_large(file.name)
        yield file.relative_to(path).as_posix(), file.read_bytes()


def _from_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.filename.endswith(".json"):
                continue
            # The size that an archive claims is not to be trusted; one byte more than allowed tells.
            with archive.open(entry) as stream:
                data = stream.read(MAX_ENTRY_BYTES + 1)
            total += len(data)
            if len(data) > MAX_ENTRY_BYTES or total > MAX_FEED_BYTES * _ZIP_FACTOR:
                raise _too_large(entry.filename)
            yield entry.filename, data


def _opened(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    if path.suffix == ".zst":
        library = need("zstandard", "advisories")
        try:
            stream = library.ZstdDecompressor().stream_reader(path.open("rb"))
            data = stream.read(MAX_FEED_BYTES + 1)
        except library.ZstdError as error:
            raise ValueError(str(error)) from None
        return BytesIO(data)
    return path.open("rb")


def _denied(name: str) -> CollectDenied:
    return CollectDenied(Text(f"没有读取公告源 {name} 的权限", f"not allowed to read the feed {name}"))


def _failed(name: str, error: Exception) -> CollectFailed:
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return CollectFailed(Text(f"公告源 {name} 无法读取:{told}", f"the feed {name} cannot be read: {told}"))


def _too_large(name: str) -> CollectFailed:
    return CollectFailed(
        Text(f"公告源中的 {name} 超出大小限制", f"{name} of the feed is larger than what is read of it")
    )
