"""One changed condition, and how a tree is changed without touching the one that it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from hiscomply.model import Text

Edit = Callable[[exp.Expr], exp.Expr]


@dataclass(frozen=True, slots=True)
class Variation:
    """A changed condition.

    Attributes:
        label: what was changed, for the mutant's id.
        offset: where in the source text.
        tree: the changed condition; None if nothing is left of it.
    """

    label: str
    offset: int
    change: Text
    advice: Text
    tree: exp.Expr | None


def replaced(tree: exp.Expr, number: int, edit: Edit) -> exp.Expr:
    """A copy of the tree with what ``edit`` makes of the node that ``walk`` gives as ``number``."""
    copy = tree.copy()
    node = nodes(copy)[number]
    changed = edit(node.copy())
    if node is copy:
        return changed
    node.replace(changed)
    return copy


def nodes(tree: exp.Expr) -> list[exp.Expr]:
    """All nodes in the order in which they are written."""
    return list(tree.walk(bfs=False))


def became(before: str, after: str) -> Text:
    """``before`` was written as ``after``."""
    return Text(zh=f"`{before}` 变为 `{after}`", en=f"`{before}` becomes `{after}`")


def gone(what: str) -> Text:
    """``what`` was left out."""
    return Text(zh=f"去掉 `{what}`", en=f"`{what}` is left out")
