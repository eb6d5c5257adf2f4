"""Runs ``cases.yaml``: given rows, expected verdicts, strict both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import PolicyError, nearest
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.kinds import FieldType, Kind, parse_duration
from hiscomply.model import EvidenceTable
from hiscomply.parameters import bindings
from hiscomply.yaml_source import YamlDocument, load_yaml, validate

if TYPE_CHECKING:
    from hiscomply.policy.document import CasesDocument

VERDICTS = ("not_applicable", "pass", "unknown", "fail")
_NOTHING = "nothing / 无"
_RELATIVE = re.compile(r"^(as_of|today)(?: ([+-]) (\d+ (?:days?|hours?|minutes?|seconds?)))?$")


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case expected and got, by subject; equal when it passed."""

    name: str
    expected: Mapping[str, str]
    actual: Mapping[str, str]
    reasons: Mapping[str, str]

    @property
    def is_passed(self) -> bool:
        """The policy said exactly what the case expects."""
        return self.expected == self.actual

    def differences(self) -> list[str]:
        """One line per subject that differs."""
        lines = []
        for subject in sorted({*self.expected, *self.actual}):
            wanted, got = self.expected.get(subject, _NOTHING), self.actual.get(subject, _NOTHING)
            if wanted != got:
                reason = self.reasons.get(subject)
                why = f" ({reason})" if reason else ""
                lines.append(f"{subject}: expected / 应为 {wanted}, got / 实为 {got}{why}")
        return lines


def run_cases(policy: CompiledPolicy, kinds: Mapping[str, Kind]) -> Iterator[CaseResult]:
    """Every case of the ``cases.yaml`` beside a policy.

    Raises:
        PolicyError: there is none, or it is malformed, with the place.
    """
    cases = read_cases(policy, kinds)
    engine = Engine(kinds, cases.moment)
    for number in range(len(cases.document.cases)):
        yield run_case(policy, engine, cases, number)


def run_case(policy: CompiledPolicy, engine: Engine, cases: Cases, number: int) -> CaseResult:
    """One case in an engine that may have run others before."""
    case = cases.document.cases[number]
    cases.load(engine, policy, number)
    engine.evaluate(policy, case_bindings(policy, case.profile, case.parameters))
    return CaseResult(case.name, case.expect, *_verdicts(engine, policy))


@dataclass(frozen=True, slots=True)
class Cases:
    """A checked ``cases.yaml``."""

    document: CasesDocument
    moment: Moment
    yaml: YamlDocument
    _kinds: Mapping[str, Kind]
    _rows: _Rows

    @classmethod
    def of(cls, document: CasesDocument, yaml: YamlDocument, kinds: Mapping[str, Kind]) -> Cases:
        """The cases of a document that stands in ``yaml``."""
        as_of = datetime.fromisoformat(document.as_of).astimezone(UTC)
        rows = _Rows(kinds, document, as_of, yaml)
        return cls(document, Moment(as_of, document.zone), yaml, kinds, rows)

    def load(self, engine: Engine, policy: CompiledPolicy, number: int) -> None:
        """Fills the engine's tables with what a case gives, and with nothing else.

        Raises:
            PolicyError: an unknown kind or field, or a value of a wrong type, with the place.
        """
        case, path = self.document.cases[number], ("cases", number)
        engine.forget()
        engine.scoped = frozenset(case.scope)
        for kind in {*case.given, *case.collections}:
            if kind not in self._kinds:
                raise PolicyError(
                    f"unknown evidence kind {kind!r} / 未知的证据类型",
                    place=self.yaml.place((*path, "given", kind)),
                    hint=nearest(kind, self._kinds),
                )
        for name in sorted({*policy.kinds, *case.given}):
            made = [
                row
                for position, one in enumerate(case.given.get(name, []))
                for row in self._rows.make(name, one, (*path, "given", name, position))
            ]
            _load(engine, self._kinds[name], made, case.collections.get(name, "ok"), self._rows.as_of)


def read_cases(policy: CompiledPolicy, kinds: Mapping[str, Kind]) -> Cases:
    """The cases beside a policy.

    Raises:
        PolicyError, Problems: there is no ``cases.yaml``, or it is malformed, with the place.
    """
    from hiscomply.policy.document import CasesDocument

    file = Path(policy.file).with_name("cases.yaml")
    if not file.exists():
        raise PolicyError(
            f"policy {policy.id} has no cases.yaml / 缺少 cases.yaml",
            hint="every policy shows what passes, fails and is unknown / 每个策略都需给出用例",
        )
    yaml = load_yaml(file, error_type=PolicyError)
    document = validate(CasesDocument, yaml, PolicyError)
    if policy.subject_kind and policy.subject_kind not in kinds:
        raise PolicyError(f"unknown kind {policy.subject_kind}")
    return Cases.of(document, yaml, kinds)


def case_bindings(policy: CompiledPolicy, profile: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Placeholders of a policy's parameters for a profile, some overridden."""
    bound: dict[str, Any] = {}
    for spec in policy.parameters:
        bound.update(bindings(spec, overrides.get(spec.name, spec.default(profile))))
    for name in overrides:
        if name not in {spec.name for spec in policy.parameters}:
            raise PolicyError(f"policy {policy.id} has no parameter {name!r} / 没有该参数")
    return bound


def _verdicts(engine: Engine, policy: CompiledPolicy) -> tuple[dict[str, str], dict[str, str]]:
    """All verdicts by subject, the worst where a subject stands twice, and the reasons of unknown ones."""
    rows: list[tuple[str, int, str | None]] = []
    if engine.last_bound is not None:
        rows = engine.rows(policy.query, engine.last_bound)
    gap = engine.gap_rows()
    worst: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for subject, code, reason in [*rows, *gap]:
        if code > worst.get(subject, -1):
            worst[subject] = code
        if reason:
            reasons[subject] = reason
    return {subject: VERDICTS[code] for subject, code in worst.items()}, reasons


def _load(engine: Engine, kind: Kind, rows: list[dict[str, Any]], status: str, as_of: datetime) -> None:
    is_complete = status == "ok"
    engine.add_empty(kind.name)
    engine.set_table(
        EvidenceTable(
            kind=kind.name,
            path=Path(),
            rows=len(rows),
            is_complete=is_complete,
            gaps=() if is_complete else (kind.name,),
            oldest=min((row["_observed_at"].replace(tzinfo=UTC) for row in rows), default=as_of),
            newest=max((row["_observed_at"].replace(tzinfo=UTC) for row in rows), default=as_of),
        )
    )
    for columns, alike in groupby(rows, key=tuple):
        made = list(alike)
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join(f"({', '.join('?' for _ in columns)})" for _ in made)
        engine.connection.execute(
            f'INSERT INTO ev."{kind.name}" ({names}) VALUES {marks}',
            [value for row in made for value in row.values()],
        )


class _Rows:
    """Given rows of a case as rows of a table."""

    def __init__(self, kinds: Mapping[str, Kind], document: Any, as_of: datetime, yaml: YamlDocument) -> None:
        self._kinds = kinds
        self._defaults = document.defaults
        self.as_of = as_of
        self._zone = ZoneInfo(document.zone)
        self.yaml = yaml

    def make(self, name: str, written: Mapping[str, Any], path: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
        """The rows that one given row stands for: ``repeat`` makes several, ``without`` takes defaults away."""
        kind = self._kinds[name]
        fields = {**self._defaults.get(name, {}), **written}
        for absent in fields.pop("without", ()):
            if absent not in kind.fields:
                raise PolicyError(
                    f"{name} has no field {absent!r} to be without / 没有该字段",
                    place=self.yaml.place((*path, "without")),
                    hint=nearest(absent, kind.fields),
                )
            fields.pop(absent, None)
        repeat = fields.pop("repeat", None)
        for number in range(1, (repeat or 1) + 1):
            yield self._row(kind, fields, number if repeat else None, path)

    def _row(
        self, kind: Kind, fields: Mapping[str, Any], number: int | None, path: tuple[Any, ...]
    ) -> dict[str, Any]:
        row: dict[str, Any] = {
            "_observed_at": self.as_of.replace(tzinfo=None),
            "_source": "case",
            "_missing": [
                name for name, one in kind.fields.items() if one.none_means is not None and name not in fields
            ],
        }
        for name, value in fields.items():
            if name != "_observed_at" and name not in kind.fields:
                raise PolicyError(
                    f"{kind.name} has no field {name!r} / 没有该字段",
                    place=self.yaml.key_place((*path, name)),
                    hint=nearest(name, kind.fields) or "known / 可用: " + ", ".join(sorted(kind.fields)),
                )
            type_ = FieldType.TIMESTAMP if name == "_observed_at" else kind.fields[name].type
            try:
                row[name] = self._value(type_, value, number)
                self._check(kind, name, row[name])
            except ValueError as error:
                raise PolicyError(
                    f"{name}: {error} / 值不正确", place=self.yaml.place((*path, name))
                ) from error
        for name in kind.key:
            if row.get(name) is None:
                raise PolicyError(
                    f"{kind.name} needs {name!r}, part of its natural key / 缺少主键字段",
                    place=self.yaml.place(path),
                )
        return row

    @staticmethod
    def _check(kind: Kind, name: str, value: Any) -> None:
        known = kind.fields.get(name)
        if known is None:
            return
        if value is None and known.none_means is None:
            raise ValueError("null is only for fields with a known none; leave it out for 'not known'")
        if known.enum and value is not None and value not in known.enum:
            raise ValueError(f"{value!r} is not one of {', '.join(known.enum)}")

    def _value(self, type_: FieldType, value: Any, number: int | None) -> Any:
        if isinstance(value, str) and number is not None:
            value = value.replace("{i}", str(number))
        if value is None:
            return None
        match type_:
            case FieldType.TIMESTAMP:
                moment = self._moment(value)
                return moment.astimezone(UTC).replace(tzinfo=None)
            case FieldType.DATE:
                relative = _RELATIVE.match(str(value))
                return (
                    self._moment(value).astimezone(self._zone).date()
                    if relative
                    else date.fromisoformat(str(value))
                )
            case FieldType.TEXT if not isinstance(value, str):
                raise ValueError(f"{value!r} is no text: put it in quotes")
            case FieldType.BOOLEAN if not isinstance(value, bool):
                raise ValueError(f"{value!r} is neither true nor false")
            case FieldType.INTEGER if not isinstance(value, int) or isinstance(value, bool):
                raise ValueError(f"{value!r} is no whole number")
            case FieldType.NUMBER if not isinstance(value, int | float) or isinstance(value, bool):
                raise ValueError(f"{value!r} is no number")
            case FieldType.LIST if not isinstance(value, list):
                raise ValueError(f"{value!r} is no list")
        return value

    def _moment(self, value: Any) -> datetime:
        match = _RELATIVE.match(str(value))
        if match is None:
            moment = datetime.fromisoformat(str(value))
            return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)
        base = self.as_of
        if match[1] == "today":
            local = self.as_of.astimezone(self._zone)
            base = local.replace(hour=0, minute=0, second=0, microsecond=0)
        age = parse_duration(match[3]) if match[3] else timedelta(0)
        assert age is not None
        return base - age if match[2] == "-" else base + age
