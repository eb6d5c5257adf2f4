"""Where evidence stands, as a SARIF artifact location."""

from __future__ import annotations

import posixpath
import re
from typing import Final
from urllib.parse import quote

PROJECT: Final = "PROJECT"
PACK: Final = "PACK"

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FILES_AFAR: Final = ("http", "https", "ssh", "sftp", "smb")
_SAFE: Final = "/-._~!$&'()*+,;=@"


def uri_of(source: str | None, has_line: bool) -> tuple[str, bool] | None:
    """The source's URI and whether it is relative to the project; None if it is no file.

    Only schemes that name files are taken over, so that no ``javascript:`` from evidence becomes a link;
    a file on another host counts as one when a line in it is known.
    """
    if not source:
        return None
    if _DRIVE.match(source):
        return "file:///" + _escape(source.replace("\\", "/"), ":"), False
    scheme = _SCHEME.match(source)
    if scheme:
        return _with_scheme(source, scheme[1].lower(), has_line)
    if source.startswith("/"):
        return "file://" + _escape(posixpath.normpath("/" + source.lstrip("/"))), False
    return _escape(posixpath.normpath(source.replace("\\", "/"))), True


def _with_scheme(source: str, scheme: str, has_line: bool) -> tuple[str, bool] | None:
    is_file = scheme == "file" or (has_line and scheme in _FILES_AFAR)
    head, separator, rest = source.partition("://")
    if not is_file or not separator:
        return None
    return f"{head}://" + _escape(_LONE_PERCENT.sub("%25", rest), ":%?#"), False


def _escape(path: str, extra: str = "") -> str:
    return quote(path, safe=_SAFE + extra, errors="replace")
