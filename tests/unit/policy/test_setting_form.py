"""The form ``setting``: what passes, what fails, what is unknown, and errors with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiscomply.errors import HiscomplyError
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import run_cases

POLICY = """id: banner_shown
clauses: ["4.2.3"]
title: {{zh: 有提示, en: Banner}}
severity: low
check:
{check}
message: {{zh: "{{id}} {{written}} {{origin}}", en: "{{id}} {{written}} {{origin}}"}}
remediation: {{zh: 改, en: change}}
"""
CHECK = "  setting: {software: [sshd, dropbear], key: [banner, motd]}\n  assert: value = 'yes'"


def load(folder: Path, check: str, cases: str = ""):  # type: ignore[no-untyped-def]
    home = folder / "4.2" / "banner_shown"
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text(POLICY.format(check=check), encoding="utf-8")
    (home / "cases.yaml").write_text(cases, encoding="utf-8")
    (policy,) = load_pack([folder], evidence_kinds()).policies
    return policy


def verdicts(folder: Path, check: str, given: str) -> dict[str, str]:
    cases = (
        "as_of: 2026-06-30T08:00:00+08:00\n"
        "defaults:\n  effective_setting: {occurrence: 1, is_certain: true, key: banner}\n"
        f"cases:\n  - name: one\n    given:\n{given}\n    expect: {{}}\n"
    )
    (result,) = run_cases(load(folder, check, cases), evidence_kinds())
    return dict(result.actual)


def test_every_verdict(tmp_path: Path) -> None:
    given = """
      configuration:
        - {id: good, software: sshd, settings: 2}
        - {id: other_key, software: dropbear, settings: 2}
        - {id: second_bad, software: sshd, settings: 2}
        - {id: none, software: sshd, settings: 1}
        - {id: missing, software: sshd}
        - {id: missing_bad, software: sshd}
        - {id: unsure, software: sshd}
        - {id: no_value, software: sshd, settings: 1}
        - {id: elsewhere, software: nginx, settings: 1}
        - {id: nameless, settings: 1}
      effective_setting:
        - {configuration: good, value: 'yes'}
        - {configuration: good, key: port, value: '22'}
        - {configuration: other_key, value: 'yes'}
        - {configuration: other_key, key: motd, value: 'no'}
        - {configuration: second_bad, value: 'yes'}
        - {configuration: second_bad, occurrence: 2, value: 'no', origin: conditional}
        - {configuration: none, key: port, value: '22'}
        - {configuration: missing, value: 'yes'}
        - {configuration: missing_bad, value: 'no'}
        - {configuration: unsure, value: 'no', without: [is_certain]}
        - {configuration: no_value}
        - {configuration: elsewhere, value: 'no'}
        - {configuration: nameless, value: 'yes'}"""
    assert verdicts(tmp_path, CHECK, given) == {
        "good": "pass",
        "other_key": "fail",
        "second_bad": "fail",
        "none": "unknown",
        "missing": "unknown",
        "missing_bad": "fail",
        "unsure": "unknown",
        "no_value": "unknown",
        "elsewhere": "not_applicable",
        "nameless": "unknown",
    }


def test_an_optional_key_may_be_absent_only_where_all_was_read(tmp_path: Path) -> None:
    given = """
      configuration: [{id: none, software: sshd, settings: 0}, {id: missing, software: sshd}]
      effective_setting: []"""
    check = "  setting: {software: sshd, key: banner, optional: true}\n  assert: value = 'yes'"
    assert verdicts(tmp_path, check, given) == {"none": "pass", "missing": "unknown"}


def test_where_is_over_the_configuration(tmp_path: Path) -> None:
    given = """
      configuration:
        - {id: new, software: sshd, version: '9', settings: 1}
        - {id: old, software: sshd, version: '7', settings: 1}
        - {id: which, software: sshd, settings: 1}
      effective_setting:
        - {configuration: new, value: 'no'}
        - {configuration: old, value: 'no'}
        - {configuration: which, value: 'no'}"""
    check = "  setting: {software: sshd, key: banner}\n  where: version = '9'\n  assert: value = 'yes'"
    assert verdicts(tmp_path, check, given) == {"new": "fail", "old": "not_applicable", "which": "unknown"}


@pytest.mark.parametrize(
    ("check", "place", "said"),
    [
        (
            "  setting: {software: sshd, key: banner}\n  each: account\n  assert: value = 'a'",
            7,
            "each does not go",
        ),
        ("  setting: {software: sshd, key: banner}", 6, "needs assert"),
        ("  setting: {software: sshd, key: banner}\n  assert: value = 'a' and valu = 'b'", 7, "valu"),
        ("  setting: {software: sshd, key: banner}\n  where: value = 'a'\n  assert: value = 'a'", 7, "value"),
        ("  setting: {software: sshd, key: []}\n  assert: value = 'a'", 6, "key"),
        ("  setting: {software: sshd}\n  assert: value = 'a'", 6, "key"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, check: str, place: int, said: str) -> None:
    with pytest.raises(HiscomplyError) as caught:
        load(tmp_path, check)
    text = str(caught.value)
    assert said in text
    assert f"policy.yaml:{place}" in text


def test_the_finding_says_what_was_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hiscomply.cli.main import run

    monkeypatch.chdir(tmp_path)
    (tmp_path / "sshd_config").write_text("PermitRootLogin no\nInclude /srv/more.conf\n", encoding="utf-8")
    for language, said in (
        ("en", "not read: what it includes, /srv/more.conf"),
        ("zh", "没有读到：引用的 /srv/more.conf"),
    ):
        output = tmp_path / f"{language}.sarif"
        flags = ["--lang", language, "check", "sshd_config", "--policy", "sshd_root_login_disabled"]
        assert run([*flags, "-o", f"sarif={output}"]) == 3
        assert said in output.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "verdict"), [("{}", "unknown"), ("{config_file: [{path: README}]}", "not_applicable")]
)
def test_nothing_to_judge_is_known_only_where_files_were_read(
    tmp_path: Path, given: str, verdict: str
) -> None:
    cases = f"as_of: 2026-06-30T08:00:00+08:00\ncases:\n  - name: one\n    given: {given}\n    expect: {{}}\n"
    (result,) = run_cases(load(tmp_path, CHECK, cases), evidence_kinds())
    assert dict(result.actual) == {"*": verdict}
