"""Which values a field of the subject must have for a check to concern it, read off its ``where``."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from hiscomply.compiled import Only
from hiscomply.kinds import Field, FieldType


def only_values(tree: exp.Expr, fields: Mapping[str, Field]) -> Only:
    """Texts and truths of a record, each with the values without which the condition is surely false.

    ``software = 'nginx' AND x``, ``format IN ('ini', 'toml')`` and ``is_secret`` limit a field; ``x OR y`` does where
    both sides limit the same one. A field that is not limited is not named.
    """
    if isinstance(tree, exp.Paren):
        return only_values(tree.this, fields)
    if isinstance(tree, exp.And):
        return {**only_values(tree.expression, fields), **only_values(tree.this, fields)}
    if isinstance(tree, exp.Or):
        left, right = only_values(tree.this, fields), only_values(tree.expression, fields)
        return {
            name: tuple(dict.fromkeys((*left[name], *right[name]))) for name in left.keys() & right.keys()
        }
    if isinstance(tree, exp.EQ):
        return _limited(tree.this, [tree.expression], fields)
    if isinstance(tree, exp.In) and not tree.args.get("query"):
        return _limited(tree.this, tree.expressions, fields)
    if isinstance(tree, exp.Column):
        return _true(tree, fields)
    return {}


def is_all_said(tree: exp.Expr, only: Only) -> bool:
    """Whether the condition says nothing but that one field has one of these values."""
    if isinstance(tree, exp.Paren):
        return is_all_said(tree.this, only)
    if isinstance(tree, exp.Or):
        return len(only) == 1 and is_all_said(tree.this, only) and is_all_said(tree.expression, only)
    return len(only) == 1 and isinstance(tree, exp.EQ | exp.In | exp.Column)


def _limited(column: exp.Expr, values: list[exp.Expr], fields: Mapping[str, Field]) -> Only:
    if not isinstance(column, exp.Column) or column.table or column.name not in fields:
        return {}
    is_text = fields[column.name].type is FieldType.TEXT
    if not is_text or not values or not all(isinstance(one, exp.Literal) and one.is_string for one in values):
        return {}
    return {column.name: tuple(one.this for one in values)}


def _true(column: exp.Column, fields: Mapping[str, Field]) -> Only:
    is_truth = not column.table and column.name in fields and fields[column.name].type is FieldType.BOOLEAN
    return {column.name: (True,)} if is_truth else {}
