"""Where each key of a valid TOML document has its value.

Neither ``tomllib`` nor ``tomlkit`` keeps positions. This scanner may assume validity, since ``tomllib`` has
accepted the text before.
"""

from __future__ import annotations

import re

KEY = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*""")
BLANK = re.compile(r"(?:[ \t\n\r]|\#[^\n]*)*+")
STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}' r"|'''.*?'{3,5}(?!')" r'|"(?:[^"\\\n]|\\.)*+"' r"|'[^'\n]*+'", re.S
)
SCALAR = re.compile(r"[^,\]}\n#]+")


def find_positions(text: str) -> dict[str, tuple[int, int]]:
    """Line and column from 1 of the value of every key path, tables by their header."""
    scanner = _Scanner(text)
    scanner.document()
    lines = _LineIndex(text)
    return {key: lines.place(at) for key, at in scanner.found.items()}


class _LineIndex:
    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, at: int) -> tuple[int, int]:
        from bisect import bisect_right

        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[str, int] = {}
        self.arrays: dict[str, int] = {}
        """Arrays of tables: the index of the element that is being written."""

    def document(self) -> None:
        prefix = ""
        self.blank()
        while self.at < len(self.text):
            start = self.at
            if self.text[self.at] == "[":
                prefix = self.header()
                self.found.setdefault(prefix, start)
            else:
                self.entry(prefix)
            if self.at == start:
                return
            self.blank()

    def header(self) -> str:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        parts = self.key()
        self.at += 2 if is_array else 1
        path = ""
        for part in parts[:-1]:
            path = self.current(_join(path, part))
        path = _join(path, parts[-1]) if parts else path
        if is_array:
            self.arrays[path] = self.arrays.get(path, -1) + 1
        return self.current(path)

    def current(self, path: str) -> str:
        return f"{path}[{self.arrays[path]}]" if path in self.arrays else path

    def entry(self, prefix: str) -> None:
        path = prefix
        for part in self.key():
            path = _join(path, part)
        self.at += 1  # the equals sign
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
        self.value(path)

    def key(self) -> list[str]:
        parts: list[str] = []
        while match := KEY.match(self.text, self.at):
            self.at = match.end()
            parts.append(_unescape(match[1]) if match[1] is not None else match[2] or match[3] or "")
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
        return parts

    def value(self, path: str) -> None:
        self.found.setdefault(path, self.at)
        first = self.text[self.at : self.at + 1]
        if first == "[":
            self.collection("]", path)
        elif first == "{":
            self.collection("}", path)
        elif match := (STRING if first in "\"'" and first else SCALAR).match(self.text, self.at):
            self.at = match.end()

    def collection(self, closing: str, path: str) -> None:
        self.at += 1
        index = 0
        self.blank()
        while self.at < len(self.text) and self.text[self.at] != closing:
            start = self.at
            if closing == "]":
                self.value(f"{path}[{index}]")
            else:
                self.entry(path)
            index += 1
            self.blank()
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
                self.blank()
            if self.at == start:
                return
        self.at += 1

    def blank(self) -> None:
        match = BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at


def _join(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    import tomllib

    return str(tomllib.loads(f'k = "{text}"')["k"])
