"""The parameters of a run: defaults of the profile, overridden by the project within what the policies allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import ConfigError, HiscomplyError, Place, Problems, nearest
from hiscomply.model import ParameterValue, Source
from hiscomply.parameters import BINDING_STRENGTHS, ParameterSpec, bind_name, bindings, is_looser, parse_value

Overrides = Mapping[str, Mapping[str, tuple[Any, str]]]
"""Policy id, parameter name, to the value as written and where it stands."""


def tune(
    policies: Sequence[CompiledPolicy],
    overrides: Overrides,
    profile: str,
    waived: AbstractSet[tuple[str, str]] = frozenset(),
) -> tuple[dict[str, dict[str, Any]], dict[str, tuple[ParameterValue, ...]]]:
    """Placeholders by policy, and the parameters as reports show them.

    Args:
        waived: (policy, parameter) pairs whose law- or rule-bound value may be loosened by a waiver.

    Raises:
        ConfigError, Problems: an override for an unknown policy or parameter, of a wrong type, outside its
            bounds, or looser than a law or rule.
    """
    problems: list[HiscomplyError] = list(_unknown(policies, overrides))
    bound: dict[str, dict[str, Any]] = {}
    shown: dict[str, tuple[ParameterValue, ...]] = {}
    for policy in policies:
        values: dict[str, Any] = {}
        parameters = []
        for spec in policy.parameters:
            given = overrides.get(policy.id, {}).get(spec.name)
            try:
                parameters.append(_value(policy, spec, given, profile, waived))
                values.update(bindings(spec, parameters[-1].value))
            except ConfigError as error:
                problems.append(error)
            except ValueError as error:
                place = Place(given[1]) if given else Place(policy.file)
                problems.append(ConfigError(f"{policy.id}.{spec.name}: {error} / 参数值不正确", place=place))
        bound[policy.id], shown[policy.id] = values, tuple(parameters)
    if problems:
        raise Problems(problems) if len(problems) > 1 else problems[0]
    return bound, shown


def _unknown(policies: Sequence[CompiledPolicy], overrides: Overrides) -> list[ConfigError]:
    by_id = {policy.id: policy for policy in policies}
    problems = []
    for policy_id, values in overrides.items():
        policy = by_id.get(policy_id)
        known = {spec.name for spec in policy.parameters} if policy else set()
        for name, (_, origin) in values.items():
            if policy is None:
                what, hint = f"there is no policy {policy_id!r} / 没有该策略", nearest(policy_id, by_id)
            elif name not in known:
                what, hint = f"{policy_id} has no parameter {name!r} / 没有该参数", nearest(name, known)
                hint = hint or "known / 可用: " + ", ".join(sorted(known))
            else:
                continue
            problems.append(ConfigError(what, place=Place(origin), hint=hint))
    return problems


def _value(
    policy: CompiledPolicy,
    spec: ParameterSpec,
    given: tuple[Any, str] | None,
    profile: str,
    waived: AbstractSet[tuple[str, str]],
) -> ParameterValue:
    default = spec.default(profile)
    if given is None:
        origin = f"default ({profile if profile in spec.defaults else 'tertiary'})"
        return ParameterValue(
            spec.name, spec.type, default, default, spec.source, origin, key_sources=spec.key_sources
        )
    written, origin = given
    looser, binding = _compare(spec, written, default, Place(origin), policy.id)
    if binding is not None and (policy.id, spec.name) not in waived:
        raise ConfigError(
            f"{policy.id}.{spec.name}: {written!r} asks less than {default!r}, which rests on "
            f"{binding.to('en')} ({binding.strength}) / 不得宽于法规要求({binding.to('zh')})",
            place=Place(origin),
            hint=f"keep the default, or file a waiver for subject 'parameter:{spec.name}' / 保留默认值或办理例外",
        )
    return ParameterValue(
        spec.name,
        spec.type,
        written,
        default,
        spec.source,
        origin,
        is_overridden=True,
        is_looser=looser,
        key_sources=spec.key_sources,
    )


def _compare(
    spec: ParameterSpec, written: Any, default: Any, place: Place, policy_id: str
) -> tuple[bool | None, Source | None]:
    """Checks the bounds of an override; gives whether it asks less anywhere, and than which law or rule.

    A law's value of which nobody can say what asks more (a list, a text) may not be changed at all, and a
    key that is left out of a keyed one takes its requirement away.
    """
    new, old = bindings(spec, written), bindings(spec, default)
    sources = _sources(spec)
    verdicts: list[bool | None] = []
    binding: Source | None = None
    for name, value in new.items():
        for bound, is_outside in ((spec.minimum, _below), (spec.maximum, _above)):
            if bound is not None and value is not None and is_outside(value, parse_value(spec.type, bound)):
                raise ConfigError(
                    f"{policy_id}.{spec.name}: {written!r} is outside {spec.minimum} … {spec.maximum} / 超出允许范围",
                    place=place,
                )
        verdict: bool | None = False
        if old[name] is not None:
            verdict = is_looser(spec, value, old[name]) if value is not None else None
            verdicts.append(verdict)
        if verdict is not False and sources[name].strength in BINDING_STRENGTHS:
            binding = binding or sources[name]
    if any(verdicts):
        return True, binding
    return (None if None in verdicts else False), binding


def _sources(spec: ParameterSpec) -> dict[str, Source]:
    """The source of every placeholder."""
    if not spec.keys:
        return {bind_name(spec.name): spec.source}
    return {bind_name(spec.name, number): spec.source_of(key) for number, key in enumerate(spec.all_keys())}


def _below(value: Any, bound: Any) -> bool:
    return bool(value < bound)


def _above(value: Any, bound: Any) -> bool:
    return bool(value > bound)
