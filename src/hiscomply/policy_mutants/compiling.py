"""Mutants as queries: those that are the policy itself, or one another, are told apart from the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import HiscomplyError
from hiscomply.kinds import Kind
from hiscomply.parameters import bindings
from hiscomply.policy.compile import compile_policy
from hiscomply.policy_mutants.generate import Original
from hiscomply.policy_mutants.model import Mutant


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mutant and its query, or why it is no policy."""

    mutant: Mutant
    policy: CompiledPolicy | None
    problem: str = ""


def compile_original(whole: Original, kinds: Mapping[str, Kind]) -> CompiledPolicy:
    """The unchanged policy, compiled in the way of its mutants."""
    return compile_policy(whole.document, whole.yaml, kinds, "", whole.trees)


def compile_mutants(
    found: Iterable[Mutant],
    whole: Original,
    base: CompiledPolicy,
    kinds: Mapping[str, Kind],
    profiles: frozenset[str],
) -> Iterator[Compiled]:
    """Each mutant that asks for something else than the policy and than every mutant before it."""
    seen = {_meaning(base, profiles)}
    for mutant in found:
        try:
            policy = _compile(mutant, whole, base, kinds)
            meaning = _meaning(policy, profiles)
        except HiscomplyError as error:
            yield Compiled(mutant, None, error.what)
            continue
        except ValueError as error:
            yield Compiled(mutant, None, str(error))
            continue
        if meaning not in seen:
            seen.add(meaning)
            yield Compiled(mutant, policy)


def _compile(
    mutant: Mutant, whole: Original, base: CompiledPolicy, kinds: Mapping[str, Kind]
) -> CompiledPolicy:
    if not mutant.defaults:
        return compile_policy(mutant.document, whole.yaml, kinds, "", mutant.trees)
    specs = tuple(
        replace(one, defaults=mutant.defaults[one.name]) if one.name in mutant.defaults else one
        for one in base.parameters
    )
    return replace(base, parameters=specs)


def _meaning(policy: CompiledPolicy, profiles: frozenset[str]) -> Any:
    """All that a verdict can depend on."""
    bound = [
        (profile, name, repr(value))
        for profile in sorted(profiles)
        for spec in policy.parameters
        for name, value in sorted(bindings(spec, spec.default(profile)).items())
        if name in policy.placeholders
    ]
    return (
        policy.judged,
        policy.output,
        policy.gaps,
        tuple(sorted(policy.fresh.items())),
        policy.kinds,
        tuple(bound),
    )
