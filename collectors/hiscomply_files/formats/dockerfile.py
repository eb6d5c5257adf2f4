"""Dockerfiles and Containerfiles: every instruction of every stage, with the position of its words.

Source: the Dockerfile reference of BuildKit (syntax docker/dockerfile:1).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.dockerfile_lines import Instruction, instructions
from hiscomply_files.formats.dockerfile_words import Word, exec_form, flags, pairs, words
from hiscomply_files.names import posix

FILE_NAME = re.compile(
    r"(?:.+\.)?(?:Dockerfile|Containerfile)(?:[._-].+)?|.+[_-](?:Dockerfile|Containerfile)", re.I
)
NOT_A_DOCKERFILE = (
    *(".dockerignore", ".md", ".txt", ".rst", ".sh", ".py", ".go", ".js", ".ts", ".java"),
    *(".yml", ".yaml", ".json", ".toml", ".rb", ".lock", ".log", ".html", ".svg", ".png"),
)
LISTED = frozenset({"add", "copy", "onbuild", "run", "volume"})
LAST_WINS = frozenset({"cmd", "entrypoint", "healthcheck", "shell", "stopsignal", "user", "workdir"})
KNOWN = LISTED | LAST_WINS | {"arg", "env", "expose", "from", "label", "maintainer"}


class Dockerfile:
    """A Dockerfile or Containerfile: its stages with their instructions."""

    name: ClassVar[str] = "dockerfile"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``Dockerfile``, ``Dockerfile.prod``, ``Dockerfile_base``, ``his.dockerfile`` and ``Containerfile``."""
        name = posix(path).name
        return FILE_NAME.fullmatch(name) is not None and not name.lower().endswith(NOT_A_DOCKERFILE)

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys as ``stages[0].run[2]``, ``stages[0].env.TZ``, ``arg.BASE`` (before the first FROM).

        Values are as written: variables are not replaced; the exec form is a JSON list, so that it can be told
        from the shell form; the body of a here-document follows its command. Of instructions that override each
        other (USER, CMD, …) the last of a stage is effective. Flags are below: ``stages[1].copy[0].from``.

        Raises:
            FormatError: an unknown instruction, one without its words, or one before the first FROM.
        """
        settings = list(_Stages().settings(text))
        last = {one.key: index for index, one in enumerate(settings)}
        for index, one in enumerate(settings):
            yield one if last[one.key] == index else replace(one, is_effective=False)


class _Stages:
    """Counts stages and their instructions while it reads."""

    def __init__(self) -> None:
        self.stage = -1
        self.counted: Counter[str] = Counter()

    def settings(self, text: str) -> Iterator[Setting]:
        for one in instructions(text):
            if one.name not in KNOWN:
                reason = Text(
                    f"没有名为 {one.name.upper()[:40]} 的指令", f"no instruction {one.name.upper()[:40]!r}"
                )
                raise FormatError(reason, one.line, one.column)
            if not one.text.strip():
                reason = Text(f"{one.name.upper()} 缺少参数", f"{one.name.upper()} needs an argument")
                raise FormatError(reason, one.line, one.column)
            if one.name == "from":
                self.stage += 1
                self.counted.clear()
            elif self.stage < 0 and one.name != "arg":
                reason = Text("第一条 FROM 之前只能有 ARG", "only ARG may stand before the first FROM")
                raise FormatError(reason, one.line, one.column)
            yield from self.instruction(one)
        if self.stage < 0:
            raise FormatError(Text("没有 FROM,不是 Dockerfile", "no FROM, so this is no Dockerfile"), 1, 1)

    def instruction(self, one: Instruction) -> Iterator[Setting]:
        prefix = f"stages[{self.stage}]." if self.stage >= 0 else ""
        if one.name == "from":
            yield from _from(one, prefix)
        elif one.name == "arg":
            for word in words(one.text, one.escape):
                name, equals, value = word.text.partition("=")
                yield _setting(one, f"{prefix}arg.{name}", value if equals else None, word.at)
        elif one.name in {"env", "label"}:
            for word, key, value in pairs(one):
                yield _setting(one, f"{prefix}{one.name}.{key}", value, word.at)
        elif one.name == "expose":
            for word in words(one.text, one.escape):
                yield _setting(one, f"{prefix}expose[{self.counted['expose']}]", word.text, word.at)
                self.counted["expose"] += 1
        else:
            yield from self.command(one, prefix)

    def command(self, one: Instruction, prefix: str) -> Iterator[Setting]:
        key = f"{prefix}{one.name}"
        if one.name in LISTED:
            key = f"{key}[{self.counted[one.name]}]"
            self.counted[one.name] += 1
        found, rest = flags(one)
        for flag, value, at in found:
            yield _setting(one, f"{key}.{flag}", value, at)
        body = one.text[rest:].strip()
        value = exec_form(body) or body
        if one.name == "healthcheck":
            value = _health(value)
        elif one.name in {"add", "copy"}:
            yield from _sources(one, key, rest)
        yield _setting(one, key, "\n".join((value, *one.here_documents)), _first_word(one.text, rest))


def _from(one: Instruction, prefix: str) -> Iterator[Setting]:
    found, rest = flags(one)
    parts = words(one.text, one.escape, rest)
    is_named = len(parts) == 3 and parts[1].text.lower() == "as"
    if len(parts) != 1 and not is_named:
        reason = Text("FROM 应为“镜像”或“镜像 AS 名称”", "FROM takes an image, or an image AS a name")
        raise FormatError(reason, one.line, one.column)
    for flag, value, at in found:
        yield _setting(one, f"{prefix}{flag}", value, at)
    yield _setting(one, f"{prefix}from", parts[0].text, parts[0].at)
    if is_named:
        yield _setting(one, f"{prefix}as", parts[2].text.lower(), parts[2].at)


def _sources(one: Instruction, key: str, rest: int) -> Iterator[Setting]:
    """What ADD and COPY bring in: all words but the last, which is where it goes."""
    listed = exec_form(one.text[rest:].strip())
    found = words(one.text, one.escape, rest)
    if listed is None and len(found) < 2:
        reason = Text(f"{one.name.upper()} 需要来源和目标", f"{one.name.upper()} needs a source and a target")
        raise FormatError(reason, one.line, one.column)
    if listed is not None:
        import json

        start = _first_word(one.text, rest)
        found = [Word(str(text), start) for text in json.loads(listed)]
    for number, word in enumerate(found[:-1]):
        yield _setting(one, f"{key}.source[{number}]", word.text, word.at)


def _health(value: str) -> str:
    """The command without its leading CMD; NONE stays."""
    kind, _, command = value.partition(" ")
    if kind.upper() == "NONE":
        return "NONE"
    command = command.strip()
    return exec_form(command) or command if kind.upper() == "CMD" else value


def _first_word(text: str, start: int) -> int:
    return start + len(text[start:]) - len(text[start:].lstrip())


def _setting(one: Instruction, key: str, value: str | None, at: int) -> Setting:
    line, column = one.place(at)
    return Setting(key, value, line, column)
