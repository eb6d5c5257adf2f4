"""What a policy author wants to hear before anybody else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import HiscomplyError, Place, PolicyError, Problems
from hiscomply.evaluate.engine import Engine, Moment
from hiscomply.kinds import Kind
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import case_bindings

_AS_OF = datetime(2026, 6, 30, tzinfo=UTC)


def lint_policies(folders: Sequence[Path], kinds: Mapping[str, Kind]) -> list[HiscomplyError]:
    """Everything that is wrong with the policies below the folders: load errors, queries that the engine
    refuses on empty tables, missing cases, cases without a pass, a fail or an unknown."""
    try:
        policies = load_pack(folders, kinds, use_cache=False).policies
    except Problems as several:
        return list(several.problems)
    except HiscomplyError as error:
        return [error]
    problems: list[HiscomplyError] = []
    for policy in policies:
        problems.extend(_run_on_nothing(policy, kinds))
        problems.extend(_look_at_cases(policy))
    return problems


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
