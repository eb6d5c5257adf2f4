"""Two policies at a time give what one at a time gives; what errs beside another is tried once alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.unit.evaluate.test_deferred import ROWS, evaluate, rows

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import PolicyError
from hiscomply.evaluate import side_by_side
from hiscomply.evaluate.engine import Engine
from hiscomply.model import PolicyCount

NAMES = tuple(f"policy_{number:02}" for number in range(12))


def judged(folder: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> tuple[list[Any], list[Any]]:
    monkeypatch.setattr(side_by_side, "MANY", many)
    found = evaluate(folder, dict.fromkeys(NAMES, ""))
    return [(one.policy_id, one.passed, one.failed) for one in found.counts], rows(found)


def test_two_at_a_time_find_what_one_at_a_time_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = judged(tmp_path, monkeypatch, many=10**9)
    together = judged(tmp_path, monkeypatch, many=2)
    assert together == alone
    assert alone[0] == [(name, 1001 + n, ROWS - 1001 - n) for n, name in enumerate(NAMES)]


def test_a_policy_that_errs_beside_another_is_judged_alone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    judge = Engine.evaluate

    def lacks_memory_once(self: Engine, policy: CompiledPolicy, values: Mapping[str, Any]) -> PolicyCount:
        tried.append(policy.id)
        if tried.count("policy_03") == 1 and policy.id == "policy_03":
            raise PolicyError("out of memory")
        return judge(self, policy, values)

    monkeypatch.setattr(Engine, "evaluate", lacks_memory_once)
    counts, _ = judged(tmp_path, monkeypatch, many=2)
    assert counts[3] == ("policy_03", 1004, ROWS - 1004)
    assert tried.count("policy_03") == 2


def test_a_policy_that_errs_each_time_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "MANY", 2)
    broken = "values: {big: uid * 9223372036854775807}"
    found = evaluate(tmp_path, {"broken": broken} | dict.fromkeys(NAMES, ""))
    assert [(one.policy_id, one.unknown) for one in found.counts if one.unknown] == [("broken", 1)]
