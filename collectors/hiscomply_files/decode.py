"""From bytes to text: UTF-8, UTF-16 with its mark, GB18030 where the text proves it."""

from __future__ import annotations

import codecs

from hiscomply.patterns import late

CJK = late("[\u4e00-\u9fff]")
CONTROL = late("[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\ue000-\uf8ff]")


def decode(content: bytes) -> str | None:
    """The text with ``\\n`` line ends and without a byte order mark; None if the bytes are no text."""
    text = _decode(content)
    if text is None or "\x00" in text:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _try(content, "utf-16")
    text = _try(content, "utf-8-sig")
    if text is not None:
        return text
    text = _try(content, "gb18030")
    # GB18030 accepts nearly any bytes: only Chinese characters without control or private-use ones prove it
    return text if text and CJK.search(text) and not CONTROL.search(text) else None


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
