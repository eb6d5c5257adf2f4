"""The functions that a condition may call: types in, type out, and their SQL. Nothing else can be called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hiscomply.kinds import FieldType as T
from hiscomply.policy.typed import Typed

NUMBER = frozenset({T.INTEGER, T.NUMBER})
TEXT = frozenset({T.TEXT})
LIST = frozenset({T.LIST})
STAMP = frozenset({T.TIMESTAMP})
TIME = frozenset({T.TIMESTAMP, T.DATE})
ORDERED = frozenset({T.INTEGER, T.NUMBER, T.TIMESTAMP, T.DATE, T.DURATION})


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Attributes:
        takes: for each argument the types it may have.
        gives: the result's type; None means the type of the first argument.
        sql: makes the SQL from the arguments' SQL.
        optional: how many arguments at the end may be left out.
        alike: its two arguments must be of one type.
    """

    takes: tuple[frozenset[T], ...]
    gives: T | None
    sql: Callable[..., str]
    optional: int = 0
    alike: bool = False


def _call(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({', '.join(arguments)})"


def local(stamp: str) -> str:
    """A UTC timestamp in the project's zone."""
    return f"timezone($zone, timezone('UTC', {stamp}))"


def _date(value: str) -> str:
    return f"CAST({local(value)} AS DATE)"


def _calendar(value: str, column: str) -> str:
    return f"(SELECT max({column}) FROM ev.calendar c WHERE c.day = {_date(value)})"


def _working_days(start: str, end: str) -> str:
    return f"({_calendar(end, 'c.cum')} - {_calendar(start, 'c.cum')})"


def _worked_seconds(value: str) -> str:
    """Working seconds since the calendar began, at a moment; NULL outside the calendar."""
    since_midnight = f"CAST(epoch({local(value)}) AS BIGINT) % 86400"
    today = f"greatest(0, least($work_seconds, {since_midnight} - $work_from))"
    return _calendar(value, f"(c.cum - c.is_work) * $work_seconds + c.is_work * {today}")


def _strict(function: str) -> Callable[[str, str], str]:
    """DuckDB's least and greatest skip NULL; these do not."""
    return lambda a, b: f"CASE WHEN {a} IS NOT NULL AND {b} IS NOT NULL THEN {function}({a}, {b}) END"


def _finite_number(text: str) -> str:
    """A text as a number; ``nan`` and ``inf`` are none, since DuckDB holds NaN to be above every number."""
    number = f"TRY_CAST(trim({text}) AS DOUBLE)"
    return f"(CASE WHEN isfinite({number}) THEN {number} END)"


FUNCTIONS: Mapping[str, Function] = {
    "lower": Function((TEXT,), T.TEXT, _call("lower")),
    "upper": Function((TEXT,), T.TEXT, _call("upper")),
    "trim": Function((TEXT,), T.TEXT, _call("trim")),
    "length": Function((TEXT,), T.INTEGER, _call("length")),
    "abs": Function((NUMBER,), None, _call("abs")),
    "floor": Function((NUMBER,), T.NUMBER, _call("floor")),
    "round": Function((NUMBER, frozenset({T.INTEGER})), T.NUMBER, _call("round"), optional=1),
    "number": Function((TEXT,), T.NUMBER, _finite_number),
    "days": Function((NUMBER,), T.DURATION, lambda n: f"to_seconds(86400 * ({n}))"),
    "hours": Function((NUMBER,), T.DURATION, lambda n: f"to_seconds(3600 * ({n}))"),
    "minutes": Function((NUMBER,), T.DURATION, lambda n: f"to_seconds(60 * ({n}))"),
    "seconds": Function((NUMBER,), T.DURATION, lambda n: f"to_seconds({n})"),
    "working_days": Function((STAMP, STAMP), T.INTEGER, _working_days),
    "working_time": Function(
        (STAMP, STAMP), T.DURATION, lambda a, b: f"to_seconds({_worked_seconds(b)} - {_worked_seconds(a)})"
    ),
    "contains": Function((LIST, TEXT), T.BOOLEAN, _call("list_contains")),
    "contains_all": Function((LIST, LIST), T.BOOLEAN, _call("list_has_all")),
    "contains_any": Function((LIST, LIST), T.BOOLEAN, _call("list_has_any")),
    "size": Function((LIST,), T.INTEGER, _call("len")),
    "matches": Function((TEXT, TEXT), T.BOOLEAN, _call("regexp_matches")),
    "starts_with": Function((TEXT, TEXT), T.BOOLEAN, _call("starts_with")),
    "ends_with": Function((TEXT, TEXT), T.BOOLEAN, _call("ends_with")),
    "earlier": Function((ORDERED, ORDERED), None, _strict("least"), alike=True),
    "later": Function((ORDERED, ORDERED), None, _strict("greatest"), alike=True),
    "month": Function((STAMP,), T.INTEGER, lambda t: f"month({local(t)})"),
    "hour": Function((STAMP,), T.INTEGER, lambda t: f"hour({local(t)})"),
    "date": Function((STAMP,), T.DATE, _date),
    "start_of_day": Function(
        (frozenset({T.DATE}),),
        T.TIMESTAMP,
        lambda d: f"timezone('UTC', timezone($zone, CAST(CAST({d} AS DATE) AS TIMESTAMP)))",
    ),
}


def result_type(function: Function, arguments: list[Typed]) -> T:
    """The type of a call."""
    return function.gives or arguments[0].type
