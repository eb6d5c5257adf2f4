"""A small policy with cases in a folder, and what becomes of its mutants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from policy_maker import PolicyMaker

from hiscomply.policy.document import PolicyDocument
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import read_cases
from hiscomply.policy_mutants.compiling import compile_mutants, compile_original
from hiscomply.policy_mutants.fields import given_fields
from hiscomply.policy_mutants.generate import mutants, original
from hiscomply.policy_mutants.model import Fate, Outcome
from hiscomply.policy_mutants.running import Runner
from hiscomply.yaml_source import load_yaml, validate

AS_OF = "2026-06-30T08:00:00+08:00"


def case(given: Mapping[str, Any], expect: Mapping[str, str], **rest: Any) -> dict[str, Any]:
    """One case; its name says what it gives."""
    return {"name": str(given), "given": dict(given), "expect": dict(expect), **rest}


class Bench:
    """Policies of a folder of their own, their cases and mutants."""

    def __init__(self, folder: Path) -> None:
        self.maker = PolicyMaker(folder)
        self.runner = Runner(self.maker.kinds)

    def write(
        self,
        check: Mapping[str, Any],
        cases: Sequence[Mapping[str, Any]],
        parameters: Mapping[str, Any] | None = None,
        **rest: Any,
    ) -> Path:
        """The policy's file, with ``cases.yaml`` beside it."""
        file = self.maker.write(check, parameters, **rest)
        document = {"as_of": AS_OF, "cases": list(cases)}
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
        file.with_name("cases.yaml").write_text(text, encoding="utf-8")
        return file

    def outcomes(self, file: Path) -> tuple[Outcome, ...]:
        """What became of each mutant."""
        [policy] = load_pack([file], self.maker.kinds, use_cache=False).policies
        return self.runner.outcomes(policy)

    def ids(self, file: Path, *, different: bool = False) -> list[str]:
        """Every mutant, or those only that ask for something else than the policy and each other."""
        kinds = self.maker.kinds
        [policy] = load_pack([file], kinds, use_cache=False).policies
        cases = read_cases(policy, kinds).document
        source = load_yaml(file)
        whole = original(validate(PolicyDocument, source, ValueError), source, kinds)  # type: ignore[arg-type]
        profiles = frozenset(one.profile for one in cases.cases)
        made = list(mutants(whole, kinds, given_fields(cases), profiles))
        if not different:
            return [one.id for one in made]
        base = compile_original(whole, kinds)
        return [one.mutant.id for one in compile_mutants(made, whole, base, kinds, profiles) if one.policy]


def by_fate(outcomes: Sequence[Outcome], fate: Fate) -> list[str]:
    """Ids of the mutants that met a fate."""
    return [one.id for one in outcomes if one.fate is fate]
