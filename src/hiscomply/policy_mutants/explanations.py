"""``mutants.yaml``: mutants that no evidence can tell from the policy, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import ConfigDict, RootModel

from hiscomply.errors import HiscomplyError, PolicyError, nearest
from hiscomply.model import Text
from hiscomply.policy.document import BilingualText
from hiscomply.policy_mutants.model import Fate, Outcome
from hiscomply.yaml_source import load_yaml, validate


class MutantsDocument(RootModel[dict[str, BilingualText]]):
    """For the id of a mutant, why it is equivalent to the policy."""

    model_config = ConfigDict(frozen=True)


def explain(
    policy_file: Path, outcomes: tuple[Outcome, ...]
) -> tuple[tuple[Outcome, ...], list[HiscomplyError]]:
    """The outcomes with explained survivors, and every explanation that explains nothing.

    Raises:
        PolicyError, Problems: ``mutants.yaml`` is malformed, with the place.
    """
    file = policy_file.with_name("mutants.yaml")
    if not file.exists():
        return outcomes, []
    yaml = load_yaml(file, error_type=PolicyError)
    reasons: Mapping[str, BilingualText] = validate(MutantsDocument, yaml, PolicyError).root
    by_id = {one.id: one for one in outcomes}
    problems: list[HiscomplyError] = []
    for name in reasons:
        found = by_id.get(name)
        if found is None:
            what, hint = f"there is no mutant {name!r} / 没有该变异体", nearest(name, by_id)
        elif found.fate is Fate.KILLED:
            what = f"{name!r} is told from the policy by the case {found.by!r} / 该变异体已被用例识别"
            hint = "remove the explanation / 请删除该说明"
        elif found.fate is Fate.INVALID:
            what, hint = (
                f"{name!r} is no policy at all / 该变异体无法编译",
                "remove the explanation / 请删除该说明",
            )
        else:
            continue
        problems.append(PolicyError(what, place=yaml.key_place((name,)), hint=hint))
    explained = tuple(
        replace(one, fate=Fate.EXPLAINED, reason=Text(zh=reasons[one.id].zh, en=reasons[one.id].en))
        if one.id in reasons and one.fate is Fate.SURVIVED
        else one
        for one in outcomes
    )
    return explained, problems
