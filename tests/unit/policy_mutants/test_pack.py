"""The shipped policies as mutants see them are the shipped policies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hiscomply.errors import PolicyError
from hiscomply.paths import policies_dir
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.compile import compile_policy
from hiscomply.policy.document import PolicyDocument
from hiscomply.policy.pack import policy_files
from hiscomply.policy_mutants.compiling import compile_original
from hiscomply.policy_mutants.generate import Original, original
from hiscomply.policy_mutants.wording import text_of
from hiscomply.yaml_source import load_yaml, validate

KINDS = evidence_kinds()


def _written_again(whole: Original) -> PolicyDocument:
    """The policy with each condition as ``text_of`` writes it."""
    plain: dict[str, Any] = whole.document.model_dump(by_alias=True)
    for path, tree in whole.trees.items():
        owner: Any = plain
        for part in path[:-1]:
            owner = owner[part]
        owner[path[-1]] = text_of(tree)
    return PolicyDocument.model_validate(plain)


@pytest.mark.parametrize("file", policy_files([policies_dir()]), ids=lambda file: file.parent.name)
def test_its_conditions_written_again_are_the_same_query(file: Path) -> None:
    yaml = load_yaml(file, error_type=PolicyError)
    whole = original(validate(PolicyDocument, yaml, PolicyError), yaml, KINDS)
    parsed = compile_original(whole, KINDS)
    as_written = compile_policy(whole.document, yaml, KINDS, "", {})
    assert (parsed.judged, parsed.output, parsed.gaps) == (
        as_written.judged,
        as_written.output,
        as_written.gaps,
    )
    if whole.document.check.sql is None:
        again = compile_policy(_written_again(whole), yaml, KINDS, "", {})
        assert (again.judged, again.output, again.gaps) == (parsed.judged, parsed.output, parsed.gaps)
