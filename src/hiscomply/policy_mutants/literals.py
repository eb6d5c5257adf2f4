"""Changes of one written value: a number by one of its last digit, a word to another allowed one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sqlglot import exp

from hiscomply.policy_mutants.fields import Names
from hiscomply.policy_mutants.variation import Edit


def literal_changes(node: exp.Expr, names: Names | None) -> Iterator[tuple[str, Edit]]:
    """Label and edit of every change of a literal; nothing for other nodes."""
    if isinstance(node, exp.Boolean):
        was = bool(node.this)
        yield f"{str(was).lower()} -> {str(not was).lower()}", lambda _: exp.Boolean(this=not was)
    elif isinstance(node, exp.Literal) and not node.is_string:
        for number in one_off(node.this):
            yield f"{node.this} -> {number}", _number(number)
    elif isinstance(node, exp.Literal):
        for word in _other_words(node, names):
            yield f"'{node.this}' -> '{word}'", _word(word)


def one_off(written: str) -> list[str]:
    """A number one of its last digit less and more; never below zero."""
    value = Decimal(written)
    exponent = value.as_tuple().exponent
    step = Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(1)
    return [str(one) for one in (value - step, value + step) if one >= 0]


def _other_words(node: exp.Expr, names: Names | None) -> list[str]:
    """Another word that the compared field can have; a word of no field for a free text."""
    parent = node.parent
    if isinstance(parent, exp.In):
        return _word_outside(parent, node, names)
    if not isinstance(parent, exp.EQ | exp.NEQ):
        return []
    field = names.field(parent.expression if parent.this is node else parent.this) if names else None
    if field is None or not field.enum:
        return [f"{node.this}~"]
    place = field.enum.index(node.this) if node.this in field.enum else -1
    return [word for word in (*field.enum[place + 1 :], *field.enum) if word != node.this][:1]


def _word_outside(parent: exp.In, node: exp.Expr, names: Names | None) -> list[str]:
    """A word that the list lacks; the last of the list stands for all."""
    if node is not parent.expressions[-1]:
        return []
    field = names.field(parent.this) if names else None
    if field is None or not field.enum:
        return []
    listed = {one.this for one in parent.expressions if isinstance(one, exp.Literal)}
    return [word for word in field.enum if word not in listed][:1]


def _number(text: str) -> Edit:
    return lambda _: exp.Literal.number(text)


def _word(text: str) -> Edit:
    return lambda _: exp.Literal.string(text)
