"""From bytes to text: UTF-8, UTF-16 with its mark, GB18030 where the text proves it."""

from __future__ import annotations

import codecs

from hiscomply.hookspecs import FormatError
from hiscomply.model import Text
from hiscomply.patterns import late

CJK = late("[\u4e00-\u9fff]")
CONTROL = late("[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\ue000-\uf8ff]")
RETURNS = late(r"\r+(?=\n|\Z)")
ENDED_BY_RETURN = frozenset(
    {
        "yaml",
        "docker-compose",
        "kubernetes",
        "mongod_conf",
        "json",
        "json5",
        "json_patch",
        "xml",
        "properties",
    }
    | {"ansible_vars", "ansible_inventory", "ansible_playbook", "ansible_role_vars"}
)
"""Formats of which a line ends at a carriage return alone, too. Sources: YAML 1.2, 5.4; JSON5, 2.3; XML 1.0, 2.11;
java.util.Properties; jsoncpp's reader for comments in JSON; splitlines in Ansible's inventories."""
LONE = Text(
    zh="行内有单独的回车符(CR),行尾应为换行符",
    en="a carriage return stands within a line; lines must end with a line feed",
)


def decode(content: bytes) -> str | None:
    """The text without a byte order mark; None if the bytes are no text."""
    text = _decode(content)
    return None if text is None or "\x00" in text else text


def with_line_feeds(text: str, file_format: str) -> str:
    """The text of a format with ``\\n`` line ends.

    Raises:
        FormatError: a carriage return stands within a line of a format of which it ends no line: what stands behind
            it is a comment for one program, and a setting for another.
    """
    if "\r" not in text:
        return text
    text = RETURNS.sub("", text)
    if file_format in ENDED_BY_RETURN:
        return text.replace("\r", "\n")
    at = text.find("\r")
    if at >= 0:
        raise FormatError(LONE, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    return text


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
