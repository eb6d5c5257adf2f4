"""Names of files that are no UTF-8, such as Chinese ones in GBK: how they are written, and found again.

A record, a report and a store can hold text only. A byte that is none is written out as in a URI (``%B1%B8``), so that
two names stay two; a name that holds such letters by itself is not told apart, which collectors have to see to.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

from hiscomply.patterns import late

_NOT_KEPT = late(r"[\x00\ud800-\udfff]")
_BYTES = late(r"(?:%[89A-F][0-9A-F])+")


def clean(text: str) -> str:
    """The text without NUL and lone surrogates, which no store can keep; each is written out."""
    if text.isascii() and "\x00" not in text:
        return text
    return _NOT_KEPT.sub(_written_out, text)


def file_at(folder: Path, name: str) -> Path:
    """The file that a record calls by this name, which counts from the folder; it need not be there."""
    path = folder / name
    if os.path.lexists(path):
        return path
    return folder / _BYTES.sub(lambda found: os.fsdecode(unquote_to_bytes(found[0])), name)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"%{code - 0xDC00:02X}"  # what stands for a byte in a name: see os.fsdecode
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
