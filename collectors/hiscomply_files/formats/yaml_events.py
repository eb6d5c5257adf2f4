"""From libyaml's events to trees: anchors shared, merge keys resolved, recursion refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

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
    builder = _Builder()
    for event in _events(text):
        if type(event) is yaml.DocumentEndEvent:
            if builder.root is not None and not _is_empty(builder.root):
                yield builder.root
            builder = _Builder(builder.merged)
        else:
            builder.take(event)


def _events(text: str) -> Iterator[Any]:
    """As ``yaml.parse``, which asks for each event twice."""
    loader = LOADER(text)
    try:
        while True:
            event = loader.get_event()
            yield event
            if type(event) is yaml.StreamEndEvent:
                return
    finally:
        loader.dispose()


def _merge_tag(event: Any) -> str | None:
    return event.tag if event.tag in MERGE_TAGS else None


def _is_empty(root: Node) -> bool:
    return root.entries is None and root.items is None and root.value is None


class _Builder:
    """Builds the tree of one document."""

    def __init__(self, merged: int = 0) -> None:
        self.root: Node | None = None
        self.merged = merged
        self.nodes = 0
        self.anchors: dict[str, Node] = {}
        self.open: list[Node] = []
        self.keys: list[Node | None] = []
        """For each open collection, the key that waits for its value; None in a sequence."""

    def take(self, event: Any) -> None:
        """Adds one event to the tree."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            mark = event.start_mark
            is_null = event.implicit[0] and event.value in NULLS
            node = Node(
                mark.line + 1, mark.column + 1, None if is_null else event.value, tag=_merge_tag(event)
            )
            if event.anchor:
                self.anchors[event.anchor] = node
            self._place(node, event.value, is_absent=is_null and not event.value)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._start(event, is_mapping=kind is yaml.MappingStartEvent)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            node = self.open.pop()
            self.keys.pop()
            if node.entries is not None:
                self._merge(node)
        elif kind is yaml.AliasEvent:
            self._alias(event)

    def _start(self, event: Any, is_mapping: bool) -> None:
        mark = event.start_mark
        node = Node(mark.line + 1, mark.column + 1, tag=_merge_tag(event))
        if is_mapping:
            node.entries = []
        else:
            node.items = []
        if event.anchor:
            self.anchors[event.anchor] = node
        self._place(node, None)
        self.open.append(node)
        self.keys.append(None)
        if len(self.open) > MAX_DEPTH:
            raise too_deep(node.line, node.column)

    def _alias(self, event: Any) -> None:
        mark = event.start_mark
        node = self.anchors.get(event.anchor)
        if node is None:
            reason = Text(zh="引用了未定义的锚点", en="an alias refers to an anchor that is not defined")
            raise FormatError(reason, mark.line + 1, mark.column + 1)
        if any(parent is node for parent in self.open):
            reason = Text(zh="别名引用了自身,无法展开", en="an alias contains itself")
            raise FormatError(reason, mark.line + 1, mark.column + 1)
        self._place(node, node.value)

    def _place(self, node: Node, text: str | None, is_absent: bool = False) -> None:
        """Puts a node where it belongs: as root, item, key, or value of the key that waits for one.

        A value that is absent takes the place of its key.
        """
        self.nodes += 1
        if self.nodes > 2 * MAX_NODES:
            raise too_many(node.line, node.column)
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif self.keys[-1] is None:
            if node.entries is not None or node.items is not None:
                reason = Text(zh="映射或列表不能作为键", en="a mapping or list as a key is not supported")
                raise FormatError(reason, node.line, node.column)
            self.keys[-1] = Node(node.line, node.column, text or "")
        else:
            key, self.keys[-1] = self.keys[-1], None
            assert key is not None
            assert parent.entries is not None
            if is_absent:
                node.line, node.column = key.line, key.column
            parent.entries.append((key.value or "", node))

    def _merge(self, node: Node) -> None:
        """Replaces ``<<`` by the entries it brings; what the mapping says itself goes first."""
        entries = node.entries or []
        if not any(name == "<<" for name, _ in entries):
            return
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
        node.entries = own


def _merge_sources(entries: list[tuple[str, Node]]) -> Iterator[Node]:
    for name, child in entries:
        if name == "<<":
            for source in child.items if child.items is not None else (child,):
                if source.entries is None:
                    reason = Text(zh="合并键 << 的值必须是映射", en="a merge key << needs a mapping")
                    raise FormatError(reason, source.line, source.column)
                yield source
