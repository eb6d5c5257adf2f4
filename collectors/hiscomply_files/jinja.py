"""Jinja templates of configuration files (``redis.conf.j2``): what is written in one is not yet what a program reads."""

from __future__ import annotations

import re
from typing import Final

from hiscomply.hookspecs import FileFormat, FormatError
from hiscomply.model import Text
from hiscomply_files.names import posix

ENDINGS: Final = frozenset({".j2", ".jinja", ".jinja2"})
GENERAL: Final = frozenset({"yaml", "json", "json5", "toml", "xml", "ini", "properties", "dotenv"})
"""Formats of any software: a template of them may be of anything."""
NOT_RENDERED: Final = Text(
    zh="是 Jinja 模板，尚未渲染；请渲染后再检查",
    en="a Jinja template, not rendered; render it and check what comes out",
)
_MANAGED = re.compile(
    r"(?m)^(?:[ \t]*+#[^\n{]*+)?\{\{-?\s*+ansible_managed\s*+(?:\|\s*+comment\s*+)?-?\}\}[^\n{}]*+$"
)
"""A line that becomes comments, as templates of Ansible begin."""
_HEAD: Final = 4096
_MARK = re.compile(r"\{[{%#]")


def rendered_name(path: str) -> str | None:
    """What the file is called that a template makes; None for what is no template by its name."""
    file = posix(path)
    return path[: -len(file.suffix)] if file.suffix.lower() in ENDINGS else None


def of_software(file_format: FileFormat | None) -> FileFormat | None:
    """The format, unless it is one of any software."""
    return None if file_format is None or file_format.name in GENERAL else file_format


def literal(path: str, text: str, file_format: FileFormat) -> str:
    """The text of a file, of a template without its head of comments. A format that knows templates is left to itself.

    Raises:
        FormatError: it is a template in which something is filled in; with the place of the first such thing.
    """
    if rendered_name(path) is None or file_format.recognises(path, text[:_HEAD].encode("utf-8", "replace")):
        return text
    text = _MANAGED.sub(_comment, text)
    mark = _MARK.search(text)
    if mark is None:
        return text
    before = text[: mark.start()]
    raise FormatError(NOT_RENDERED, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _comment(line: re.Match[str]) -> str:
    is_comment = "#" in line[0].partition("{")[0] or "comment" in line[0]
    return "#" + "\n" * line[0].count("\n") if is_comment else line[0]
