"""A field that the source did not give never makes a shipped policy pass, nor turns a failure into a pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import PolicyError
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.kinds import Kind
from hiscomply.plugins import evidence_kinds, pack_folders
from hiscomply.policy.document import CasesDocument
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import Cases, run_case
from hiscomply.yaml_source import load_yaml, validate

Field = tuple[str, str]


@cache
def kinds() -> dict[str, Kind]:
    return evidence_kinds()


@cache
def engine(as_of: datetime, zone: str) -> Engine:
    """Starting one costs more than judging a case."""
    return Engine(kinds(), Moment(as_of, zone))


@cache
def policies() -> dict[str, CompiledPolicy]:
    return {policy.id: policy for policy in load_pack(pack_folders(), kinds()).policies}


def read_fields(policy: CompiledPolicy) -> list[Field]:
    """The fields beside the natural keys that the compiled query reads, by kind."""
    words = set(re.findall(r"[a-z_][a-z0-9_]*", policy.judged))
    return [
        (kind, field)
        for kind in policy.kinds
        for field in kinds()[kind].fields
        if field in words and field not in kinds()[kind].key
    ]


class Situation:
    """One case of a policy, from which fields can be taken away."""

    def __init__(self, policy: CompiledPolicy, verdict: str) -> None:
        self.policy = policy
        self.yaml = load_yaml(Path(policy.file).with_name("cases.yaml"), error_type=PolicyError)
        self.document = validate(CasesDocument, self.yaml, PolicyError)
        numbers = [
            number
            for number, case in enumerate(self.document.cases)
            if verdict in case.expect.values() and not case.collections
        ]
        self.number = numbers[0] if numbers else -1
        self.as_of = datetime.fromisoformat(self.document.as_of).astimezone(UTC)

    def given_fields(self) -> set[Field]:
        """The fields that some row of the case has."""
        case = self.document.cases[self.number]
        rows = [(kind, row) for kind, rows in case.given.items() for row in rows]
        rows += [(kind, self.document.defaults.get(kind, {})) for kind in case.given]
        return {(kind, field) for kind, row in rows for field in row}

    def verdicts(self, without: frozenset[Field]) -> Mapping[str, str]:
        """Verdicts by subject when no row has those fields."""

        def thin(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in row.items() if (kind, name) not in without}

        case = self.document.cases[self.number]
        given = {kind: [thin(kind, row) for row in rows] for kind, rows in case.given.items()}
        defaults = {kind: thin(kind, row) for kind, row in self.document.defaults.items()}
        thinned = case.model_copy(update={"given": given})
        document = self.document.model_copy(update={"defaults": defaults, "cases": [thinned]})
        cases = Cases.of(document, self.yaml, kinds())
        result = run_case(self.policy, engine(self.as_of, self.document.zone), cases, 0)
        return result.actual


def flips(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Subjects that pass although they did not before the field was taken away."""
    for subject, verdict in after.items():
        if verdict == "pass" and before.get(subject, "unknown") != "pass":
            yield f"{subject}: {before.get(subject)} -> pass"


def of_more_than_keys() -> list[str]:
    """The policies that read more than natural keys; to the others it is all that a record exists."""
    return sorted(name for name, policy in policies().items() if read_fields(policy))


def failing_with_whole_collections() -> list[str]:
    """The policies of which some case fails although every collection is whole."""
    return sorted(name for name, policy in policies().items() if Situation(policy, "fail").number >= 0)


def test_few_policies_are_left_out_here() -> None:
    assert len(of_more_than_keys()) > 0.98 * len(policies())
    assert len(failing_with_whole_collections()) > 0.98 * len(policies())


@pytest.mark.parametrize("policy_id", of_more_than_keys())
def test_a_policy_passes_nothing_when_no_field_that_it_reads_is_known(policy_id: str) -> None:
    policy = policies()[policy_id]
    fields = read_fields(policy)
    situation = Situation(policy, "pass")
    assert situation.number >= 0, "no passing case with whole collections"
    assert "pass" not in situation.verdicts(frozenset(fields)).values()


@pytest.mark.parametrize("policy_id", failing_with_whole_collections())
def test_a_failure_does_not_become_a_pass_when_a_field_is_not_known(policy_id: str) -> None:
    policy = policies()[policy_id]
    situation = Situation(policy, "fail")
    before = situation.document.cases[situation.number].expect
    wrong = {
        f"without {kind}.{field}: {flip}"
        for kind, field in situation.given_fields().intersection(read_fields(policy))
        for flip in flips(before, situation.verdicts(frozenset({(kind, field)})))
    }
    assert set() == wrong
