"""Every threshold as a row that can be defended: its values, its bounds, its source, and what a project changed."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.model import ParameterValue, Source, Text, Waiver
from hiscomply.parameters import PROFILES, Key, ParameterSpec, key_text, keyed_rows
from hiscomply.policy.register import Register

PARAMETER_SUBJECT = "parameter:"


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter, or those keys of a keyed one that share a source.

    Attributes:
        keys: the keys that the row is about; empty for a plain parameter.
        defaults: by profile, as written; of a keyed one by key.
        value: what this project uses.
        origin: ``default (tertiary)`` or ``file:line:column``.
        is_looser: None when the change cannot be compared.
        waiver: id of the waiver that lets a law's or rule's value be loosened; "" where there is none.
    """

    policy: str
    title: Text
    clauses: tuple[str, ...]
    name: str
    type: str
    unit: str | None
    keys: tuple[str, ...]
    defaults: Mapping[str, Any]
    minimum: Any
    maximum: Any
    tighter: str | None
    value: Any
    origin: str
    is_overridden: bool
    is_looser: bool | None
    source: Source
    source_title: Text
    waiver: str
    conflicts: tuple[Text, ...]


def parameter_rows(
    policies: Iterable[CompiledPolicy],
    shown: Mapping[str, Sequence[ParameterValue]],
    register: Register,
    waivers: Sequence[Waiver] = (),
) -> Iterator[ParameterRow]:
    """The rows of every parameter, in the order of policies.

    Args:
        shown: the parameters of this project by policy id.
        waivers: those in force.
    """
    for policy in policies:
        used = {one.name: one for one in shown[policy.id]}
        for spec in policy.parameters:
            for source, keys in _by_source(spec):
                yield _row(policy, spec, used[spec.name], source, keys, register, waivers)


def _by_source(spec: ParameterSpec) -> list[tuple[Source, list[Key]]]:
    """The keys of a parameter by source, the main source first; a plain one has no keys."""
    if not spec.keys:
        return [(spec.source, [])]
    groups: dict[Source, list[Key]] = {}
    for key in spec.all_keys():
        groups.setdefault(spec.source_of(key), []).append(key)
    return sorted(groups.items(), key=lambda one: one[0] != spec.source)


def _row(
    policy: CompiledPolicy,
    spec: ParameterSpec,
    used: ParameterValue,
    source: Source,
    keys: Sequence[Key],
    register: Register,
    waivers: Sequence[Waiver],
) -> ParameterRow:
    return ParameterRow(
        policy=policy.id,
        title=policy.title,
        clauses=policy.clauses,
        name=spec.name,
        type=spec.type,
        unit=spec.unit,
        keys=tuple(key_text(key) for key in keys),
        defaults={profile: _of_keys(spec.default(profile), keys) for profile in PROFILES},
        minimum=spec.minimum,
        maximum=spec.maximum,
        tighter=spec.tighter,
        value=_of_keys(used.value, keys),
        origin=used.origin,
        is_overridden=used.is_overridden,
        is_looser=used.is_looser,
        source=source,
        source_title=register.title(source.id),
        waiver=_waiver(policy.id, spec.name, waivers) if used.is_overridden else "",
        conflicts=register.conflicts_of(policy.id),
    )


def _of_keys(written: Any, keys: Sequence[Key]) -> Any:
    """A value as written, of a keyed parameter those of the keys, by key as text."""
    if not keys:
        return written
    rows = keyed_rows(written)
    return {key_text(key): rows[key] for key in keys if key in rows}


def _waiver(policy: str, name: str, waivers: Sequence[Waiver]) -> str:
    return next(
        (
            one.id
            for one in waivers
            if one.subject == PARAMETER_SUBJECT + name and fnmatch.fnmatchcase(policy, one.policy)
        ),
        "",
    )
