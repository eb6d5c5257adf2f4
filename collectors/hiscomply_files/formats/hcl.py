"""Terraform's files, from the tree of tree-sitter's grammar of HCL. Nothing is evaluated.

Source: HCL Native Syntax Specification; Terraform language, Expressions. Positions come from the tree.
"""

from __future__ import annotations

import re
import textwrap
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.tree import MAX_DEPTH, Flattener, Node, too_deep

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
SECONDS, SECONDS_PER_BYTE = 0.5, 4e-6
"""Of processor time for a file; a good one needs a quarter of that at most."""
CHUNK = 65536


class Hcl:
    """``.tf`` and ``.tfvars``; with the extra ``terraform``."""

    name: ClassVar[str] = "hcl"

    def recognises(self, path: str, head: bytes) -> bool:
        """By its name."""
        return path.lower().endswith((".tf", ".tfvars"))

    def parse(self, text: str) -> Iterator[Setting]:
        """Every argument of every block: ``resource.docker_container.his.ports[0].internal``.

        Labels are part of the key, blocks without labels are numbered. An expression that is not literal has its
        source in ``${}``; a text with something to fill in stays as it is written.

        Raises:
            FormatError: for bad syntax, an argument that is set twice, or if the extra is not installed.
        """
        try:
            from tree_sitter import Language
            from tree_sitter import Parser as Making
            from tree_sitter_hcl import language
        except ImportError:
            raise FormatError(NO_LIBRARY) from None
        reader = _Reader(text)
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


class _Reader:
    def __init__(self, text: str) -> None:
        self.source = text.encode("utf-8", "replace")
        self.lines = self.source.split(b"\n")

    def parsed(self, parser: Parser) -> Syntax:
        """The tree. The parser's search for what is wrong may cost the square of the file: it is stopped then."""
        limit = time.process_time() + SECONDS + SECONDS_PER_BYTE * len(self.source)
        reached = 0

        def is_enough(offset: int, _has_error: bool) -> bool:
            nonlocal reached
            reached = max(reached, offset)
            return time.process_time() > limit

        try:
            return parser.parse(
                lambda at, _: self.source[at : at + CHUNK], progress_callback=is_enough
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
        before = self.lines[row][:column] if row < len(self.lines) else b""
        return row + 1, len(before.decode("utf-8", "replace")) + 1

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
        return Node(*self.place(syntax), **parts)

    def body(self, syntax: Syntax, depth: int) -> Node:
        """The arguments and blocks of a body, blocks of one kind together."""
        if depth > MAX_DEPTH:
            raise too_deep(*self.place(syntax))
        body = self.node(syntax, entries=[])
        for child in syntax.named_children:
            if child.type == "attribute":
                name, expression = child.named_children[0], child.named_children[-1]
                if _find(body, self.text(name)) is not None:
                    raise FormatError(TWICE, *self.place(name))
                assert body.entries is not None
                body.entries.append((self.text(name), self.expression(expression, depth + 1)))
            elif child.type == "block":
                self.block(child, body, depth)
        return body

    def block(self, syntax: Syntax, parent: Node, depth: int) -> None:
        """Puts a block below its type and its labels."""
        names = [
            self.text(one) if one.type == "identifier" else _unescaped(self.text(one)[1:-1])
            for one in syntax.named_children
            if one.type in {"identifier", "string_lit"}
        ]
        inner = next((one for one in syntax.named_children if one.type == "body"), None)
        body = self.node(syntax, entries=[]) if inner is None else self.body(inner, depth + 1)
        body.line, body.column = self.place(syntax)
        for name in names[:-1]:
            below = _find(parent, name)
            if below is None or below.entries is None:
                below = self.node(syntax, entries=[])
                assert parent.entries is not None
                parent.entries.append((name, below))
            parent = below
        assert parent.entries is not None
        if len(names) > 1:
            again = sum(one == names[-1] or one.startswith(f"{names[-1]}[") for one, _ in parent.entries)
            parent.entries.append((f"{names[-1]}[{again}]" if again else names[-1], body))
            return
        together = _find(parent, names[0])
        if together is not None and together.items is not None:
            together.items.append(body)
        else:
            parent.entries.append((names[0], self.node(syntax, items=[body])))

    def expression(self, syntax: Syntax, depth: int) -> Node:
        """A literal as what it is; everything else by its source."""
        if depth > MAX_DEPTH:
            raise too_deep(*self.place(syntax))
        inner = syntax
        while inner.type in {"expression", "literal_value", "collection_value", "template_expr"}:
            if not inner.named_children:
                break
            inner = inner.named_children[0]
        kind, text = inner.type, self.text(inner)
        if kind in {"string_lit", "quoted_template"}:
            return self.node(syntax, value=_unescaped(text[1:-1]))
        if kind in {"numeric_lit", "bool_lit"}:
            return self.node(syntax, value=text)
        if kind == "null_lit":
            return self.node(syntax)
        if kind == "heredoc_template":
            return self.node(syntax, value=_heredoc(text))
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


def _find(parent: Node, name: str) -> Node | None:
    return next((child for one, child in parent.entries or () if one == name), None)


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
