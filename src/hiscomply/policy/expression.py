"""Conditions: parsed by sqlglot, checked node by node against an allow-list, written again as DuckDB SQL.

    >>> # last_login >= as_of - max_idle
    >>> # becomes (s."last_login" >= (CAST($as_of AS TIMESTAMP) - CAST($p_max_idle AS INTERVAL)))

Nothing that is not listed here can appear in a compiled query. Every construct keeps NULL as NULL.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from hiscomply.errors import Place, PolicyError, nearest
from hiscomply.kinds import FieldType as T
from hiscomply.policy.functions import FUNCTIONS, result_type
from hiscomply.policy.related import Bounds
from hiscomply.policy.scope import BUILT_IN, Scope, Table, placeholder
from hiscomply.policy.typed import NUMERIC, TIMES, Locator, Typed, comparable, names, text_literal

COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
FIRST_KNOWN = "first_known"
MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Min: "min",
    exp.Max: "max",
    exp.Sum: "sum",
    exp.Avg: "avg",
}
NAMED_NODES: dict[type[exp.Expr], str] = {
    exp.Lower: "lower",
    exp.Upper: "upper",
    exp.Trim: "trim",
    exp.Length: "length",
    exp.Abs: "abs",
    exp.Floor: "floor",
    exp.Round: "round",
    exp.Contains: "contains",
    exp.StartsWith: "starts_with",
    exp.EndsWith: "ends_with",
    exp.Month: "month",
    exp.Hour: "hour",
    exp.Date: "date",
}


def parse(text: str, place_at: Callable[[int], Place]) -> exp.Expr:
    """The expression as a tree.

    Raises:
        PolicyError: it is not one SQL expression.
    """
    try:
        trees = sqlglot.parse(text, dialect="duckdb")
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        before = details[0].get("start_context") or ""
        raise PolicyError(
            f"not an SQL expression: {details[0].get('description') or error} / 不是有效的 SQL 表达式",
            place=place_at(len(before)),
        ) from error
    if len(trees) != 1 or trees[0] is None:
        raise PolicyError("write exactly one expression / 只能写一个表达式", place=place_at(0))
    return trees[0]


@cache
def is_plain_word(name: str) -> bool:
    """Whether SQL reads the name as a name, and not as one of its own words (``limit``, ``order``)."""
    try:
        tree = sqlglot.parse_one(f"{name} = 1 AND {name}(1) = 1", dialect="duckdb")
    except SqlglotError:
        return False
    return isinstance(tree, exp.And) and isinstance(tree.this.this, exp.Column)


class Translator:
    """Writes one expression as SQL within a scope."""

    def __init__(self, scope: Scope, locator: Locator) -> None:
        self.scope = scope
        self.locator = locator
        self.keyed_calls: dict[str, Typed] = {}

    def boolean(self, tree: exp.Expr) -> str:
        """The SQL of a condition.

        Raises:
            PolicyError: with the place of the piece that is unknown, mistyped or not allowed.
        """
        typed = self.visit(tree)
        if typed.type is not T.BOOLEAN:
            raise self.error(
                tree,
                f"a condition must be true or false, this is {typed.type.value} / 条件必须为真或假",
                "compare it with something / 请写成比较式",
            )
        return typed.sql

    def error(self, node: exp.Expr, what: str, hint: str = "") -> PolicyError:
        """An error about a node of this expression."""
        return self.locator.error(node, what, hint)

    # ------------------------------------------------------------ dispatch

    def visit(self, node: exp.Expr) -> Typed:
        """Any node that is allowed."""
        kind = type(node)
        if kind in COMPARISONS:
            return Typed(self.comparison(node, COMPARISONS[kind], node.this, node.expression), T.BOOLEAN)
        if kind in ARITHMETIC:
            return self.arithmetic(node, ARITHMETIC[kind])
        if kind in AGGREGATES or kind is exp.Count:
            return self.bounds(node).exact()
        if kind in NAMED_NODES:
            return self.call(node, NAMED_NODES[kind], call_arguments(node))
        method = self._VISITORS.get(kind)
        if method is None:
            raise self.error(
                node,
                f"{node.key} is not allowed in a condition / 条件中不允许使用 {node.key}",
                "see docs/policy-language.md, Expressions / 参见 docs/policy-language.zh.md 的“表达式”",
            )
        return method(self, node)

    # ------------------------------------------------------------ names and literals

    def column(self, node: exp.Column) -> Typed:
        """A field, a built-in, or a plain parameter."""
        name, qualifier = node.name, node.table
        if node.args.get("db"):
            raise self.error(node, f"write <name>.{name}, with one dot / 名称中只能有一个点号")
        if qualifier:
            return self._qualified(node, qualifier, name)
        if name in self.scope.near.fields:
            return self.scope.near.read(name)
        value = self.scope.value(name)
        if value is not None:
            return value
        found = BUILT_IN.get(name) or self.scope.parameter(name)
        if found is not None:
            return found
        if name in self.scope.parameters:
            raise self.error(node, f"{name} depends on a key: write {name}(…) / 该参数需要写成 {name}(…)")
        raise self.error(node, f"unknown name {name!r} / 未知的名称", self.scope.hint(name))

    def _qualified(self, node: exp.Column, qualifier: str, name: str) -> Typed:
        if qualifier in self.scope.related:
            plan, table = self.scope.related[qualifier]
            return plan.single(self._field(node, table, name), name)
        table_ = self.scope.table(qualifier)
        if table_ is None:
            raise self.error(
                node,
                f"unknown name {qualifier!r} before the dot / 点号前的名称未知",
                nearest(qualifier, [*self.scope.related, self.scope.near.name]),
            )
        return self._field(node, table_, name)

    def _field(self, node: exp.Expr, table: Table, name: str) -> Typed:
        if name not in table.fields:
            raise self.error(
                node,
                f"{table.name} has no field {name!r} / {table.name} 没有该字段",
                nearest(name, table.fields) or "known / 可用: " + ", ".join(sorted(table.fields)),
            )
        return table.read(name)

    def literal(self, node: exp.Literal) -> Typed:
        """A number or a quoted text."""
        if node.is_string:
            return Typed(text_literal(node.this), T.TEXT, literal=node.this)
        return Typed(node.this, T.INTEGER if node.is_int else T.NUMBER)

    def truth(self, node: exp.Boolean) -> Typed:
        """``true`` or ``false``."""
        return Typed("TRUE" if node.this else "FALSE", T.BOOLEAN)

    # ------------------------------------------------------------ logic

    def logic(self, node: exp.Expr) -> Typed:
        """``and``, ``or``."""
        word = "AND" if isinstance(node, exp.And) else "OR"
        return Typed(f"({self.boolean(node.this)} {word} {self.boolean(node.expression)})", T.BOOLEAN)

    def negation(self, node: exp.Not) -> Typed:
        """``not``; NULL stays NULL."""
        return Typed(f"(NOT {self.boolean(node.this)})", T.BOOLEAN)

    def parentheses(self, node: exp.Paren) -> Typed:
        """What is inside."""
        return self.visit(node.this)

    def minus(self, node: exp.Neg) -> Typed:
        """A sign before a number or duration."""
        value = self.visit(node.this)
        if value.type not in NUMERIC | {T.DURATION}:
            raise self.error(node, f"a minus before {value.type.value} / 负号不能用于该类型")
        return Typed(f"(-{value.sql})", value.type)

    def case(self, node: exp.Case) -> Typed:
        """A CASE whose NULL conditions give NULL instead of the next branch; without an ELSE the rest is NULL."""
        if node.this is not None:
            raise self.error(node, "write case when … then … else … end / 请写完整的 case when … else … end")
        written = [(branch, branch.args["true"]) for branch in node.args["ifs"]]
        default = node.args.get("default")
        result = self.visit(default if default is not None else written[0][1])
        branches = []
        for branch, chosen in written:
            condition, value = self.boolean(branch.this), self.visit(chosen)
            if not comparable(value, result):
                raise self.error(branch, "the branches have different types / 各分支类型不一致")
            branches.append(f"WHEN ({condition}) IS NULL THEN NULL WHEN {condition} THEN {value.sql}")
        rest = "NULL" if default is None else result.sql
        return Typed(f"(CASE {' '.join(branches)} ELSE {rest} END)", result.type)

    # ------------------------------------------------------------ comparisons

    def comparison(self, node: exp.Expr, operator: str, left: exp.Expr, right: exp.Expr) -> str:
        """SQL of a comparison; one with an aggregate on a side is TRUE or FALSE only when that is sure."""
        left, right = _unwrap(left), _unwrap(right)
        if self._is_aggregate(right) and not self._is_aggregate(left):
            return self.comparison(node, MIRRORED[operator], right, left)
        if self._is_aggregate(left) and not self._is_aggregate(right):
            bounds, other = self.bounds(left), self.visit(right)
            self._check_comparable(node, Typed(bounds.low, bounds.type), other, operator)
            return bounds.compare(operator, other.sql)
        first, second = self.visit(left), self.visit(right)
        self._check_comparable(node, first, second, operator)
        return f"({first.sql} {operator} {second.sql})"

    def _check_comparable(self, node: exp.Expr, left: Typed, right: Typed, operator: str) -> None:
        if not comparable(left, right):
            hint = ""
            if {left.type, right.type} == TIMES:
                hint = "compare a date with today or date(…), a timestamp with as_of / 日期与 today 比较,时刻与 as_of 比较"
            elif T.DURATION in (left.type, right.type) and {left.type, right.type} & NUMERIC:
                hint = (
                    "turn the number into a duration: minutes(…), hours(…), days(…) / 请用 minutes(…) 等换算"
                )
            raise self.error(
                node, f"cannot compare {left.type.value} with {right.type.value} / 类型不可比较", hint
            )
        if operator not in ("=", "<>") and left.type in (T.BOOLEAN, T.LIST):
            raise self.error(node, f"{left.type.value} has no order / 该类型不可比较大小")
        for word, enum in ((left.literal, right.enum), (right.literal, left.enum)):
            if word is not None and enum and word not in enum:
                raise self.error(
                    node,
                    f"{word!r} can never be a value here / 不可能出现的取值",
                    nearest(word, enum) or "known / 可用: " + ", ".join(enum),
                )

    def between(self, node: exp.Between) -> Typed:
        """Both comparisons."""
        if node.args.get("symmetric"):
            raise self.error(node, "write the smaller bound first, without symmetric / 请先写下界")
        low = self.comparison(node, ">=", node.this, node.args["low"])
        high = self.comparison(node, "<=", node.this, node.args["high"])
        return Typed(f"({low} AND {high})", T.BOOLEAN)

    def membership(self, node: exp.In) -> Typed:
        """``x in (…)``, or in a list parameter."""
        if not node.expressions or node.args.get("query") or node.args.get("unnest"):
            value = self.visit(node.this)
            listed = node.args.get("field")
            choices = self.visit(listed) if listed is not None else None
            if choices is None or choices.type is not T.LIST or value.type is not T.TEXT:
                raise self.error(
                    node, "write x in ('a', 'b'), or x in a list parameter / 请写 x in ('a','b')"
                )
            return Typed(f"list_contains({choices.sql}, {value.sql})", T.BOOLEAN)
        if len(node.expressions) == 1 and isinstance(_unwrap(node.expressions[0]), exp.Column):
            listed_value, value = self.visit(node.expressions[0]), self.visit(node.this)
            if listed_value.type is T.LIST and value.type is T.TEXT:
                return Typed(f"list_contains({listed_value.sql}, {value.sql})", T.BOOLEAN)
        parts = [self.comparison(node, "=", node.this, one) for one in node.expressions]
        return Typed("(" + " OR ".join(parts) + ")", T.BOOLEAN)

    def like(self, node: exp.Like) -> Typed:
        """A text against a written pattern."""
        value, pattern = self.visit(node.this), self.visit(node.expression)
        if value.type is not T.TEXT or pattern.literal is None:
            raise self.error(node, "like takes a text and a quoted pattern / like 需要文本与引号中的模式")
        # sqlglot says NOT LIKE as a mark on LIKE, unlike NOT IN and NOT BETWEEN, which it wraps in a Not
        word = "NOT LIKE" if node.args.get("negate") else "LIKE"
        return Typed(f"({value.sql} {word} {pattern.sql})", T.BOOLEAN)

    def is_null(self, node: exp.Is) -> Typed:
        """IS NULL, on a field whose schema says what an explicit none means."""
        column = _unwrap(node.this)
        if not isinstance(node.expression, exp.Null) or not isinstance(column, exp.Column):
            raise self.error(
                node,
                "only `field is null` is allowed: IS TRUE and its like turn 'not known' into a value / 只允许“字段 is null”",
            )
        plan, table = self.scope.related.get(column.table, (None, None))
        owner = table or (self.scope.table(column.table) if column.table else self.scope.near)
        if owner is None or column.name not in owner.fields:
            self.visit(column)
            raise self.error(node, f"{column.name} is always known / 该名称总有取值")
        if owner.fields[column.name].none_means is None:
            able = [name for name, known in owner.fields.items() if known.none_means]
            raise self.error(
                node,
                f"an empty {column.name} is 'not known', which can be neither asked nor passed / 空值表示“未知”,不能作为判断依据",
                "fields with a known none / 可判断为空的字段: " + (", ".join(able) or "-"),
            )
        if plan is not None:
            return plan.single(Typed(owner.is_none(column.name), T.BOOLEAN), f"none_{column.name}")
        return Typed(owner.is_none(column.name), T.BOOLEAN)

    # ------------------------------------------------------------ arithmetic

    def arithmetic(self, node: exp.Expr, operator: str) -> Typed:
        """Numbers, times and durations, where it has a meaning."""
        left, right = self.visit(node.this), self.visit(node.expression)
        pair = (left.type, right.type)
        moments = [
            f"CAST({one.sql} AS TIMESTAMP)" if one.type is T.DATE else one.sql for one in (left, right)
        ]
        sql = f"({moments[0]} {operator} {moments[1]})"
        if set(pair) <= NUMERIC:
            if operator == "/":
                return Typed(f"({left.sql} / nullif(CAST({right.sql} AS DOUBLE), 0))", T.NUMBER)
            return Typed(sql, T.INTEGER if pair == (T.INTEGER, T.INTEGER) else T.NUMBER)
        match pair, operator:
            case ((T.TIMESTAMP, T.TIMESTAMP) | (T.DATE, T.DATE), "-"):
                return Typed(sql, T.DURATION)
            case ((T.TIMESTAMP | T.DATE, T.DURATION), "+" | "-"):
                # a date less 36 hours is noon: cut to a whole date it would allow half a day too much
                return Typed(sql, left.type)
            case ((T.DURATION, T.TIMESTAMP), "+"):
                return Typed(sql, T.TIMESTAMP)
            case ((T.DURATION, T.DURATION), "+" | "-"):
                return Typed(sql, T.DURATION)
            case ((T.DURATION, T.DURATION), "/"):
                return Typed(f"(epoch({left.sql}) / nullif(epoch({right.sql}), 0))", T.NUMBER)
            case ((T.DURATION, T.INTEGER | T.NUMBER), "*" | "/"):
                divisor = f"nullif({right.sql}, 0)" if operator == "/" else f"({right.sql})"
                return Typed(f"to_seconds(epoch({left.sql}) {operator} {divisor})", T.DURATION)
            case ((T.INTEGER | T.NUMBER, T.DURATION), "*"):
                return Typed(f"to_seconds(epoch({right.sql}) * ({left.sql}))", T.DURATION)
        raise self.error(
            node, f"{left.type.value} {operator} {right.type.value} has no meaning / 该运算没有意义"
        )

    # ------------------------------------------------------------ calls

    def anonymous(self, node: exp.Anonymous) -> Typed:
        """A keyed parameter or an allowed function."""
        name = str(node.this).lower()
        spec = self.scope.parameters.get(name)
        if spec is not None and spec.keys:
            return self._keyed(node, name)
        if name == FIRST_KNOWN:
            return self.first_known(node)
        return self.call(node, name, list(node.expressions))

    def call(self, node: exp.Expr, name: str, arguments: list[exp.Expr]) -> Typed:
        """One call of an allowed function."""
        function = FUNCTIONS.get(name)
        if function is None:
            raise self.error(
                node,
                f"function {name!r} is not allowed / 不允许使用该函数",
                nearest(name, [*FUNCTIONS, FIRST_KNOWN, *self.scope.parameters])
                or "known / 可用: " + ", ".join(sorted([*FUNCTIONS, FIRST_KNOWN])),
            )
        if not len(function.takes) - function.optional <= len(arguments) <= len(function.takes):
            raise self.error(node, f"{name} takes {len(function.takes)} arguments / 参数个数不正确")
        values = [self.visit(argument) for argument in arguments]
        for value, allowed, argument in zip(values, function.takes, arguments, strict=False):
            if value.type not in allowed:
                raise self.error(
                    argument,
                    f"{name} takes {names(allowed)} here, this is {value.type.value} / 参数类型不正确",
                )
        if function.alike and not comparable(values[0], values[1]):
            raise self.error(
                node,
                f"{name} takes two of one type, not {values[0].type.value} and {values[1].type.value} / 两个参数类型须一致",
            )
        return Typed(function.sql(*(value.sql for value in values)), result_type(function, values))

    def first_known(self, node: exp.Anonymous) -> Typed:
        """The first of several sources that knows; NULL when none does.

        Each must read evidence: a constant at the end would make a value of "not known".
        """
        if len(node.expressions) < 2:
            raise self.error(node, f"{FIRST_KNOWN} takes two or more sources / 至少需要两个来源")
        values = [self.visit(argument) for argument in node.expressions]
        for argument, value in zip(node.expressions, values, strict=True):
            if not any(self._is_evidence(column) for column in argument.find_all(exp.Column)):
                raise self.error(
                    argument,
                    f"each source of {FIRST_KNOWN} must read evidence, this is the same for every subject"
                    " / 每个来源都须读取证据,不能是常量",
                    "leave it out: what no source knows is not known / 请删去,各来源都不知道即为未知",
                )
            if not comparable(values[0], value):
                raise self.error(
                    argument,
                    f"{FIRST_KNOWN} takes sources of one type, not {values[0].type.value} and {value.type.value}"
                    " / 各来源类型须一致",
                )
        enums = [value.enum for value in values]
        enum = tuple(dict.fromkeys(word for one in enums for word in one)) if all(enums) else ()
        return Typed(f"coalesce({', '.join(value.sql for value in values)})", values[0].type, enum)

    def _is_evidence(self, column: exp.Column) -> bool:
        """Whether a name stands for something that was collected."""
        scope = self.scope
        is_named = scope.named is not None and column.name in scope.named.texts
        return (
            bool(column.table) or column.name in scope.near.fields or column.name in scope.related or is_named
        )

    def _keyed(self, node: exp.Anonymous, name: str) -> Typed:
        """A keyed parameter: the value of its key, NULL for a key that it does not list."""
        spec = self.scope.parameters[name]
        self.scope.used[name] = None
        values = [self.visit(argument) for argument in node.expressions]
        wanted = [T(key) for key in spec.keys]
        if [value.type for value in values] != wanted:
            raise self.error(
                node, f"{name} takes ({', '.join(type_.value for type_ in wanted)}) / 该参数的键类型不正确"
            )
        branches = []
        for number, key in enumerate(spec.all_keys()):
            test = " AND ".join(
                f"{value.sql} = {_key_literal(part)}" for value, part in zip(values, key, strict=True)
            )
            branches.append(f"WHEN {test} THEN {placeholder(spec, number).sql}")
        typed = Typed(f"(CASE {' '.join(branches)} END)", spec.field_type)
        self.keyed_calls.setdefault(name, typed)
        return typed

    # ------------------------------------------------------------ aggregates

    def _is_aggregate(self, node: exp.Expr) -> bool:
        return type(node) in AGGREGATES or isinstance(node, exp.Count)

    def bounds(self, node: exp.Expr) -> Bounds:
        """The bounds of an aggregate over a related set."""
        inner = node.this
        is_distinct = isinstance(inner, exp.Distinct)
        listed = [*(inner.expressions if is_distinct else [inner]), *node.expressions]
        if len(listed) != 1 or (is_distinct and not isinstance(node, exp.Count)):
            raise self.error(
                node, f"{node.key} takes one field, and only count takes distinct / 聚合写法不正确"
            )
        target = listed[0]
        alias = target.table or target.name if isinstance(target, exp.Column) else ""
        if alias not in self.scope.related:
            raise self.error(
                node,
                "an aggregate is over a related set / 聚合函数只能用于 related 中的集合",
                nearest(alias, self.scope.related)
                or "known / 可用: " + (", ".join(self.scope.related) or "-"),
            )
        plan, table = self.scope.related[alias]
        if isinstance(node, exp.Count) and not target.table:
            return plan.count_bounds()
        if not target.table:
            raise self.error(node, f"write {alias}.<field> / 请写出字段名")
        value = self._field(target, table, target.name)
        function = "distinct" if is_distinct else AGGREGATES.get(type(node), "")
        if isinstance(node, exp.Count) and not is_distinct:
            raise self.error(
                node, f"write count({alias}) or count(distinct {alias}.{target.name}) / count 写法不正确"
            )
        if function in ("sum", "avg") and value.type not in NUMERIC:
            raise self.error(node, f"{function} takes numbers / {function} 只能用于数值")
        return plan.bounds(function, value, target.name, table.fields[target.name].is_nonnegative)

    def exists(self, node: exp.Exists) -> Typed:
        """At least one record of a related set belongs."""
        target = node.this
        if not isinstance(target, exp.Column) or target.name not in self.scope.related:
            raise self.error(node, "exists takes the name of a related set / exists 需要 related 中的名称")
        return Typed(self.scope.related[target.name][0].count_bounds().compare(">=", "1"), T.BOOLEAN)

    _VISITORS: ClassVar[dict[type[exp.Expr], Callable[[Any, Any], Typed]]] = {
        exp.Column: column,
        exp.Literal: literal,
        exp.Boolean: truth,
        exp.And: logic,
        exp.Or: logic,
        exp.Not: negation,
        exp.Paren: parentheses,
        exp.Neg: minus,
        exp.Case: case,
        exp.Between: between,
        exp.In: membership,
        exp.Like: like,
        exp.Is: is_null,
        exp.Anonymous: anonymous,
        exp.Exists: exists,
    }


def _unwrap(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def call_arguments(node: exp.Expr) -> list[exp.Expr]:
    """The arguments of a call that sqlglot knows by name, in order."""
    found: list[exp.Expr] = []
    for value in node.args.values():
        if isinstance(value, exp.Expr):
            found.append(value)
        elif isinstance(value, list):
            found.extend(part for part in value if isinstance(part, exp.Expr))
    return found


def _key_literal(part: str | int | bool) -> str:
    if isinstance(part, bool):
        return "TRUE" if part else "FALSE"
    return str(part) if isinstance(part, int) else text_literal(part)
