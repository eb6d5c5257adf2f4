"""A parsed condition as text of the policy language again, and where a piece of it stands in its source."""

from __future__ import annotations

import re

from sqlglot import exp

from hiscomply.policy.expression import AGGREGATES, ARITHMETIC, COMPARISONS, NAMED_NODES, call_arguments

_WORD = re.compile(r"\b(?:and|or)\b", re.I)
_OPERATOR = re.compile(r"[<>=!]+|[-+*/]")
_BINARY = {**COMPARISONS, **ARITHMETIC, exp.And: "and", exp.Or: "or"}


def text_of(node: exp.Expr) -> str:
    """The condition in one line, as an author would write it; it parses to the same condition again."""
    kind = type(node)
    if kind in _BINARY:
        return f"{text_of(node.this)} {_BINARY[kind]} {text_of(node.expression)}"
    if kind in AGGREGATES or isinstance(node, exp.Count):
        return f"{node.key}({', '.join(text_of(one) for one in call_arguments(node))})"
    if kind in NAMED_NODES:
        return f"{NAMED_NODES[kind]}({', '.join(text_of(one) for one in call_arguments(node))})"
    match node:
        case exp.Column():
            return f"{node.table}.{node.name}" if node.table else node.name
        case exp.Paren():
            return f"({text_of(node.this)})"
        case exp.Not(this=exp.Is() as inner):
            return f"{text_of(inner.this)} is not {text_of(inner.expression)}"
        case exp.Not(this=exp.In() as inner):
            return f"{text_of(inner.this)} not in {_listed(inner)}"
        case exp.Not():
            return f"not {text_of(node.this)}"
        case exp.Neg():
            return f"-{text_of(node.this)}"
        case exp.Is():
            return f"{text_of(node.this)} is {text_of(node.expression)}"
        case exp.Between():
            return (
                f"{text_of(node.this)} between {text_of(node.args['low'])} and {text_of(node.args['high'])}"
            )
        case exp.In():
            return f"{text_of(node.this)} in {_listed(node)}"
        case exp.Like():
            word = "not like" if node.args.get("negate") else "like"
            return f"{text_of(node.this)} {word} {text_of(node.expression)}"
        case exp.Case():
            return _case(node)
        case exp.Distinct():
            return f"distinct {', '.join(text_of(one) for one in node.expressions)}"
        case exp.Exists():
            return f"exists({text_of(node.this)})"
        case exp.Anonymous():
            return f"{node.this}({', '.join(text_of(one) for one in node.expressions)})"
        case exp.Boolean():
            return "true" if node.this else "false"
        case exp.Null():
            return "null"
    return str(node.sql(dialect="duckdb", normalize_functions=False))


def _listed(node: exp.In) -> str:
    if node.args.get("field") is not None:
        return text_of(node.args["field"])
    return f"({', '.join(text_of(one) for one in node.expressions)})"


def _case(node: exp.Case) -> str:
    branches = " ".join(
        f"when {text_of(one.this)} then {text_of(one.args['true'])}" for one in node.args["ifs"]
    )
    return f"case {branches} else {text_of(node.args['default'])} end"


def start_of(node: exp.Expr) -> int:
    """Where the first token of a node stands in the source, as an offset."""
    return min((part.meta["start"] for part in node.walk() if "start" in part.meta), default=0)


def operator_at(node: exp.Expr, source: str) -> int:
    """Where the operator between the two sides of a node stands in the source."""
    ends = [part.meta["end"] + 1 for part in node.this.walk() if "end" in part.meta]
    if not ends:
        return start_of(node)
    pattern = _WORD if isinstance(node, exp.And | exp.Or) else _OPERATOR
    found = pattern.search(source, max(ends))
    return found.start() if found else start_of(node)
