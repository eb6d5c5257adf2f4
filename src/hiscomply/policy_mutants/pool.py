"""All policies over several processes, the longest first, their results in order of id."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import HiscomplyError
from hiscomply.kinds import Kind
from hiscomply.policy_mutants.explanations import explain
from hiscomply.policy_mutants.kept import outcome_digest, read_outcomes, write_outcomes
from hiscomply.policy_mutants.model import Outcome, PolicyOutcome
from hiscomply.policy_mutants.running import Runner

_BATCH = 4
"""How many policies a process takes at a time: each brings its own engine, and none should wait at the end."""
Found = tuple[tuple[Outcome, ...], tuple[str, ...]]
Done = Callable[[str], None]


def run_policies(
    policies: Sequence[CompiledPolicy],
    kinds: Mapping[str, Kind],
    *,
    jobs: int,
    use_cache: bool = True,
    done: Done = lambda _: None,
) -> list[PolicyOutcome]:
    """What became of every mutant of every policy.

    Args:
        jobs: how many processes.
        done: told the id of each policy that is finished.
    """
    digests = {one.id: outcome_digest(one, kinds) for one in policies if _has_cases(one)} if use_cache else {}
    found: dict[str, Found] = {}
    for id_, digest in digests.items():
        kept = read_outcomes(digest)
        if kept is not None:
            found[id_] = kept, ()
            done(id_)
    left = [one for one in policies if one.id not in found]
    for id_, result in _run(left, kinds, jobs, done).items():
        found[id_] = result
        if id_ in digests and not result[1]:
            write_outcomes(digests[id_], result[0])
    return [_explained(one, *found[one.id]) for one in policies]


def _has_cases(policy: CompiledPolicy) -> bool:
    return Path(policy.file).with_name("cases.yaml").exists()


def _run(
    policies: Sequence[CompiledPolicy], kinds: Mapping[str, Kind], jobs: int, done: Done
) -> dict[str, Found]:
    if jobs <= 1 or len(policies) <= 1:
        runner = Runner(kinds)
        return {one.id: _told(one.id, _outcomes(runner, one), done) for one in policies}
    longest_first = sorted(policies, key=lambda one: -len(one.judged))
    found: dict[str, Found] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(dict(kinds),)) as pool:
        futures = [
            pool.submit(_run_batch, longest_first[start : start + _BATCH])
            for start in range(0, len(longest_first), _BATCH)
        ]
        for future in as_completed(futures):
            for id_, result in future.result():
                found[id_] = _told(id_, result, done)
    return found


def _told(id_: str, result: Found, done: Done) -> Found:
    done(id_)
    return result


_runners: list[Runner] = []
"""The one of this process."""


def _start(kinds: Mapping[str, Kind]) -> None:
    _runners.append(Runner(kinds))


def _run_batch(policies: Sequence[CompiledPolicy]) -> list[tuple[str, Found]]:
    return [(one.id, _outcomes(_runners[0], one)) for one in policies]


def _outcomes(runner: Runner, policy: CompiledPolicy) -> Found:
    try:
        return runner.outcomes(policy), ()
    except HiscomplyError as error:
        return (), (str(error),)


def _explained(
    policy: CompiledPolicy, outcomes: tuple[Outcome, ...], problems: tuple[str, ...]
) -> PolicyOutcome:
    file = Path(policy.file)
    try:
        explained, wrong = explain(file, outcomes) if not problems else (outcomes, [])
    except HiscomplyError as error:
        explained, wrong = outcomes, [error]
    return PolicyOutcome(
        policy_id=policy.id,
        file=policy.file,
        section=file.parents[1].name,
        outcomes=explained,
        problems=(*problems, *(str(one) for one in wrong)),
    )
