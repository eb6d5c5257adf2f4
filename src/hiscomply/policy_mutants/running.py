"""Runs the mutants of one policy against its cases; each stops at the first case that tells it from the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import Place, PolicyError
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.kinds import Kind
from hiscomply.policy.document import PolicyDocument
from hiscomply.policy_cases import VERDICTS, Cases, case_bindings, read_cases
from hiscomply.policy_mutants.compiling import Compiled, compile_mutants, compile_original
from hiscomply.policy_mutants.fields import given_fields
from hiscomply.policy_mutants.generate import mutants, original
from hiscomply.policy_mutants.model import Fate, Outcome
from hiscomply.yaml_source import load_yaml, validate


@dataclass(slots=True)
class _Trial:
    compiled: Compiled
    policy: CompiledPolicy
    statement: Any


class Runner:
    """Runs policies one after another, in as few engines as their moments allow."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._engines: dict[Moment, Engine] = {}

    def outcomes(self, policy: CompiledPolicy) -> tuple[Outcome, ...]:
        """What became of every mutant of a policy.

        Raises:
            PolicyError, Problems: a case does not hold for the policy itself, or is malformed; there is no mutant.
        """
        cases = read_cases(policy, self._kinds)
        yaml = load_yaml(Path(policy.file), error_type=PolicyError)
        document = validate(PolicyDocument, yaml, PolicyError)
        profiles = frozenset(case.profile for case in cases.document.cases)
        whole = original(document, yaml, self._kinds)
        base = compile_original(whole, self._kinds)
        made = mutants(whole, self._kinds, given_fields(cases.document), profiles)
        compiled = list(compile_mutants(made, whole, base, self._kinds, profiles))
        if not any(one.policy for one in compiled):
            raise PolicyError(
                f"policy {policy.id} has nothing that could be mutated / 没有可变异之处",
                place=Place(policy.file),
                hint="its condition says nothing that could be wrong / 其条件没有可能出错的内容",
            )
        return self._run(base, cases, compiled)

    def _run(self, base: CompiledPolicy, cases: Cases, compiled: list[Compiled]) -> tuple[Outcome, ...]:
        import duckdb

        engine = self._engine(cases.moment)
        itself = engine.parse_query(_query(base))
        fates: dict[str, Outcome] = {
            one.mutant.id: _outcome(one, Fate.INVALID, one.problem) for one in compiled if not one.policy
        }
        living = [
            _Trial(one, one.policy, engine.parse_query(_query(one.policy))) for one in compiled if one.policy
        ]
        for number, case in enumerate(cases.document.cases):
            cases.load(engine, base, number)
            try:
                got = _verdicts(engine, base, itself, case_bindings(base, case.profile, case.parameters))
            except duckdb.Error as error:
                raise PolicyError(
                    f"the query of {base.id} failed: {str(error).splitlines()[0]} / 查询执行失败",
                    place=Place(base.file),
                ) from error
            if got != case.expect:
                raise PolicyError(
                    f"case {case.name!r} does not hold for the policy itself / 用例与策略本身不符",
                    place=cases.yaml.place(("cases", number)),
                    hint="see hiscomply policy test / 请先运行 hiscomply policy test",
                )
            still = []
            for trial in living:
                fate, by = _judge(engine, trial, case)
                if fate is None:
                    still.append(trial)
                else:
                    fates[trial.compiled.mutant.id] = _outcome(trial.compiled, fate, by)
            living = still
        for trial in living:
            fates[trial.compiled.mutant.id] = _outcome(trial.compiled, Fate.SURVIVED)
        return tuple(fates[one.mutant.id] for one in compiled)

    def _engine(self, moment: Moment) -> Engine:
        if moment not in self._engines:
            engine = self._engines[moment] = Engine(self._kinds, moment)
            engine.plan_quickly()
        return self._engines[moment]


def _judge(engine: Engine, trial: _Trial, case: Any) -> tuple[Fate | None, str]:
    """Whether a case tells a mutant from its policy; None while it does not."""
    import duckdb

    bound = case_bindings(trial.policy, case.profile, case.parameters)
    try:
        got = _verdicts(engine, trial.policy, trial.statement, bound)
    except duckdb.Error as error:
        return Fate.INVALID, str(error).splitlines()[0]
    return (None, "") if got == case.expect else (Fate.KILLED, case.name)


def _verdicts(
    engine: Engine, policy: CompiledPolicy, statement: Any, bound: Mapping[str, Any]
) -> dict[str, str]:
    """Verdicts by subject, the worst where a subject stands twice, as ``policy test`` takes them."""
    worst: dict[str, int] = {}
    for subject, code in engine.try_query(policy, statement, bound):
        worst[subject] = max(code, worst.get(subject, -1))
    return {subject: VERDICTS[code] for subject, code in worst.items()}


def _query(policy: CompiledPolicy) -> str:
    """Subject and code of each verdict row."""
    output = policy.output.replace("{judged}", f"({policy.judged})")
    return f"SELECT subject, code FROM ({output})"


def _outcome(compiled: Compiled, fate: Fate, by: str = "") -> Outcome:
    mutant = compiled.mutant
    return Outcome(mutant.id, mutant.place, mutant.change, mutant.advice, fate, by)
