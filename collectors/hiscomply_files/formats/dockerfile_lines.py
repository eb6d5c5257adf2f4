"""The lines of a Dockerfile joined into instructions: directives, continuations, comments, here-documents."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from hiscomply.frozen import dataclass
from hiscomply.hookspecs import FormatError
from hiscomply.model import Text
from hiscomply.patterns import late

DIRECTIVE = late(r"#[ \t]*(?P<name>[A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(?P<value>\S.*?)[ \t]*")
HEAD = re.compile(r"[ \t]*(?P<name>\S+)")
HERE = late(r"""(?:^|\s)\d*<<(?P<tabs>-?)(?P<quote>["']?)(?P<name>[A-Za-z_]\w*)(?P=quote)(?=\s|$|[;&|)>])""")
WITH_HERE_DOCUMENTS = frozenset({"add", "copy", "run"})


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction with its continuation lines joined.

    Attributes:
        name: in lower case.
        text: all after the name, without comments and line ends; a continued line adds nothing in between.
        line, column: where the name stands, from 1.
        escape: the character that continues a line: backslash or backtick.
        here_documents: the bodies that follow it.
        starts, places: for each piece of ``text``, its offset there and its line and column in the file.
    """

    name: str
    text: str
    line: int
    column: int
    escape: str
    starts: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    here_documents: tuple[str, ...] = ()

    def place(self, at: int) -> tuple[int, int]:
        """Line and column in the file of the character of ``text`` at this offset."""
        index = bisect_right(self.starts, at) - 1
        line, column = self.places[index]
        return line, column + at - self.starts[index]


def instructions(text: str) -> Iterator[Instruction]:
    """Every instruction in order; raises FormatError for a here-document without an end."""
    lines = text.split("\n")
    escape = _escape(lines)
    continued = re.compile(re.escape(escape) + r"[ \t]*$")
    at = 0
    while at < len(lines):
        line = lines[at]
        head = HEAD.match(line)
        if head is None or head["name"][0] == "#":
            at += 1
            continue
        pieces, next_at = _joined(lines, at, continued)
        one = _instruction(pieces, at, escape)
        at = next_at
        if one.name in WITH_HERE_DOCUMENTS and "<<" in one.text:
            bodies, at = _here_documents(lines, one, at)
            one = Instruction(
                one.name, one.text, one.line, one.column, escape, one.starts, one.places, tuple(bodies)
            )
        yield one


def _escape(lines: list[str]) -> str:
    """Directives stand in the first lines only, before any other comment, blank line or instruction."""
    seen: set[str] = set()
    for line in lines:
        match = DIRECTIVE.fullmatch(line.strip())
        if match is None or match["name"].lower() in seen:
            break
        seen.add(match["name"].lower())
        if match["name"].lower() == "escape" and match["value"] in {"\\", "`"}:
            return match["value"]
    return "\\"


def _joined(lines: list[str], at: int, continued: re.Pattern[str]) -> tuple[list[tuple[int, str]], int]:
    """The pieces of one instruction (line number from 0, text), and the line after it."""
    pieces: list[tuple[int, str]] = []
    while at < len(lines):
        line = lines[at]
        if pieces and (not line.strip() or line.lstrip().startswith("#")):
            at += 1  # blank lines and comments inside an instruction are left out
            continue
        end = continued.search(line)
        pieces.append((at, line[: end.start()] if end else line))
        at += 1
        if end is None:
            break
    return pieces, at


def _instruction(pieces: list[tuple[int, str]], at: int, escape: str) -> Instruction:
    first = pieces[0][1]
    head = HEAD.match(first)
    name, start = (head["name"], head.start("name")) if head else ("", 0)
    skipped = head.end() if head else 0
    starts: list[int] = []
    places: list[tuple[int, int]] = []
    offset = 0
    texts = []
    for number, piece in pieces:
        shown = piece[skipped:] if number == at else piece
        starts.append(offset)
        places.append((number + 1, skipped + 1 if number == at else 1))
        texts.append(shown)
        offset += len(shown)
    return Instruction(name.lower(), "".join(texts), at + 1, start + 1, escape, tuple(starts), tuple(places))


def _here_documents(lines: list[str], one: Instruction, at: int) -> tuple[list[str], int]:
    bodies = []
    for match in HERE.finditer(one.text):
        body: list[str] = []
        while True:
            if at >= len(lines):
                name = match["name"][:40]
                reason = Text(f"内嵌文档 {name} 没有结束", f"the here-document {name} does not end")
                raise FormatError(reason, *one.place(match.start("name")))
            line = lines[at].lstrip("\t") if match["tabs"] else lines[at]
            at += 1
            if line == match["name"]:
                break
            body.append(line)
        bodies.append("\n".join(body))
    return bodies, at
