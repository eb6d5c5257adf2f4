"""Tells the format of result files by their content, and opens them within bounds. All reading is here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.files import not_allowed, unreadable
from hiscomply_scans import parse_greenbone, parse_nessus, parse_sarif, parse_trivy, parse_xccdf
from hiscomply_scans.documents import load
from hiscomply_scans.scan import About, Scan
from hiscomply_scans.tables import header_of

MAX_BYTES: Final = 512_000_000
"""Of a file that is read as a stream."""
MAX_JSON_BYTES: Final = 128_000_000
"""Of a document that has to be in memory."""
_HEAD: Final = 65_536
_MAX_LINE: Final = 16_000_000
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

GIVES: Final = {
    "xccdf": ("config_result", "scan"),
    "trivy": ("vuln", "config_result", "scan"),
    "sarif": ("vuln", "config_result", "scan"),
    "nessus": ("vuln", "scan"),
    "greenbone": ("vuln", "scan"),
}
"""The kinds that a format can tell of."""


def read(path: Path, about: About) -> Iterator[tuple[str, Scan]]:
    """The file's format and each of its scans.

    Raises:
        CollectDenied, CollectFailed: it may not, or cannot, be read as any known format.
    """
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            form, scans = _recognised(stream, size, about)
            for scan in scans:
                yield form, scan
    except PermissionError as error:
        raise not_allowed(error) from None
    except OSError as error:
        raise unreadable(error) from None


def _recognised(stream: IO[bytes], size: int, about: About) -> tuple[str, Iterator[Scan]]:
    head = stream.read(_HEAD)
    stream.seek(0)
    if not head.strip():
        raise CollectFailed(Text("文件是空的", "the file is empty, which proves nothing"))
    start = head.removeprefix(_UTF8_MARK).lstrip()
    # XML names its own encoding, so UTF-16 is no obstacle there.
    if start.startswith(b"<") or head[:4] in {b"\xff\xfe<\x00", b"\xfe\xff\x00<"}:
        _bound(size, MAX_BYTES)
        return "xccdf", parse_xccdf.parse(_pieces(stream), about)
    if head.startswith(_UTF16_MARKS):
        raise CollectFailed(Text("编码是 UTF-16,请写成 UTF-8", "the text is UTF-16; write it as UTF-8"))
    if start.startswith(b"{"):
        _bound(size, MAX_JSON_BYTES)
        return _json(load(stream.read(MAX_JSON_BYTES + 1)), about)
    _bound(size, MAX_BYTES)
    return _table(start, stream, about)


def _json(document: Any, about: About) -> tuple[str, Iterator[Scan]]:
    if "SchemaVersion" in document and "ArtifactName" in document:
        return "trivy", parse_trivy.parse(document, about)
    if "runs" in document and "version" in document:
        return "sarif", parse_sarif.parse(document, about)
    keys = _shown(list(document))
    raise CollectFailed(
        Text(
            f"JSON 既不是 Trivy 报告也不是 SARIF;顶层键:{keys}",
            f"JSON that is neither a Trivy report nor SARIF; its keys: {keys}",
        )
    )


_TABLES: Final[tuple[tuple[str, frozenset[str], Callable[..., Iterator[Scan]]], ...]] = (
    ("nessus", parse_nessus.COLUMNS, parse_nessus.parse),
    ("greenbone", parse_greenbone.COLUMNS, parse_greenbone.parse),
)


def _table(head: bytes, stream: IO[bytes], about: About) -> tuple[str, Iterator[Scan]]:
    first = head.split(b"\n", 1)[0]
    try:
        names = header_of(first.decode("utf-8").rstrip("\r"))
    except ValueError:
        names = []
    for form, columns, parse in _TABLES:
        if columns <= set(names):
            return form, parse(_lines(stream), about)
    shown = _shown(names) if len(names) > 1 else head[:8].hex(" ")
    raise CollectFailed(
        Text(
            f"不是已知的扫描结果格式(XCCDF/ARF、Trivy、SARIF、Nessus CSV、Greenbone CSV);看到的是:{shown}",
            f"no known result format (XCCDF/ARF, Trivy, SARIF, Nessus CSV, Greenbone CSV); it begins with: {shown}",
        )
    )


def _shown(names: list[str]) -> str:
    """The first names, as far as they look like names of columns and not like content."""
    return ", ".join(name if re.fullmatch(r"[\w $.-]{1,30}", name) else "…" for name in names[:6])


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_HEAD):
        yield piece


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Lines as they stand, ends included; raises CollectFailed for one that is no UTF-8 or too long."""
    mark = _UTF8_MARK
    while line := stream.readline(_MAX_LINE + 1):
        if len(line) > _MAX_LINE:
            raise CollectFailed(Text("行过长,不是 CSV 表", "a line is too long for a CSV table"))
        try:
            yield line.removeprefix(mark).decode("utf-8")
        except UnicodeDecodeError:
            raise CollectFailed(
                Text("不是 UTF-8 文本,请以 UTF-8 导出", "the text is not UTF-8; export it as UTF-8")
            ) from None
        mark = b""


def _bound(size: int, limit: int) -> None:
    if size > limit:
        raise CollectFailed(
            Text(f"文件超过 {limit:,} 字节", f"the file is larger than {limit:,} bytes; split it by host")
        )
