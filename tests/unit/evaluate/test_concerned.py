"""Whether there is anything that a policy is about is asked once for all policies that ask the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.evaluate.test_deferred import evaluate

from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.engine import Engine
from hiscomply.model import PolicyCount

NAMES = ("first", "second", "third")


def test_the_answer_is_kept_for_the_next_policy_and_forgotten_with_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    judge = Engine.evaluate

    def noted(self: Engine, policy: CompiledPolicy, values: dict[str, object]) -> PolicyCount:
        count = judge(self, policy, values)
        if policy.id == NAMES[2]:
            self.set_table(self._tables["account"])
        kept.append(len(self._concerned))
        return count

    monkeypatch.setattr(Engine, "evaluate", noted)
    found = evaluate(tmp_path, dict.fromkeys(NAMES, ""))
    assert [one.passed for one in found.counts] == [1001, 1002, 1003]
    assert kept == [1, 1, 0]


def test_another_moment_is_another_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    judge = Engine.evaluate

    def noted(self: Engine, policy: CompiledPolicy, values: dict[str, object]) -> PolicyCount:
        count = judge(self, replace(policy, fresh={"account": self._fresh(policy, "account") * 2}), values)
        judge(self, policy, values)
        kept.append(len(self._concerned))
        return count

    monkeypatch.setattr(Engine, "evaluate", noted)
    evaluate(tmp_path, {"first": ""})
    assert kept == [2]
