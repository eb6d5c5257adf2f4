"""nginx: directives that end with a semicolon, blocks in braces, quotes, ``#`` comments.

Source: the tokenizer of nginx 1.22, ``ngx_conf_read_token``. The kept parser, crossplane, opens files itself and gives
no columns.
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

BLANK = re.compile(r"(?:[ \t\r\n]++|\#[^\n]*+)*+")
WORD = re.compile(
    r""""(?P<double>(?:[^"\\]|\\.)*+)"|'(?P<single>(?:[^'\\]|\\.)*+)'
    |(?P<bare>(?:\$\{|\\.|[^\s;{\\])++)""",
    re.X | re.S,
)
ESCAPE = re.compile(r"""\\(["'\\trn])""")
ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}
LUA = re.compile(
    r"""(?P<long>(?:--)?\[(?P<level>=*+)\[)|--[^\n]*+|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|(?P<brace>[{}])""",
    re.S,
)
NAMED = frozenset({"add_header", "proxy_set_header", "set", "fastcgi_param", "uwsgi_param", "scgi_param"})
FOLDERS = frozenset({"conf.d", "sites-enabled", "sites-available", "http.d", "vhosts.d", "snippets"})
FOLDERS |= {"default.d", "stream.d", "templates", "modules-enabled", "stream-enabled", "streams-enabled"}
SERVER = re.compile(rb"^[ \t]*(?:server|upstream[ \t]+\S+|http|events|stream)\s*\{", re.M)


class NginxConf:
    """``nginx.conf`` and the files that it includes."""

    name: ClassVar[str] = "nginx_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """By name, by a folder of nginx, or a ``.conf`` that begins like one; a site may be named as its domain."""
        file = posix(path)
        is_site = file.parent.name == "sites-enabled" and not file.name.startswith(".")
        if not is_site and file.suffix not in (".conf", ".template", ".types", ""):
            return False
        if is_of_another_program(file, head):
            return False
        if re.fullmatch(r"nginx[\w.-]*\.conf(?:\.template)?", file.name):
            return True
        if not file.suffix:
            is_include = file.parent.name in FOLDERS or file.name.endswith("_params")
            return is_include and _is_of_nginx(file, head)
        return _is_of_nginx(file, head)

    def parse(self, text: str) -> Iterator[Setting]:
        """Directives in order, in the keys of their blocks; of a Lua block only that it is there.

        A directive that gives a name (``add_header``, ``set``, ``fastcgi_param``) has it in its key, in lower case.
        """
        return _Parser(text).settings()


def _is_of_nginx(file: PurePosixPath, head: bytes) -> bool:
    folders = [part.lower() for part in file.parts[:-1]]
    if any(part.startswith(("apache", "httpd")) for part in folders):
        return False
    if any("nginx" in part or part == "openresty" for part in folders):
        return file.suffix != ".template" or file.name.endswith(".conf.template")
    return SERVER.search(head) is not None


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = Places(text)
        self.blocks = Blocks()
        self.at = 0

    def settings(self) -> Iterator[Setting]:
        while self.blank() < len(self.text):
            if self.text[self.at] == "}":
                if not self.blocks.end():
                    raise self.error(Text("多余的 }", "a } that closes nothing"))
                self.at += 1
            else:
                yield self.statement()
        self.blocks.finish()

    def statement(self) -> Setting:
        start = self.at
        words, places = self.words()
        mark = self.text[self.at : self.at + 1]
        if not words or mark not in (";", "{") or self.text.startswith(("{{", "{%"), self.at):
            raise self.unexpected(start, words)
        self.at += 1
        name, rest = words[0], words[1:]
        line, column = self.place(places[min(1, len(rest))])
        if mark == "{":
            setting = self.blocks.begin(name, rest, *self.place(start))
            if name.endswith("_by_lua_block"):
                self.lua(start)
                self.blocks.end()
            return setting
        if name in NAMED and rest:
            return self.blocks.directive(f"{name}.{rest[0].lower().lstrip('$')}", rest[1:], line, column)
        return self.blocks.directive(name, rest, line, column)

    def words(self) -> tuple[list[str], list[int]]:
        words: list[str] = []
        places: list[int] = []
        while match := WORD.match(self.text, self.blank()):
            if match["bare"] is not None and match["bare"][0] in "\"'}":
                break
            words.append(_unescaped(match))
            places.append(self.at)
            self.at = match.end()
            following = self.text[self.at : self.at + 1]
            if match["bare"] is None and following not in (" ", "\t", "\r", "\n", ";", "{", ")", ""):
                raise self.error(Text("引号后应为空白或分号", "a blank or ; must follow a closing quote"))
        return words, places

    def lua(self, start: int) -> None:
        """Goes past the end of a block of Lua, whose strings and comments may hold braces."""
        depth = 1
        while match := LUA.search(self.text, self.at):
            self.at = match.end()
            if match["long"]:
                closing = f"]{match['level']}]"
                end = self.text.find(closing, self.at)
                if end < 0:
                    break
                self.at = end + len(closing)
            elif match["brace"]:
                depth += 1 if match["brace"] == "{" else -1
                if not depth:
                    return
        raise FormatError(Text("Lua 块没有结束", "the block of Lua is not closed"), *self.place(start))

    def blank(self) -> int:
        match = BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def unexpected(self, start: int, words: list[str]) -> FormatError:
        if self.text.startswith(("{{", "{%"), self.at):
            return self.error(Text("这是模板,不是成品配置", "a template, not a finished configuration"))
        if self.at < len(self.text) and self.text[self.at] in "\"'":
            return self.error(Text("引号没有结束", "a quote is not closed"))
        if not words:
            return self.error(Text("此处应为指令名", "expected the name of a directive"))
        reason = Text(f"指令 {words[0]} 没有以分号结束", f"the directive {words[0]} does not end with ;")
        return FormatError(reason, *self.place(start))

    def error(self, reason: Text) -> FormatError:
        return FormatError(reason, *self.place(self.at))


def _unescaped(match: re.Match[str]) -> str:
    text: str = next(group for group in match.groups() if group is not None)
    return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), text) if "\\" in text else text
