"""The column map of ``hiscomply.yaml``, checked against the schema of its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hiscomply.errors import nearest
from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_tables.numbers import family_of
from hiscomply_tables.schema import FieldSpec, KindSpec
from hiscomply_tables.values import word

_SEPARATORS = re.compile(r"[、,,;;\n]")
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "list": (str,),
    "text": (str,),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A column of the file that is asked for: by any of its names, or by its number from 1."""

    names: tuple[str, ...]
    number: int | None = None
    is_optional: bool = False

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return self.names[0] if self.names else f"#{self.number}"


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """How one field is filled.

    Attributes:
        source: index into the plan's sources; None for a constant.
        words: values by the word of the export.
        split: a text into elements of a list.
    """

    field: FieldSpec
    source: int | None
    constant: Any
    words: Mapping[str, Any]
    has_other: bool
    other: Any
    has_empty_value: bool
    when_empty: Any
    empty_values: tuple[str, ...] | None
    formats: tuple[str, ...]
    unit: str | None
    split: Callable[[str], list[str]]
    digest: bool


class Sources:
    """The columns that a target asks for, each once."""

    def __init__(self) -> None:
        self.all: list[Source] = []

    def add(self, reference: Any, *, is_optional: bool = False) -> int:
        """The index of the referenced column; it is optional only if every use of it is."""
        number = reference if isinstance(reference, int) else None
        names = () if number is not None else (reference,) if isinstance(reference, str) else tuple(reference)
        for index, known in enumerate(self.all):
            if (known.names, known.number) == (names, number):
                self.all[index] = replace(known, is_optional=known.is_optional and is_optional)
                return index
        self.all.append(Source(names, number, is_optional))
        return len(self.all) - 1


def plan_columns(
    written: Mapping[str, Any], kind: KindSpec, sources: Sources, empty_values: Sequence[str] | None
) -> tuple[ColumnPlan, ...]:
    """The plan of every mapped field.

    Raises:
        CollectFailed: an unknown field, a key field left out, a value or unit that the field cannot have.
    """
    for name in written:
        if name not in kind.fields:
            hint = nearest(name, kind.fields)
            raise _wrong(
                f"columns: {kind.kind} 没有字段 {name!r};{hint}",
                f"columns: {kind.kind} has no field {name!r}; {hint}",
            )
    for name in kind.key:
        if name not in written:
            raise _wrong(
                f"columns: 缺少 {kind.kind} 的主键字段 {name}",
                f"columns: the key field {name} of {kind.kind} is not mapped",
            )
    return tuple(_plan(kind.fields[name], body, sources, empty_values) for name, body in written.items())


def _plan(field: FieldSpec, body: Any, sources: Sources, empty_values: Sequence[str] | None) -> ColumnPlan:
    keys: Mapping[str, Any] = body if isinstance(body, Mapping) else {"column": body}
    source = None
    if "column" in keys:
        source = sources.add(keys["column"], is_optional=bool(keys.get("optional", False)))
    formats = keys.get("format", "auto")
    blank = keys.get("empty_values", empty_values)
    plan = ColumnPlan(
        field=field,
        source=source,
        constant=keys.get("value"),
        words=_words(field, keys.get("values", {})),
        has_other="other" in keys,
        other=keys.get("other"),
        has_empty_value="when_empty" in keys,
        when_empty=keys.get("when_empty"),
        empty_values=None if blank is None else tuple(blank),
        formats=(formats,) if isinstance(formats, str) else tuple(formats),
        unit=keys.get("unit"),
        split=_splitter(keys.get("separator")),
        digest=bool(keys.get("digest", False)),
    )
    _check(plan)
    return plan


def _words(field: FieldSpec, written: Mapping[Any, Any]) -> dict[str, Any]:
    for key, value in written.items():
        if isinstance(key, bool):
            raise _wrong(
                f"columns.{field.name}.values: 给 yes/no/on/off 之类的词加上引号",
                f"columns.{field.name}.values: put quotes around words such as yes, no, on, off",
            )
        _check_value(field, value, "values")
    return {word(key): value for key, value in written.items()}


def _check(plan: ColumnPlan) -> None:
    field = plan.field
    if plan.has_other:
        _check_value(field, plan.other, "other")
    if plan.has_empty_value and not (field.type == "list" and plan.when_empty == []):
        _check_value(field, plan.when_empty, "when_empty")
    if plan.digest and field.type != "text":
        raise _wrong(
            f"columns.{field.name}: digest 只用于文本字段",
            f"columns.{field.name}: digest is for text fields only",
        )
    if plan.unit is not None and not _unit_fits(field, plan.unit):
        raise _wrong(
            f"columns.{field.name}: 单位 {plan.unit} 不能换算成 {field.unit}",
            f"columns.{field.name}: unit {plan.unit} does not convert to {field.unit}",
        )


def _unit_fits(field: FieldSpec, unit: str) -> bool:
    if field.type not in {"integer", "number"}:
        return False
    if field.unit is None:
        return True
    if field.unit == "percent":
        return unit in {"percent", "fraction"}
    return unit in (family_of(field.unit) or ())


def _check_value(field: FieldSpec, value: Any, option: str) -> None:
    """A value from the project file must be one that the field can have."""
    place = f"columns.{field.name}.{option}"
    if value is None:
        if not field.has_none:
            raise _wrong(f"{place}: 该字段不能为空值 null", f"{place}: the field cannot be null")
        return
    if field.type in {"timestamp", "date"}:
        raise _wrong(f"{place}: 时间字段只能写 null", f"{place}: only null is possible for a time field")
    fits = isinstance(value, _PYTHON_TYPES[field.type]) and (
        field.type == "boolean" or not isinstance(value, bool)
    )
    if not fits:
        raise _wrong(f"{place}: {value!r} 不是 {field.type}", f"{place}: {value!r} is not {field.type}")
    if field.words and value not in field.words:
        hint = nearest(str(value), field.words) or " ".join(sorted(field.words))
        raise _wrong(f"{place}: 没有取值 {value!r};{hint}", f"{place}: there is no value {value!r}; {hint}")


def _splitter(separator: str | None) -> Callable[[str], list[str]]:
    return _SEPARATORS.split if separator is None else lambda text: text.split(separator)


def _wrong(zh: str, en: str) -> CollectFailed:
    return CollectFailed(Text(zh, en))
