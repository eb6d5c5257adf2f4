"""Terraform's files, from the tree of tree-sitter's grammar of HCL. Nothing is evaluated.

Source: HCL Native Syntax Specification; Terraform language, Expressions. Positions come from the tree.
"""

from __future__ import annotations

import re
import textwrap
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.tree import MAX_DEPTH, MAX_NODES, Flattener, Node, too_deep, too_many

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

NO_LIBRARY = Text(
    "读取 Terraform 文件需要附加组件:pip install 'hiscomply[terraform]'",
    "Terraform files need an extra: pip install 'hiscomply[terraform]'",
)
BAD = Text("HCL 语法错误", "bad HCL")
TWICE = Text("同一块中重复设置了这个参数", "this argument is set twice in one block")
_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9A-Fa-f]{4})|U00([0-9A-Fa-f]{6}))')
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_LAST = 0x10FFFF
MAX_BYTES = 1 << 20
"""No hand writes a longer file; one made by a program is not what Terraform is told to do."""
SECONDS, SECONDS_PER_BYTE = 0.3, 4e-6
"""Of processor time for a file; a good one needs a quarter of that at most. Past an error only the first counts."""
CHUNK = 65536
_SPACE = re.compile(r"[^\S \t\r\n]")
_NO_SPACE = {1: "\x01", 2: "¬", 3: "€"}
"""By length in UTF-8. The grammar's scanner takes every white space for one that may stand between tokens, which HCL does
not allow, and the square of the length of a row of them: it is given something else of the same length."""
TOO_LARGE = Text(f"超过 {MAX_BYTES >> 20} MiB,拒绝读取", f"larger than {MAX_BYTES >> 20} MiB, refused")


class Hcl:
    """``.tf`` and ``.tfvars``; with the extra ``terraform``."""

    name: ClassVar[str] = "hcl"

    def recognises(self, path: str, head: bytes) -> bool:
        """By its name."""
        return path.lower().endswith((".tf", ".tofu", ".tfvars"))

    def parse(self, text: str) -> Iterator[Setting]:
        """Every argument of every block: ``resource.docker_container.his.ports[0].internal``.

        Labels are part of the key, blocks without labels are numbered. An expression that is not literal has its
        source in ``${}``; a text with something to fill in stays as it is written.

        Raises:
            FormatError: for bad syntax, an argument that is set twice, a file that is too large or takes too long, or
                if the extra is not installed.
        """
        try:
            from tree_sitter import Language
            from tree_sitter import Parser as Making
            from tree_sitter_hcl import language
        except ImportError:
            raise FormatError(NO_LIBRARY) from None
        reader = _Reader(text)
        if len(reader.source) > MAX_BYTES:
            raise FormatError(TOO_LARGE)
        root = reader.parsed(Making(Language(language())))
        if root.has_error:
            raise reader.error(root)
        flattener = Flattener(len(text))
        for child in root.named_children:
            if child.type == "body":
                node = reader.body(child, 0)
                if node.entries:
                    flattener.walk(node)
        yield from sorted(flattener.settings, key=lambda one: (one.line, one.column))


@dataclass(slots=True, eq=False)
class _Body(Node):
    """A mapping that finds its entries by name."""

    named: dict[str, Node] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, child: Node) -> None:
        """Adds an entry; one that has the same name stays, and the last is found."""
        assert self.entries is not None
        self.entries.append((name, child))
        self.named[name] = child

    def free(self, label: str) -> str:
        """The label, with a number if there is such a block already."""
        number = self.labels.get(label, 0)
        name = f"{label}[{number}]" if number else label
        while name in self.named:
            number += 1
            name = f"{label}[{number}]"
        self.labels[label] = number + 1
        return name


class _Reader:
    def __init__(self, text: str) -> None:
        self.source = text.encode("utf-8", "replace")
        self.given = _SPACE.sub(_no_space, text).encode("utf-8", "replace")
        self.lines = self.source.split(b"\n")
        self.continued: dict[int, list[int]] = {}
        """By line that is not ASCII: the bytes that begin no character."""
        self.nodes = 0

    def parsed(self, parser: Parser) -> Syntax:
        """The tree. The parser's search for what is wrong may cost the square of the file: it is stopped then."""
        limit = time.process_time() + SECONDS + SECONDS_PER_BYTE * len(self.source)
        reached = 0

        def is_enough(offset: int, has_error: bool) -> bool:
            nonlocal limit, reached
            reached = max(reached, offset)
            if has_error:
                limit = min(limit, time.process_time() + SECONDS)
            return time.process_time() > limit

        try:
            return parser.parse(
                lambda at, _: self.given[at : at + CHUNK], progress_callback=is_enough
            ).root_node
        except ValueError:
            line = self.source.count(b"\n", 0, min(reached, len(self.source.rstrip()))) + 1
            raise FormatError(BAD, line) from None

    def text(self, syntax: Syntax) -> str:
        """Its source."""
        return self.source[syntax.start_byte : syntax.end_byte].decode("utf-8", "replace")

    def place(self, syntax: Syntax) -> tuple[int, int]:
        """Line and column in characters; the tree counts bytes."""
        row, column = syntax.start_point
        if row not in self.continued:
            line = self.lines[row] if row < len(self.lines) else b""
            self.continued[row] = (
                [] if line.isascii() else [at for at, byte in enumerate(line) if byte & 0xC0 == 0x80]
            )
        return row + 1, column - bisect_left(self.continued[row], column) + 1

    def error(self, syntax: Syntax) -> FormatError:
        """At the first place that the grammar does not know."""
        while True:
            below = next((one for one in syntax.children if one.has_error or one.is_missing), None)
            if below is None:
                break
            syntax = below
        line, column = self.place(syntax)
        last = self.source.rstrip().count(b"\n") + 1
        return FormatError(BAD, min(line, last), column if line <= last else None)

    def node(self, syntax: Syntax, **parts: Any) -> Node:
        line, column = self.place(syntax)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise too_many(line, column)
        return Node(line, column, **parts)

    def new(self, syntax: Syntax) -> _Body:
        return _Body(*self.place(syntax), entries=[])

    def body(self, syntax: Syntax, depth: int) -> _Body:
        """The arguments and blocks of a body, blocks of one kind together."""
        if depth > MAX_DEPTH:
            raise too_deep(*self.place(syntax))
        body = self.new(syntax)
        for child in syntax.named_children:
            if child.type == "attribute":
                parts = child.named_children
                name = self.text(parts[0])
                if name in body.named:
                    raise FormatError(TWICE, *self.place(parts[0]))
                body.add(name, self.expression(parts[-1], depth + 1))
            elif child.type == "block":
                self.block(child, body, depth)
        return body

    def block(self, syntax: Syntax, parent: _Body, depth: int) -> None:
        """Puts a block below its type and its labels."""
        parts = syntax.named_children
        names = [
            self.text(one) if one.type == "identifier" else _unescaped(self.text(one)[1:-1])
            for one in parts
            if one.type in {"identifier", "string_lit"}
        ]
        inner = next((one for one in parts if one.type == "body"), None)
        body = self.new(syntax) if inner is None else self.body(inner, depth + 1)
        body.line, body.column = self.place(syntax)
        for name in names[:-1]:
            below = parent.named.get(name)
            if not isinstance(below, _Body):
                below = self.new(syntax)
                parent.add(name, below)
            parent = below
        if len(names) > 1:
            parent.add(parent.free(names[-1]), body)
            return
        together = parent.named.get(names[0])
        if together is not None and together.items is not None:
            together.items.append(body)
        else:
            parent.add(names[0], self.node(syntax, items=[body]))

    def expression(self, syntax: Syntax, depth: int) -> Node:
        """A literal as what it is; everything else by its source."""
        if depth > MAX_DEPTH:
            raise too_deep(*self.place(syntax))
        inner = syntax
        while inner.type in {"expression", "literal_value", "collection_value", "template_expr"}:
            if not inner.named_children:
                break
            inner = inner.named_children[0]
        kind = inner.type
        if kind in {"string_lit", "quoted_template"}:
            return self.node(syntax, value=_unescaped(self.text(inner)[1:-1]))
        if kind in {"numeric_lit", "bool_lit"}:
            return self.node(syntax, value=self.text(inner))
        if kind == "null_lit":
            return self.node(syntax)
        if kind == "heredoc_template":
            return self.node(syntax, value=_heredoc(self.text(inner)))
        if kind == "tuple":
            parts = [
                self.expression(one, depth + 1) for one in inner.named_children if one.type == "expression"
            ]
            return self.node(syntax, items=parts)
        if kind == "object":
            elements = [one for one in inner.named_children if one.type == "object_elem"]
            return self.node(syntax, entries=[self.element(one, depth) for one in elements])
        text = self.text(syntax)
        is_negative = re.fullmatch(r"-\s*\d+(?:\.\d+)?", text, re.ASCII)
        return self.node(syntax, value=text if is_negative else f"${{{text}}}")

    def element(self, syntax: Syntax, depth: int) -> tuple[str, Node]:
        key, value = syntax.named_children[0], syntax.named_children[-1]
        name = self.text(key)
        if name.startswith('"'):
            name = _unescaped(name[1:-1])
        return name, self.expression(value, depth + 1)


def _no_space(match: re.Match[str]) -> str:
    return _NO_SPACE[len(match[0].encode())]


def _unescaped(text: str) -> str:
    """A directive (``%{if …}``) is something to fill in, as ``${…}`` is."""
    shown = _ESCAPE.sub(_character, text)
    return f"${{{shown}}}" if "%{" in shown and "${" not in shown else shown


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _CHARACTERS[match[1]]
    number = int(match[2] or match[3], 16)
    is_character = number <= _LAST and not 0xD800 <= number <= 0xDFFF
    return chr(number) if is_character else "\ufffd"


def _heredoc(text: str) -> str:
    first, _, rest = text.partition("\n")
    inner = rest.rpartition("\n")[0]
    return textwrap.dedent(inner) if first.startswith("<<-") else inner
