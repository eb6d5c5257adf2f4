"""Apache httpd: one directive a line, sections in angle brackets, continued lines, names without case.

Source: the manual of httpd 2.4, "Configuration Files", and ``ap_cfg_getline``, ``ap_getword_conf`` in server/util.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.blocks import Blocks, Places, is_of_another_program
from hiscomply_files.names import posix

LINE = re.compile(r"(?:[^\\\n]|\\\n|\\(?!\n))*+")
BLANKS = r"(?:[ \t\r\f\v]|\\\n)*+"
HEAD = re.compile(rf"{BLANKS}(?P<open></?)?{BLANKS}(?P<name>(?:[^\s\\<>]|\\(?!\n))++)?{BLANKS}")
WORD = re.compile(
    r"""\s*+(?:"(?P<double>(?:[^"\\]|\\.)*+)"?|'(?P<single>(?:[^'\\]|\\.)*+)'?|(?P<bare>\S++))"""
)
FOLDERS = ("apache", "httpd")
SECTION = re.compile(rb"^[ \t]*<(?:VirtualHost|Directory|IfModule|Location)\b", re.M | re.I)


class ApacheConf:
    """``httpd.conf``, ``apache2.conf``, what they include, ``.htaccess``."""

    name: ClassVar[str] = "apache_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """By name, by a folder of httpd, or a ``.conf`` that begins with a section of httpd."""
        file = posix(path)
        if is_of_another_program(file, head):
            return False
        if file.name == ".htaccess" or re.fullmatch(r"(?:httpd|apache2?)[\w-]*\.conf", file.name):
            return True
        if file.suffix not in (".conf", ".load", ".vhost"):
            return file.suffix == "" and file.parent.name == "sites-enabled" and _is_in_folder(file)
        return _is_in_folder(file) or (file.suffix != ".load" and SECTION.search(head) is not None)

    def parse(self, text: str) -> Iterator[Setting]:
        """Directives in order, names in lower case, in the keys of their sections (``virtualhost[0].sslengine``).

        A directive that sets something with a name (``SetEnv``, ``Header``) has it in its key.
        """
        place, blocks = Places(text), Blocks()
        at = 0
        while at < len(text):
            match = LINE.match(text, at)
            end = match.end() if match else len(text)
            yield from _line(text, at, end, place, blocks)
            at = end + 1
        blocks.finish()


def _is_in_folder(file: PurePosixPath) -> bool:
    return any(part.lower().startswith(FOLDERS) for part in file.parts[:-1])


def _line(text: str, start: int, end: int, place: Places, blocks: Blocks) -> Iterator[Setting]:
    head = HEAD.match(text, start, end)
    if head is None or (not head["name"] and not head["open"]):
        return
    name = (head["name"] or "").lower()
    if name.startswith("#") and not head["open"]:
        return
    where = place(head.start("open") if head["open"] else head.start("name"))
    rest = text[head.end() : end].replace("\\\n", "").rstrip()
    if not head["open"]:
        value_at = place(head.end()) if rest else where
        yield _directive(name, _words(rest), value_at, blocks)
        return
    if not name or not rest.endswith(">"):
        raise FormatError(Text("节的标签没有以 > 结束", "the tag of a section does not end with >"), *where)
    if head["open"] == "<":
        yield blocks.begin(name, _words(rest[:-1]), *where)
    elif blocks.innermost != name:
        reason = Text(f"</{name}> 与打开的节不符", f"</{name}> does not close the section that is open")
        raise FormatError(reason, *where)
    else:
        blocks.end()


def _directive(name: str, words: list[str], where: tuple[int, int], blocks: Blocks) -> Setting:
    if name == "setenv" and words:
        return blocks.directive(f"setenv.{words[0]}", words[1:], *where)
    if name in ("header", "requestheader"):
        return _header(name, words, where, blocks)
    return blocks.directive(name, words, *where)


def _header(name: str, words: list[str], where: tuple[int, int], blocks: Blocks) -> Setting:
    """``Header [always|onsuccess] action name value …``: the header's name goes into the key."""
    at = 1 if words and words[0].lower() in ("always", "onsuccess", "early") else 0
    if len(words) < at + 2:
        return blocks.directive(name, words, *where)
    key = words[at + 1].lower().removesuffix(":")
    return blocks.directive(f"{name}.{key}", [*words[: at + 1], *words[at + 2 :]], *where)


def _words(rest: str) -> list[str]:
    return [_unquoted(match) for match in WORD.finditer(rest)]


def _unquoted(match: re.Match[str]) -> str:
    bare = match["bare"]
    if bare is not None:
        return bare
    quote = '"' if match["double"] is not None else "'"
    return (match["double"] or match["single"] or "").replace(f"\\{quote}", quote).replace("\\\\", "\\")
