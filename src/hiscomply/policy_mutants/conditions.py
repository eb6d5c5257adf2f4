"""Every small change of one condition: its comparisons, its logic, its fields, its numbers and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from hiscomply.model import Text
from hiscomply.policy_mutants import advice
from hiscomply.policy_mutants.fields import Names
from hiscomply.policy_mutants.literals import literal_changes
from hiscomply.policy_mutants.variation import Edit, Variation, became, gone, nodes, replaced
from hiscomply.policy_mutants.wording import operator_at, start_of, text_of

_TWINS: dict[type[exp.Expr], tuple[type[exp.Expr], ...]] = {
    exp.GTE: (exp.GT, exp.LT),
    exp.GT: (exp.GTE, exp.LTE),
    exp.LTE: (exp.LT, exp.GT),
    exp.LT: (exp.LTE, exp.GTE),
    exp.EQ: (exp.NEQ,),
    exp.NEQ: (exp.EQ,),
}
"""For each comparison its boundary twin, then its negation."""
_SIGNS: dict[type[exp.Expr], str] = {
    exp.GTE: ">=",
    exp.GT: ">",
    exp.LTE: "<=",
    exp.LT: "<",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.And: "and",
    exp.Or: "or",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Min: "min",
    exp.Max: "max",
}
_SWAPS: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.And: exp.Or,
    exp.Or: exp.And,
    exp.Add: exp.Sub,
    exp.Sub: exp.Add,
    exp.Min: exp.Max,
    exp.Max: exp.Min,
}
_CALLS = {
    "earlier": "later",
    "later": "earlier",
    "contains_all": "contains_any",
    "contains_any": "contains_all",
}
_TRUTHS = (exp.Column, exp.Anonymous, exp.Contains, exp.StartsWith, exp.EndsWith, exp.Exists)
"""Nodes that may be true or false by themselves."""


@dataclass(frozen=True, slots=True)
class _Site:
    """One node of a condition."""

    tree: exp.Expr
    source: str
    names: Names | None
    number: int
    node: exp.Expr
    write: Callable[[exp.Expr], str]

    def vary(self, label: str, edit: Edit, hint: Text, *, at: int | None = None) -> Variation:
        """The condition with this node edited."""
        tree = replaced(self.tree, self.number, edit)
        change = became(self.write(self.node), self.write(edit(self.node.copy())))
        return Variation(label, start_of(self.node) if at is None else at, change, hint, tree)

    def without(self, part: exp.Expr) -> Variation:
        """The condition without one part of the chain that this node is the top of."""
        kept = [one for one in _chain(self.node) if one is not part]
        kind = type(self.node)
        tree = replaced(self.tree, self.number, lambda _: _joined(kind, kept))
        text, whole = self.write(part), self.write(self.node)
        hint = advice.dropped(text, whole, is_and=isinstance(self.node, exp.And))
        return Variation(f"drop {text}", start_of(part), gone(text), hint, tree)


def condition_changes(
    tree: exp.Expr, source: str, names: Names | None, write: Callable[[exp.Expr], str] = text_of
) -> Iterator[Variation]:
    """Every change of a condition, in the order in which its pieces are written.

    Args:
        names: what its names stand for; None leaves them as they are.
        write: a node as text.
    """
    for number, node in enumerate(nodes(tree)):
        site = _Site(tree, source, names, number, node, write)
        for operator in (_comparisons, _logic, _negations, _sets, _calls, _cases, _fields):
            yield from operator(site)
        for label, edit in literal_changes(node, names):
            yield site.vary(label, edit, advice.literal(write(node), write(edit(node.copy()))))


def _comparisons(site: _Site) -> Iterator[Variation]:
    node = site.node
    at = operator_at(node, site.source) if type(node) in _TWINS else 0
    for position, twin in enumerate(_TWINS.get(type(node), ())):
        label = f"{_SIGNS[type(node)]} -> {_SIGNS[twin]}"
        left, right = site.write(node.this), site.write(node.expression)
        is_twin = position == 0 and len(_TWINS[type(node)]) == 2
        hint = advice.boundary(left, right) if is_twin else advice.negated(site.write(node))
        yield site.vary(label, _as(twin), hint, at=at)
    if isinstance(node, exp.Between):
        value, low, high = node.this, node.args["low"], node.args["high"]
        texts = [site.write(one) for one in (value, low, high)]
        for label, edit, bound in (
            ("between, low >", _between(exp.GT, exp.LTE), texts[1]),
            ("between, high <", _between(exp.GTE, exp.LT), texts[2]),
        ):
            yield site.vary(label, edit, advice.boundary(texts[0], bound))
        yield site.vary("between, no low", _between(None, exp.LTE), advice.below(texts[0], texts[1]))
        yield site.vary("between, no high", _between(exp.GTE, None), advice.above(texts[0], texts[2]))


def _logic(site: _Site) -> Iterator[Variation]:
    node = site.node
    if not isinstance(node, exp.And | exp.Or):
        return
    swap = _SWAPS[type(node)]
    label, at = f"{_SIGNS[type(node)]} -> {_SIGNS[swap]}", operator_at(node, site.source)
    left, right = site.write(_last(node.this, type(node))), site.write(node.expression)
    tree = replaced(site.tree, site.number, lambda one: exp.paren(_as(swap)(one), copy=False))
    change = became(f"{left} {_SIGNS[type(node)]} {right}", f"{left} {_SIGNS[swap]} {right}")
    yield Variation(label, at, change, advice.one_of(left, right), tree)
    if type(node.parent) is not type(node):
        for part in _chain(node):
            yield site.without(part)


def _negations(site: _Site) -> Iterator[Variation]:
    node, text = site.node, site.write(site.node)
    if isinstance(node, exp.Not):
        label = "is not null -> is null" if isinstance(node.this, exp.Is) else f"{text} -> no not"
        yield site.vary(label, lambda one: one.this.copy(), advice.negated(text))
    elif isinstance(node.parent, exp.Not):
        return
    elif isinstance(node, exp.Is):
        yield site.vary("is null -> is not null", _negate, advice.negated(text))
    elif isinstance(node, exp.Like):
        is_negated = bool(node.args.get("negate"))
        yield site.vary(f"not {text}", _unlike(not is_negated), advice.negated(text))
    elif isinstance(node, exp.In | exp.Between) or (isinstance(node, _TRUTHS) and _is_condition(node)):
        yield site.vary(f"not {text}", _negate, advice.negated(text))


def _sets(site: _Site) -> Iterator[Variation]:
    node = site.node
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for position, item in enumerate(node.expressions):
            text = site.write(item)
            hint = advice.listed(site.write(node.this), text)
            yield site.vary(f"in, drop {text}", _without_item(position), hint, at=start_of(item))


def _calls(site: _Site) -> Iterator[Variation]:
    node = site.node
    hint = advice.swapped(site.write(node))
    if isinstance(node, exp.Min | exp.Max):
        swap = _SWAPS[type(node)]
        yield site.vary(f"{site.write(node)} -> {_SIGNS[swap]}", lambda one: swap(this=one.this.copy()), hint)
    elif isinstance(node, exp.Add | exp.Sub):
        swap = _SWAPS[type(node)]
        label = f"{_SIGNS[type(node)]} -> {_SIGNS[swap]}"
        yield site.vary(label, _as(swap), hint, at=operator_at(node, site.source))
    elif isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        [target, *_] = node.this.expressions
        if isinstance(target, exp.Column) and target.table:
            yield site.vary(
                f"{site.write(node)} -> count",
                lambda _: exp.Count(this=exp.column(target.table)),
                advice.distinct(site.write(target)),
            )
    elif isinstance(node, exp.Anonymous) and str(node.this).lower() in _CALLS:
        name = _CALLS[str(node.this).lower()]
        yield site.vary(f"{node.this} -> {name}", _renamed(name), hint)


def _cases(site: _Site) -> Iterator[Variation]:
    node = site.node
    if not isinstance(node, exp.Case):
        return
    branches = len(node.args["ifs"])
    for position, branch in enumerate(node.args["ifs"]):
        text, at = site.write(branch.this), start_of(branch.this)
        hint = advice.branch(text)
        yield site.vary(f"case, swap after {text}", _swapped_branch(position), hint, at=at)
        if branches > 1:
            yield site.vary(f"case, drop {text}", _without_branch(position), hint, at=at)


def _fields(site: _Site) -> Iterator[Variation]:
    node = site.node
    if site.names is None or not isinstance(node, exp.Column):
        return
    for other in site.names.others(node):
        written = exp.column(other, table=node.table or None)
        label = f"{site.write(node)} -> {other}"
        yield site.vary(label, _constant(written), advice.field(site.write(node), other))


# ------------------------------------------------------------ edits


def _as(kind: type[exp.Expr]) -> Edit:
    return lambda node: kind(this=node.this.copy(), expression=node.expression.copy())


def _constant(made: exp.Expr) -> Edit:
    return lambda _: made.copy()


def _negate(node: exp.Expr) -> exp.Expr:
    return exp.Not(this=node)


def _unlike(negate: bool) -> Edit:
    def edit(node: exp.Expr) -> exp.Expr:
        node.set("negate", negate)
        return node

    return edit


def _between(low: type[exp.Expr] | None, high: type[exp.Expr] | None) -> Edit:
    def edit(node: exp.Expr) -> exp.Expr:
        parts = [
            kind(this=node.this.copy(), expression=node.args[bound].copy())
            for kind, bound in ((low, "low"), (high, "high"))
            if kind is not None
        ]
        return exp.paren(_joined(exp.And, parts), copy=False)

    return edit


def _without_item(position: int) -> Edit:
    def edit(node: exp.Expr) -> exp.Expr:
        node.set("expressions", [one for number, one in enumerate(node.expressions) if number != position])
        return node

    return edit


def _renamed(name: str) -> Edit:
    def edit(node: exp.Expr) -> exp.Expr:
        node.set("this", name)
        return node

    return edit


def _swapped_branch(position: int) -> Edit:
    """The value of a branch and that of the next, or of ELSE, change places."""

    def edit(node: exp.Expr) -> exp.Expr:
        branches = node.args["ifs"]
        own = branches[position].args["true"].copy()
        if position + 1 < len(branches):
            branches[position].set("true", branches[position + 1].args["true"].copy())
            branches[position + 1].set("true", own)
        else:
            branches[position].set("true", node.args["default"].copy())
            node.set("default", own)
        return node

    return edit


def _without_branch(position: int) -> Edit:
    def edit(node: exp.Expr) -> exp.Expr:
        node.set("ifs", [one for number, one in enumerate(node.args["ifs"]) if number != position])
        return node

    return edit


# ------------------------------------------------------------ shape


def _chain(node: exp.Expr) -> list[exp.Expr]:
    """The parts of ``a and b and c``, in order."""
    kind = type(node)
    parts: list[exp.Expr] = []
    for side in (node.this, node.expression):
        parts.extend(_chain(side) if type(side) is kind else [side])
    return parts


def _joined(kind: type[exp.Expr], parts: list[exp.Expr]) -> exp.Expr:
    whole = parts[0].copy()
    for part in parts[1:]:
        whole = kind(this=whole, expression=part.copy())
    return whole


def _last(node: exp.Expr, kind: type[exp.Expr]) -> exp.Expr:
    return node.expression if type(node) is kind else node


def _is_condition(node: exp.Expr) -> bool:
    """Whether a node stands where a condition does, not where a value does."""
    parent = node.parent
    while isinstance(parent, exp.Paren):
        node, parent = parent, parent.parent
    return (
        parent is None
        or isinstance(parent, exp.And | exp.Or)
        or (isinstance(parent, exp.If) and node.arg_key == "this")
    )
