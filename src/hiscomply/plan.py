"""What is fixed before anything is collected: which policies are asked for, with which parameters and waivers."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply.compiled import CompiledPolicy
from hiscomply.config.settings import Settings
from hiscomply.errors import PolicyError, Problems, nearest
from hiscomply.evaluate.evaluator import SCOPE_RULES
from hiscomply.findings.waivers import PARAMETER, check_waivers
from hiscomply.frozen import dataclass
from hiscomply.kinds import Kind
from hiscomply.model import ParameterValue, Severity, Waiver
from hiscomply.paths import policies_dir
from hiscomply.policy.clauses import ClauseMap, load_clauses, misnamed_clauses
from hiscomply.policy.pack import Pack, load_pack
from hiscomply.policy.register import Register, load_register
from hiscomply.policy.tuning import tune


@dataclass(frozen=True, slots=True)
class Plan:
    """Policies with their parameters, waivers, clause map."""

    pack: Pack
    policies: tuple[CompiledPolicy, ...]
    values: Mapping[str, Mapping[str, Any]]
    parameters: Mapping[str, tuple[ParameterValue, ...]]
    waivers: tuple[Waiver, ...]
    clauses: ClauseMap
    kinds: Mapping[str, Kind]
    register: Register

    @property
    def scope_rules(self) -> tuple[CompiledPolicy, ...]:
        """The policies that decide which statements of scope count, whether they are asked for or not."""
        return tuple(policy for policy in self.pack.policies if policy.id in SCOPE_RULES)

    def concerned(self) -> tuple[Waiver, ...]:
        """The waivers that concern a policy that is asked for, or no policy at all."""
        asked = [policy.id for policy in self.policies]
        known = [policy.id for policy in self.pack.policies]
        return tuple(
            waiver
            for waiver in self.waivers
            if fnmatch.filter(asked, waiver.policy) or not fnmatch.filter(known, waiver.policy)
        )


def make_plan(
    settings: Settings,
    kinds: Mapping[str, Kind],
    pack_folders: Sequence[Path],
    waivers: tuple[Waiver, ...],
    only_kinds: frozenset[str] | None = None,
    only_formats: frozenset[str] | None = None,
) -> Plan:
    """Compiles and tunes what is asked for, so that a wrong policy is told before an hour of collecting.

    Args:
        only_kinds: policies that read other kinds are not asked for.
        only_formats: policies on settings of other formats only, such as what a running server says is in effect, are
            not asked for unless they are named.

    Raises:
        PolicyError, ConfigError, Problems: a policy, parameter or name is wrong.
    """
    is_narrow = not (settings.parameters or settings.only or waivers)
    folders = [*pack_folders, *settings.packs]
    pack = load_pack(folders, kinds, only_kinds=only_kinds if is_narrow else None)
    policies = _asked(pack, settings, only_kinds, only_formats)
    overrides = {
        policy: {name: (one.value, one.origin) for name, one in values.items()}
        for policy, values in settings.parameters.items()
    }
    values, parameters = tune(pack.policies, overrides, settings.profile, _waived(pack, settings, waivers))
    clauses = load_clauses(policies_dir() / "clauses.yaml")
    problems = misnamed_clauses(policies, clauses)
    if problems:
        raise Problems(problems) if len(problems) > 1 else problems[0]
    return Plan(pack, policies, values, parameters, waivers, clauses, kinds, load_register(policies_dir()))


def _waived(pack: Pack, settings: Settings, waivers: tuple[Waiver, ...]) -> frozenset[tuple[str, str]]:
    """(policy, parameter) pairs that a waiver in force lets the project loosen."""
    severities = {policy.id: Severity(policy.severity) for policy in pack.policies}
    moment = settings.as_of or datetime.now(UTC)
    in_force, _ = check_waivers(waivers, severities, moment.astimezone(ZoneInfo(settings.zone)).date())
    return frozenset(
        (policy, waiver.subject.removeprefix(PARAMETER))
        for waiver in in_force
        if waiver.subject.startswith(PARAMETER)
        for policy in fnmatch.filter(severities, waiver.policy)
    )


def _asked(
    pack: Pack, settings: Settings, only_kinds: frozenset[str] | None, only_formats: frozenset[str] | None
) -> tuple[CompiledPolicy, ...]:
    by_id = {policy.id: policy for policy in pack.policies}
    for name in settings.only:
        if name not in by_id:
            raise PolicyError(f"there is no policy {name!r} / 没有该策略", hint=nearest(name, by_id))
        if only_kinds is not None and not set(by_id[name].kinds) <= only_kinds:
            others = ", ".join(sorted(set(by_id[name].kinds) - only_kinds))
            raise PolicyError(
                f"policy {name!r} reads {others}, which is not to be had from files / 该策略需要文件以外的证据",
                hint="`hiscomply audit` collects the rest / 请改用 hiscomply audit",
            )
    return tuple(
        policy
        for policy in pack.policies
        if (policy.id in settings.only if settings.only else _is_of(policy, only_formats))
        and (only_kinds is None or set(policy.kinds) <= only_kinds)
    )


def _is_of(policy: CompiledPolicy, formats: frozenset[str] | None) -> bool:
    return formats is None or not policy.formats or not formats.isdisjoint(policy.formats)
