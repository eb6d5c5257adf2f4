"""An explanation stands for a mutant that lives; any other is an error with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiscomply.errors import HiscomplyError, Problems
from hiscomply.model import Text
from hiscomply.policy_mutants.explanations import explain
from hiscomply.policy_mutants.model import Fate, Outcome

_TEXT = Text("某", "some")
_OUTCOMES = (
    Outcome("assert: > -> >=", "p:1:1", _TEXT, _TEXT, Fate.SURVIVED),
    Outcome("assert: drop flag", "p:1:1", _TEXT, _TEXT, Fate.KILLED, "a case"),
    Outcome("assert: - -> +", "p:1:1", _TEXT, _TEXT, Fate.INVALID, "no meaning"),
)


def _explain(folder: Path, text: str) -> tuple[tuple[Outcome, ...], list[HiscomplyError]]:
    (folder / "mutants.yaml").write_text(text, encoding="utf-8")
    return explain(folder / "policy.yaml", _OUTCOMES)


def test_without_a_file_nothing_is_explained(tmp_path: Path) -> None:
    assert explain(tmp_path / "policy.yaml", _OUTCOMES) == (_OUTCOMES, [])


def test_a_survivor_is_explained(tmp_path: Path) -> None:
    found, problems = _explain(tmp_path, '"assert: > -> >=": {zh: "相同", en: "the same"}\n')
    assert problems == []
    assert (found[0].fate, found[0].reason) == (Fate.EXPLAINED, Text("相同", "the same"))
    assert found[1:] == _OUTCOMES[1:]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("assert: > -> =>", "there is no mutant"),
        ("assert: drop flag", "by the case 'a case'"),
        ("assert: - -> +", "no policy at all"),
    ],
)
def test_an_explanation_that_explains_nothing_is_an_error(tmp_path: Path, name: str, said: str) -> None:
    found, problems = _explain(tmp_path, f'# why\n"{name}": {{zh: "相同", en: "the same"}}\n')
    assert found == _OUTCOMES
    assert [str(one.place) for one in problems] == [f"{tmp_path / 'mutants.yaml'}:2:1"]
    assert said in problems[0].what


@pytest.mark.parametrize("text", ['"a": {zh: "x"}\n', '"a": "x"\n', "- a\n"])
def test_a_malformed_file_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises((HiscomplyError, Problems)):
        _explain(tmp_path, text)
