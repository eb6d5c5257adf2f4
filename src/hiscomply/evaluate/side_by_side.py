"""Policies judged two at a time, each thread with its own connection to the same tables.

Most of what a policy costs is planning its query, which the engine does on one processor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import PolicyError
from hiscomply.evaluate.engine import Engine
from hiscomply.model import PolicyCount

MANY = 24
"""From how many policies on a second thread is worth its start."""

Outcome = tuple[int, PolicyCount | None]


def evaluate_all(
    engine: Engine,
    policies: Sequence[CompiledPolicy],
    values: Mapping[str, Mapping[str, Any]],
    progress: Callable[[str], None],
) -> list[PolicyCount]:
    """The counts of every policy, in the order of the policies; one that errs is unknown.

    What erred beside another policy is judged once more by itself, since the two may have lacked memory only
    together.
    """
    waiting = deque(enumerate(policies))
    engine.prepare(policies)
    engines = [engine, engine.beside()] if len(policies) >= MANY else [engine]
    with ThreadPoolExecutor(len(engines)) as pool:
        parts = pool.map(lambda one: _work_off(one, waiting, values, progress), engines)
        counts = {number: count for part in parts for number, count in part}
    for other in engines[1:]:
        engine.take_over(other)
    return [
        counts[number] or _evaluate_alone(engine, policy, values[policy.id])
        for number, policy in enumerate(policies)
    ]


def _work_off(
    engine: Engine,
    waiting: deque[tuple[int, CompiledPolicy]],
    values: Mapping[str, Mapping[str, Any]],
    progress: Callable[[str], None],
) -> list[Outcome]:
    done: list[Outcome] = []
    while True:
        try:
            number, policy = waiting.popleft()
        except IndexError:
            return done
        progress(policy.id)
        try:
            done.append((number, engine.evaluate(policy, values[policy.id])))
        except PolicyError:
            done.append((number, None))


def _evaluate_alone(engine: Engine, policy: CompiledPolicy, values: Mapping[str, Any]) -> PolicyCount:
    try:
        return engine.evaluate(policy, values)
    except PolicyError as error:
        return engine.note_error(policy, error.what)
