"""The ``sql`` form: one SELECT over evidence kinds, held to an allow-list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from hiscomply.compiled import GapFlag
from hiscomply.errors import nearest
from hiscomply.policy.functions import FUNCTIONS
from hiscomply.policy.judged import age_reason, masked
from hiscomply.policy.scope import BUILT_IN, Table, placeholder
from hiscomply.policy.typed import Locator, quote, text_literal

if TYPE_CHECKING:
    from hiscomply.policy.draft import Draft, Query

# fmt: off
_ALLOWED: frozenset[str] = frozenset({
    "select", "from", "join", "where", "group", "having", "order", "ordered", "with", "cte", "tablealias",
    "subquery", "alias", "table", "identifier", "column", "literal", "boolean", "and", "or", "not",
    "paren", "neg", "eq", "neq", "lt", "lte", "gt", "gte", "between", "in", "is", "null", "add", "sub",
    "mul", "div", "case", "if", "count", "min", "max", "sum", "avg", "distinct", "logicalor", "logicaland",
    "filter", "arrayagg", "lower", "upper", "trim", "length", "abs", "floor", "round", "month", "hour",
    "date", "contains", "startswith", "endswith", "like", "star", "anonymous", "exists", "cast",
    "datatype", "union", "arrayconcat", "window", "windowspec", "rownumber", "lag", "lead",
})
# fmt: on
_TABLE_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
_CASTS = frozenset({"BIGINT", "INT", "DOUBLE", "VARCHAR", "TEXT", "BOOLEAN", "DATE"})


def compile_free_sql(draft: Draft) -> Query:
    """The query of the ``sql`` form.

    Raises:
        PolicyError: it is not one SELECT; it names an unknown table or function, or one that is not
            allowed; its columns lack ``verdict`` or a subject.
    """
    from hiscomply.policy.draft import Query

    check = draft.document.check
    path = ("check", "sql")
    if check.each is not None or check.assert_ is not None or check.related or check.rate or check.periodic:
        raise draft.error(path, "sql stands alone, with subject / sql 只能与 subject 同用")
    locator = Locator(lambda offset: draft.yaml.place(path, offset))
    tree = draft.tree(check.sql or "", path, locator).copy()  # it is rewritten in place
    if not isinstance(tree, exp.Select):
        raise locator.error(tree, f"write one SELECT, not {tree.key} / 只能写一个 SELECT")
    columns = [column.alias_or_name for column in tree.selects]
    if any(column.is_star for column in tree.selects):
        raise locator.error(tree, "name each column of the query, not * / 请逐一写出列名")
    for name in (*check.subject, "verdict"):
        if name not in columns:
            raise draft.error(path, f"the query gives no column {name!r} / 查询缺少该列")
    if not check.subject:
        raise draft.error(path, "name the subject columns: subject: [...] / 缺少 subject")
    kinds = _check_nodes(draft, tree, locator)
    body = _rewrite(draft, tree, locator).sql(dialect="duckdb")
    layers = [_kind_layer(draft, kind) for kind in kinds]
    subject = ", ".join(f"coalesce(CAST(q.{quote(name)} AS VARCHAR), '?')" for name in check.subject)
    gap = " OR ".join(f"$gap_{kind}" for kind in kinds)
    values = ", ".join(f"{quote(name)} := j.{quote(name)}" for name in columns if name != "verdict")
    judged = (
        f"WITH {', '.join(layers)}, q AS ({body}) SELECT q.*, concat_ws('/', {subject}) AS _subject, "
        f"CASE WHEN ({gap}) OR q.verdict IS NULL THEN 2 WHEN q.verdict THEN 1 ELSE 3 END AS _code FROM q"
    )
    output = (
        f"SELECT j._code AS code, j._subject AS subject, CASE WHEN j._code = 2 THEN CASE WHEN ({gap}) "
        f"THEN 'collection_incomplete' ELSE 'undetermined' END END AS reason, "
        f"CAST([] AS VARCHAR[]) AS missing, "
        f"CAST(to_json(struct_pack({values})) AS VARCHAR) AS data, NULL AS source, NULL AS line, "
        f'NULL AS "column", NULL AS pointer, NULL AS collection, NULL AS observed_at FROM {{judged}} j'
    )
    return Query(
        subject_kind=kinds[0],
        kinds=tuple(kinds),
        gaps=tuple(GapFlag(f"gap_{kind}", kind, may_be_empty=False, needs_fresh=True) for kind in kinds),
        concerned="",
        only={},
        judged=judged,
        output=output,
        is_materialised=True,
        names=frozenset(columns),
    )


def _check_nodes(draft: Draft, tree: exp.Expr, locator: Locator) -> list[str]:
    """The kinds that the query reads, once every node is known to be allowed."""
    ctes = _named_tables(draft, tree, locator)
    kinds: dict[str, None] = {}
    for node in tree.walk():
        if node.key not in _ALLOWED:
            raise locator.error(node, f"{node.key} is not allowed in a policy / 策略中不允许使用 {node.key}")
        if isinstance(node, exp.Table):
            if not isinstance(node.this, exp.Identifier) or node.db or node.catalog:
                raise locator.error(node, "only evidence kinds can be read / 只能读取证据类型")
            if node.name not in ctes:
                draft.kind(node.name, ("check", "sql"))
                kinds[node.name] = None
        if isinstance(node, exp.Anonymous) and not _is_known_call(draft, node):
            raise locator.error(
                node,
                f"function {node.name!r} is not allowed / 不允许使用该函数",
                nearest(node.name, FUNCTIONS),
            )
        if isinstance(node, exp.Cast) and node.to.sql(dialect="duckdb") not in _CASTS:
            raise locator.error(node, "casts are to plain types only / 只能转换为基本类型")
    if not kinds:
        raise draft.error(("check", "sql"), "the query reads no evidence / 查询未读取任何证据")
    return list(kinds)


def _named_tables(draft: Draft, tree: exp.Expr, locator: Locator) -> set[str]:
    """The names of the WITH clause, which must stand at the top and must not stand for anything else."""
    names: set[str] = set()
    for clause in tree.find_all(exp.With):
        if clause.args.get("recursive"):
            raise locator.error(clause, "WITH RECURSIVE may never end / 不允许使用递归查询")
    for cte in tree.find_all(exp.CTE):
        if cte.parent is None or cte.parent.parent is not tree:
            raise locator.error(cte, "WITH stands at the top of the query only / WITH 只能位于查询开头")
        if cte.alias in draft.kinds or not _TABLE_NAME.match(cte.alias):
            raise locator.error(
                cte,
                f"{cte.alias!r} cannot name a table of WITH / WITH 不能使用该名称",
                "choose another / 请另取名称",
            )
        names.add(cte.alias)
    return names


def _is_known_call(draft: Draft, node: exp.Anonymous) -> bool:
    name = node.name.lower()
    return name in FUNCTIONS or bool(name in draft.parameters and draft.parameters[name].keys)


def _rewrite(draft: Draft, tree: exp.Expr, locator: Locator) -> exp.Expr:
    """Parameters become placeholders, our functions their SQL."""

    def change(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Literal) and node.is_string and "$" in node.this:
            return _piece(text_literal(node.this))
        if isinstance(node, exp.Column) and not node.table:
            spec = draft.parameters.get(node.name)
            if spec is not None and not spec.keys:
                draft.used[spec.name] = None
                return _piece(placeholder(spec, None).sql)
            if node.name in BUILT_IN:
                return _piece(BUILT_IN[node.name].sql)
        if isinstance(node, exp.Anonymous):
            arguments = [argument.sql(dialect="duckdb") for argument in node.expressions]
            function = FUNCTIONS.get(node.name.lower())
            if function is not None and len(arguments) == len(function.takes):
                return _piece(function.sql(*arguments))
            if function is None:
                raise locator.error(node, "keyed parameters are for each and assert / sql 中不能使用带键参数")
            raise locator.error(node, f"{node.name} takes {len(function.takes)} arguments / 参数个数不正确")
        return node

    # children first, so that a call's arguments are rewritten before the call is
    for node in reversed(list(tree.walk())):
        changed = change(node)
        if changed is not node:
            node.replace(changed)
    return tree


def _piece(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect="duckdb")


def _kind_layer(draft: Draft, name: str) -> str:
    """A kind without its stale rows and without values from after the audit's time."""
    kind = draft.kinds[name]
    table = Table(name, "k", kind.fields, dict.fromkeys(kind.fields))
    return (
        f"{quote(name)} AS (SELECT {masked(table, 'k')} FROM ev.{quote(name)} k "
        f"WHERE ({age_reason(name, 'k')}) IS NULL)"
    )
