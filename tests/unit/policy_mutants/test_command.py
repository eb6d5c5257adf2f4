"""``policy mutate``: exit codes, both languages, files, processes and what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hiscomply.cli.main import run
from hiscomply.policy_mutants import pool

_POLICY = """\
id: uptime_checked
clauses: ["4.3.2"]
title: {zh: 某, en: some}
severity: high
check:
  each: account
  assert: enabled and privileged
message: {zh: 某, en: some}
remediation: {zh: 某, en: some}
"""
_CASES = """\
as_of: 2026-06-30T08:00:00+08:00
defaults: {account: {system_id: HIS}}
cases:
  - name: both
    given: {account: [{login: a, enabled: true, privileged: true}]}
    expect: {HIS/a: pass}
  - name: not privileged
    given: {account: [{login: a, enabled: true, privileged: false}]}
    expect: {HIS/a: fail}
"""
_DISABLED = """\
  - name: not enabled
    given: {account: [{login: a, enabled: false, privileged: true}]}
    expect: {HIS/a: fail}
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pack" / "4.3" / "uptime_checked"
    made.mkdir(parents=True)
    (made / "policy.yaml").write_text(_POLICY, encoding="utf-8")
    (made / "cases.yaml").write_text(_CASES, encoding="utf-8")
    return made


def _mutate(folder: Path, *flags: str) -> int:
    return run(["--lang", "en", "policy", "mutate", str(folder), "--jobs", "1", *flags])


def test_survivors_are_named_with_their_place_and_give_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _mutate(folder) == 1
    said = capsys.readouterr().out
    assert (
        f"{folder / 'policy.yaml'}:7:11: assert: drop enabled\n  `enabled` is left out\n  -> no case needs"
        in said
    )
    assert _mutate(folder, "--lang", "zh") == 1
    assert "没有用例需要 `enabled`" in capsys.readouterr().out


def test_all_killed_gives_0(folder: Path, tmp_path: Path) -> None:
    (folder / "cases.yaml").write_text(_CASES + _DISABLED, encoding="utf-8")
    files = ("--json", str(tmp_path / "found.json"), "--markdown", str(tmp_path / "page.md"))
    survivors = _survivors(folder, tmp_path)
    explained = "".join(f'"{one}": {{zh: "理由", en: "a reason"}}\n' for one in survivors)
    (folder / "mutants.yaml").write_text(explained or "{}", encoding="utf-8")
    assert _mutate(folder, *files) == 0
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found["totals"]["survived"] == 0
    assert found["totals"]["mutants"] == len(found["policies"][0]["outcomes"]) - found["totals"]["invalid"]
    assert "| 4.3 | [`uptime_checked`]" in (tmp_path / "page.md").read_text(encoding="utf-8")


def _survivors(folder: Path, tmp_path: Path) -> list[str]:
    _mutate(folder, "--json", str(tmp_path / "first.json"))
    found = json.loads((tmp_path / "first.json").read_text(encoding="utf-8"))
    return [one["id"] for one in found["policies"][0]["outcomes"] if one["fate"] == "survived"]


def test_an_idle_explanation_gives_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mutants.yaml").write_text('"no such": {zh: "某", en: "some"}\n', encoding="utf-8")
    assert _mutate(folder) == 2
    assert f"{folder / 'mutants.yaml'}:1:1: there is no mutant 'no such'" in capsys.readouterr().err


@pytest.mark.parametrize("change", [("pass", "fail"), ("as_of", "as_off"), ("login: a", "logn: a")])
def test_wrong_cases_give_2(folder: Path, change: tuple[str, str]) -> None:
    (folder / "cases.yaml").write_text(_CASES.replace(*change), encoding="utf-8")
    assert _mutate(folder) == 2


def test_no_cases_and_no_policy_give_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "cases.yaml").unlink()
    assert _mutate(folder) == 2
    assert "has no cases.yaml" in capsys.readouterr().err
    assert _mutate(folder / "nowhere") == 2


def test_unchanged_policies_are_not_run_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _mutate(folder) == 1
    first = capsys.readouterr().out
    runs: list[str] = []
    real = pool.Runner.outcomes
    monkeypatch.setattr(pool.Runner, "outcomes", lambda self, one: runs.append(one.id) or real(self, one))
    assert _mutate(folder) == 1
    assert (runs, capsys.readouterr().out) == ([], first)
    assert _mutate(folder, "--no-cache") == 1
    (folder / "cases.yaml").write_text(_CASES + _DISABLED, encoding="utf-8")
    _mutate(folder)
    assert runs == ["uptime_checked"] * 2


def test_processes_find_what_one_finds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("b", "c"):
        other = folder.parent / name
        other.mkdir()
        (other / "policy.yaml").write_text(_POLICY.replace("uptime_checked", name), encoding="utf-8")
        (other / "cases.yaml").write_text(_CASES, encoding="utf-8")
    assert _mutate(folder.parent, "--no-cache") == 1
    alone = capsys.readouterr().out
    assert run(["--lang", "en", "policy", "mutate", str(folder.parent), "--jobs", "2", "--no-cache"]) == 1
    assert capsys.readouterr().out == alone
