"""What the fuzzing starts from: files of the corpus, and texts of the tests of the formats."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from tests.corpus.situation import Situation, read

from hiscomply.hookspecs import FileFormat, FormatError
from hiscomply_files.formats import builtin_formats

TESTS = Path(__file__).parents[1]
ALPHABET = (
    "\n", "\n\n", "\t", " ", "#", ";", "=", ":", "'", '"', "\\", "\\\n", "[", "]", "{", "}", "(", ")", "<", ">", "&", "*", "!", "|",
    "-", "--", "- ", "? ", "%", "@", ",", "$", "${", "${A}", "$(", "*/", "/*", "//", "<!--", "]]>", "&a;", "<<: *a", "&a ", "*a",
    "include ", "Include *", "!include", "!includedir /etc", "Match all", "Match User x", "if ", "else", "endif", "end", "\0",
    "\x1b", "\ufeff", "\u2028", "\x85", "\x0c", "\u0660", "é", "密", "0", "-1", "1e999", "0x", "٣", "99999999999999999999", "1h30m",
    "yes", "no", "true", "off", "null", "~", ".inf", "never", "*.*", "@include common-auth", "EOF", "<<EOF\n", '"""', "'''", "[[",
)  # fmt: skip


@cache
def situations() -> Sequence[Situation]:
    """All of the corpus."""
    files = sorted((TESTS / "corpus").glob("*/*"))
    return [read(file) for file in files if file.suffix in (".pass", ".fail", ".unknown", ".not_applicable")]


def format_of(path: str, text: str) -> FileFormat | None:
    """The format that reads the file, as the collector chooses it."""
    head = text.encode()[:4096]
    return next((one for one in builtin_formats() if one.recognises(path, head)), None)


@cache
def seeds() -> Mapping[str, Sequence[str]]:
    """Texts by the name of a format: at least one for each."""
    found: dict[str, list[str]] = {one.name: ["a = 1\nb: 2\n"] for one in builtin_formats()}
    for situation in situations():
        for path, text in situation.files.items():
            one = format_of(path, text)
            if one is not None:
                found[one.name].append(text)
    for text in _literals():
        for one in builtin_formats():
            if _is_read(one, text):
                found[one.name].append(text)
    return {name: sorted(set(texts)) for name, texts in found.items()}


def _literals() -> Iterator[str]:
    """The texts of more than a line in the tests of the formats."""
    for file in sorted((TESTS / "collectors" / "files").glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and "\n" in node.value and len(node.value) < 8192:  # type: ignore[attr-defined]
                yield node.value  # type: ignore[attr-defined]


def _is_read(one: FileFormat, text: str) -> bool:
    try:
        return any(True for _ in one.parse(text))
    except FormatError:
        return False
