"""Nested documents (YAML, JSON, TOML) as a tree of positions, and the way from a tree to settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text

RESET, OVERRIDE = "!reset", "!override"
MAX_DEPTH = 100
MAX_KEY_LENGTH = 4096
MAX_SETTINGS = 300_000
"""Of one file. The longest lists of objects that are kept in repositories have a third of that."""
MAX_NODES = 2 * MAX_SETTINGS
"""Settings, and what only holds others."""
EXTRA_NODES = 100_000
EXTRA_CHARACTERS = 4_000_000
"""What aliases may add to what the file itself holds; a document that needs more is built to do harm."""


@dataclass(slots=True, eq=False)
class Node:
    """A scalar (both lists None), a mapping (``entries``) or a sequence (``items``), with its position.

    Attributes:
        tag: a tag of YAML that changes how Compose files are merged (``!reset``, ``!override``).
    """

    line: int
    column: int
    value: str | None = None
    entries: list[tuple[str, Node]] | None = None
    items: list[Node] | None = None
    tag: str | None = None


def too_deep(line: int, column: int) -> FormatError:
    """The refusal of a document nested deeper than any configuration is."""
    reason = Text(
        zh=f"嵌套超过 {MAX_DEPTH} 层,拒绝读取", en=f"nested more than {MAX_DEPTH} levels deep, refused"
    )
    return FormatError(reason, line, column)


def too_many(line: int, column: int) -> FormatError:
    """The refusal of a file with more in it than any configuration has."""
    reason = Text(
        zh=f"超过 {MAX_SETTINGS} 个配置项,拒绝读取", en=f"more than {MAX_SETTINGS} settings, refused"
    )
    return FormatError(reason, line, column)


def too_much(line: int, column: int) -> FormatError:
    """The refusal of a document whose aliases multiply without end."""
    reason = Text(
        zh="别名展开后的内容远超文件本身,拒绝读取",
        en="its aliases expand far beyond the file itself, refused",
    )
    return FormatError(reason, line, column)


@dataclass(slots=True)
class Flattener:
    """Walks trees into settings, within the limits that the size of the source allows.

    Args:
        size: characters of the source.
        section: what limits the settings of this tree, else None.
    """

    size: int
    section: str | None = None
    settings: list[Setting] = field(default_factory=list)
    nodes: int = 0
    characters: int = 0

    def walk(self, node: Node, key: str = "", is_effective: bool = True, depth: int = 0) -> None:
        """Adds the settings at and below ``node``; raises FormatError beyond the limits."""
        self.nodes += 1
        value = node.value
        if value:
            self.characters += len(value)
        if (
            self.nodes > self.size + EXTRA_NODES
            or self.characters > self.size + EXTRA_CHARACTERS
            or depth > MAX_DEPTH
            or len(key) > MAX_KEY_LENGTH
            or len(self.settings) >= MAX_SETTINGS
        ):
            raise self._refusal(node, key, depth)
        if node.tag is not None:
            name = key if node.tag == RESET else f"{key}.{node.tag}"
            self.settings.append(Setting(name, node.tag, node.line, node.column, is_effective, self.section))
            if node.tag == RESET:
                return
        if node.entries:
            last = {name: index for index, (name, _) in enumerate(node.entries)}
            for index, (name, child) in enumerate(node.entries):
                path = f"{key}.{name}" if key else name
                self.walk(child, path, is_effective and last[name] == index, depth + 1)
        elif node.items:
            for index, child in enumerate(node.items):
                self.walk(child, f"{key}[{index}]", is_effective, depth + 1)
        else:
            if node.entries is not None:
                value = "{}"
            elif node.items is not None:
                value = "[]"
            self.settings.append(
                Setting(key or ".", value, node.line, node.column, is_effective, self.section)
            )

    def _refusal(self, node: Node, key: str, depth: int) -> FormatError:
        if len(self.settings) >= MAX_SETTINGS:
            return too_many(node.line, node.column)
        if depth > MAX_DEPTH:
            return too_deep(node.line, node.column)
        if len(key) > MAX_KEY_LENGTH:
            reason = Text(
                zh=f"键路径超过 {MAX_KEY_LENGTH} 个字符", en=f"a key path is longer than {MAX_KEY_LENGTH}"
            )
            return FormatError(reason, node.line, node.column)
        return too_much(node.line, node.column)
