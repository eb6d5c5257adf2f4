"""What a policy author wants to hear before anybody else does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import HiscomplyError, Place, PolicyError, Problems
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.kinds import Kind
from hiscomply.parameters import (
    BINDING_STRENGTHS,
    UNITS,
    ParameterSpec,
    bindings,
    is_looser,
    parse_value,
)
from hiscomply.paths import policies_dir
from hiscomply.policy.clauses import load_clauses, misnamed_clauses
from hiscomply.policy.pack import load_pack
from hiscomply.policy.register import SOURCES, Register, load_register
from hiscomply.policy_cases import case_bindings

NUMBERS = frozenset({"duration", "integer", "number", "percent"})
_AS_OF = datetime(2026, 6, 30, tzinfo=UTC)


def lint_policies(folders: Sequence[Path], kinds: Mapping[str, Kind]) -> list[HiscomplyError]:
    """Everything that is wrong with the policies below the folders: load errors, queries that the engine
    refuses on empty tables, clauses that there are not, missing cases, cases without a pass, a fail or an unknown."""
    try:
        policies = load_pack(folders, kinds, use_cache=False).policies
    except Problems as several:
        return list(several.problems)
    except HiscomplyError as error:
        return [error]
    problems: list[HiscomplyError] = []
    problems.extend(misnamed_clauses(policies, load_clauses(policies_dir() / "clauses.yaml")))
    for policy in policies:
        problems.extend(_run_on_nothing(policy, kinds))
        problems.extend(_look_at_cases(policy))
        problems.extend(_look_at_parameters(policy, _register(policy)))
    return problems


def _register(policy: CompiledPolicy) -> Register:
    """The register of the pack that the policy stands in; empty for a pack without one."""
    file = Path(policy.file).resolve()
    above = [folder for folder in file.parents[:4] if (folder / SOURCES).is_file()]
    return load_register(above[0]) if above else Register()


def _look_at_parameters(policy: CompiledPolicy, register: Register) -> list[HiscomplyError]:
    """Every number has bounds that hold its defaults, a unit, and a source that the register knows."""
    problems: list[HiscomplyError] = []
    for spec in policy.parameters:
        problems.extend(PolicyError(what, place=Place(spec.place)) for what in _wrong(spec, register))
    return problems


def _wrong(spec: ParameterSpec, register: Register) -> Iterator[str]:
    if spec.type in NUMBERS:
        missing = [name for name, bound in (("min", spec.minimum), ("max", spec.maximum)) if bound is None]
        if spec.type in ("integer", "number") and spec.unit is None:
            missing.append("unit")
        if missing:
            yield f"{spec.name} has no {', '.join(missing)} / 该参数缺少 {', '.join(missing)}"
        if spec.unit is not None and spec.unit not in UNITS:
            yield f"{spec.name} has the unknown unit {spec.unit!r} / 未知的单位"
        yield from _outside(spec)
        yield from _looser_than_the_law(spec)
    for source in (spec.source, *spec.key_sources.values()):
        known = register.sources.get(source.id)
        if register.sources and known is None:
            yield f"{spec.name}: the source {source.id!r} is not in {SOURCES} / 依据不在登记表中"
        elif known is not None and source.strength not in (known.strength, "unverified"):
            yield (
                f"{spec.name}: {source.id} carries {known.strength}, not {source.strength} / 依据的效力与登记表不一致"
            )


def _outside(spec: ParameterSpec) -> Iterator[str]:
    """Defaults outside the bounds, which a project could not even write down."""
    low, high = (
        parse_value(spec.type, bound) if bound is not None else None for bound in (spec.minimum, spec.maximum)
    )
    for profile, written in spec.defaults.items():
        for value in bindings(spec, written).values():
            if value is not None and (
                (low is not None and value < low) or (high is not None and value > high)
            ):
                yield f"{spec.name}: a default of {profile} is outside its bounds / 默认值超出允许范围"


def _looser_than_the_law(spec: ParameterSpec) -> Iterator[str]:
    """A profile that asks less than ``tertiary`` where a law or rule gives the number."""
    full = bindings(spec, spec.default("tertiary"))
    sources = [spec.source_of(key) for key in spec.all_keys()] if spec.keys else [spec.source]
    for profile, written in spec.defaults.items():
        for source, (name, value) in zip(sources, bindings(spec, written).items(), strict=True):
            is_bound = source.strength in BINDING_STRENGTHS and value is not None and full[name] is not None
            if is_bound and is_looser(spec, value, full[name]):
                yield f"{spec.name}: {profile} asks less than {source.id} / 该档次低于法规要求"


def _run_on_nothing(policy: CompiledPolicy, kinds: Mapping[str, Kind]) -> list[HiscomplyError]:
    engine = Engine(kinds, Moment(_AS_OF))
    try:
        engine.evaluate(policy, case_bindings(policy, "tertiary", {}))
    except HiscomplyError as error:
        return [error]
    return []


def _look_at_cases(policy: CompiledPolicy) -> list[HiscomplyError]:
    from hiscomply.policy.document import CasesDocument
    from hiscomply.yaml_source import load_yaml, validate

    file = Path(policy.file).with_name("cases.yaml")
    if not file.exists():
        return [
            PolicyError("there is no cases.yaml beside the policy / 缺少用例文件", place=Place(policy.file))
        ]
    try:
        document = validate(CasesDocument, load_yaml(file, error_type=PolicyError), PolicyError)
    except Problems as several:
        return list(several.problems)
    except HiscomplyError as error:
        return [error]
    shown = {verdict for case in document.cases for verdict in case.expect.values()}
    return [
        PolicyError(f"no case expects {verdict} / 缺少预期为 {verdict} 的用例", place=Place(str(file)))
        for verdict in ("pass", "fail", "unknown")
        if verdict not in shown
    ]
