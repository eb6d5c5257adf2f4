"""From libyaml's events to trees: anchors shared, merge keys resolved, recursion refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from hiscomply.hookspecs import FormatError
from hiscomply.model import Text
from hiscomply_files.formats.tree import (
    EXTRA_NODES,
    MAX_DEPTH,
    MAX_NODES,
    OVERRIDE,
    RESET,
    Node,
    too_deep,
    too_many,
    too_much,
)

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MERGE_TAGS = frozenset({RESET, OVERRIDE})
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read_documents(text: str) -> Iterator[Node]:
    """One tree per document that is not empty; raises yaml.YAMLError and FormatError."""
    loader = LOADER(text)
    next_event = loader.get_event  # ``yaml.parse`` asks for each event twice
    merged = 0
    try:
        while type(event := next_event()) is not StreamEndEvent:
            if type(event) is not DocumentStartEvent:
                continue
            reader = _Reader(next_event, merged)
            root = reader.tree()
            next_event()  # the end of the document
            merged = reader.merged
            if not _is_empty(root):
                yield root
    finally:
        loader.dispose()


def _is_empty(root: Node) -> bool:
    return root.entries is None and root.items is None and root.value is None


class _Reader:
    """Reads the tree of one document: a mapping or list as soon as it begins, so that events need no stack."""

    def __init__(self, next_event: Callable[[], Any], merged: int) -> None:
        self.merged = merged
        self._next = next_event
        self._nodes = 0
        self._anchors: dict[str, Node] = {}
        self._open: list[Node] = []

    def tree(self) -> Node:
        """The next node, with all that is in it."""
        event = self._next()
        node = self._begun(event)
        self._fill(node, event)
        return node

    def _begun(self, event: Any) -> Node:
        """The node of an event, a mapping or list still empty."""
        kind = type(event)
        if kind is AliasEvent:
            node = self._meant(event)
        else:
            mark, tag = event.start_mark, event.tag
            node = Node(mark.line + 1, mark.column + 1, tag=tag if tag in MERGE_TAGS else None)
            if kind is ScalarEvent:
                if not event.implicit[0] or event.value not in NULLS:
                    node.value = event.value
            elif kind is MappingStartEvent:
                node.entries = []
            else:
                node.items = []
            if event.anchor:
                self._anchors[event.anchor] = node
        self._nodes += 1
        if self._nodes > 2 * MAX_NODES:
            raise too_many(node.line, node.column)
        return node

    def _meant(self, event: Any) -> Node:
        """What an alias stands for."""
        mark = event.start_mark
        node = self._anchors.get(event.anchor)
        if node is None:
            reason = Text(zh="引用了未定义的锚点", en="an alias refers to an anchor that is not defined")
            raise FormatError(reason, mark.line + 1, mark.column + 1)
        if any(parent is node for parent in self._open):
            reason = Text(zh="别名引用了自身,无法展开", en="an alias contains itself")
            raise FormatError(reason, mark.line + 1, mark.column + 1)
        return node

    def _fill(self, node: Node, event: Any) -> None:
        """Reads on to the end of a mapping or list; nothing is in a scalar, or left of what an alias stands for."""
        kind = type(event)
        if kind is not MappingStartEvent and kind is not SequenceStartEvent:
            return
        self._open.append(node)
        if len(self._open) > MAX_DEPTH:
            raise too_deep(node.line, node.column)
        if node.items is None:
            self._fill_mapping(node)
        else:
            while type(event := self._next()) is not SequenceEndEvent:
                item = self._begun(event)
                node.items.append(item)
                self._fill(item, event)
        self._open.pop()

    def _fill_mapping(self, node: Node) -> None:
        """Reads keys and values. A value that is absent takes the place of its key."""
        entries: list[tuple[str, Node]] = []
        is_merging = False
        while type(event := self._next()) is not MappingEndEvent:
            key = self._begun(event)
            if key.entries is not None or key.items is not None:
                reason = Text(zh="映射或列表不能作为键", en="a mapping or list as a key is not supported")
                raise FormatError(reason, key.line, key.column)
            name = event.value if type(event) is ScalarEvent else key.value or ""
            event = self._next()
            child = self._begun(event)
            if child.value is None and type(event) is ScalarEvent and not event.value:
                child.line, child.column = key.line, key.column
            self._fill(child, event)
            entries.append((name, child))
            is_merging = is_merging or name == "<<"
        node.entries = self._merged(node, entries) if is_merging else entries

    def _merged(self, node: Node, entries: list[tuple[str, Node]]) -> list[tuple[str, Node]]:
        """Replaces ``<<`` by the entries it brings; what the mapping says itself goes first."""
        own = [(name, child) for name, child in entries if name != "<<"]
        known = {name for name, _ in own}
        for source in _merge_sources(entries):
            for name, child in source.entries or ():
                self.merged += 1
                if self.merged > EXTRA_NODES:
                    raise too_much(node.line, node.column)
                if name not in known:
                    known.add(name)
                    own.append((name, child))
        return own


def _merge_sources(entries: list[tuple[str, Node]]) -> Iterator[Node]:
    for name, child in entries:
        if name == "<<":
            for source in child.items if child.items is not None else (child,):
                if source.entries is None:
                    reason = Text(zh="合并键 << 的值必须是映射", en="a merge key << needs a mapping")
                    raise FormatError(reason, source.line, source.column)
                yield source
