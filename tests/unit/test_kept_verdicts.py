"""What verdicts follow from: nothing of it may change without another digest."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hiscomply import kept_verdicts
from hiscomply.cli.checking import plain_settings
from hiscomply.compiled import CompiledPolicy, GapFlag
from hiscomply.file_check import files_plan
from hiscomply.kept_verdicts import Judging
from hiscomply.model import Text

OTHER: dict[type, Any] = {
    str: "other",
    tuple: ("other",),
    dict: {"setting": timedelta(days=2)},
    Text: Text("other", "other"),
}


@pytest.fixture(scope="module")
def judging() -> Judging:
    """As in a check without a project, of two policies with parameters."""
    settings = replace(plain_settings("en"), only=("sshd_max_auth_tries_limited", "sshd_idle_session_ends"))
    plan = files_plan(settings, ())
    return Judging(plan.pack.digest, plan.policies, plan.values, plan.kinds, ("zone", "8", "17", "tertiary"))


def of(judging: Judging, **changed: Any) -> Judging:
    """The same with something else in one policy."""
    one, *others = judging.policies
    return judging._replace(policies=(replace(one, **changed), *others))


def test_the_same_has_the_same_digest(judging: Judging) -> None:
    assert judging.digest() == judging._replace(policies=list(judging.policies)).digest() is not None


@pytest.mark.parametrize("name", [name for name in CompiledPolicy.__dataclass_fields__ if name != "id"])
def test_each_part_of_a_policy_counts(judging: Judging, name: str) -> None:
    now = getattr(judging.policies[0], name)
    other = not now if isinstance(now, bool) else OTHER[type(now)]
    assert of(judging, **{name: other}).digest() != judging.digest()


def test_so_do_pack_parameters_kinds_and_hours(judging: Judging) -> None:
    first = judging.policies[0].id
    name, kind = next(iter(judging.kinds.items()))
    others = [
        judging._replace(pack="other"),
        judging._replace(policies=judging.policies[:1]),
        judging._replace(policies=judging.policies[::-1]),
        judging._replace(values={**judging.values, first: {**judging.values[first], "p_other": 1}}),
        judging._replace(kinds={**judging.kinds, name: replace(kind, digest="other")}),
        judging._replace(kinds={**judging.kinds, name: replace(kind, fresh=timedelta(days=2))}),
        judging._replace(at=("another zone", *judging.at[1:])),
    ]
    digests = {one.digest() for one in (judging, *others)}
    assert len(digests) == len(others) + 1


@pytest.mark.parametrize(
    "file", ["evaluate/evaluator.py", "evidence/held.py", "sqlite.py", "kept_verdicts.py"]
)
def test_other_code_has_another_digest(
    judging: Judging, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = judging.digest()
    copy = tmp_path / "hiscomply"
    shutil.copytree(Path(kept_verdicts.__file__).parent, copy)
    monkeypatch.setattr(kept_verdicts, "__file__", str(copy / "kept_verdicts.py"))
    assert judging.digest() == before
    with (copy / file).open("a") as stream:
        stream.write("\n")
    assert judging.digest() not in (before, None)


def test_code_that_cannot_be_read_has_none(judging: Judging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_verdicts, "__file__", "/nowhere/kept_verdicts.py")
    assert judging.digest() is None


@pytest.mark.parametrize("library", ["duckdb", "sqlite"])
def test_another_engine_has_another_digest(
    judging: Judging, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = judging.digest()
    if library == "duckdb":
        monkeypatch.setattr("importlib.metadata.version", lambda _name: "other")
    else:
        monkeypatch.setattr(sys.modules["sqlite3"], "sqlite_version", "other")
    assert judging.digest() != before


def test_policies_that_look_at_the_clock_are_not_timeless(judging: Judging) -> None:
    assert judging.is_timeless()
    assert not of(judging, small="").is_timeless()
    kind = judging.policies[0].kinds[0]
    assert not of(judging, fresh={kind: timedelta(minutes=5)}).is_timeless()
    assert of(judging, gaps=(GapFlag("g", kind, may_be_empty=True),)).is_timeless()
