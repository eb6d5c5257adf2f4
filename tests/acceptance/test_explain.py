"""``hiscomply explain`` over a small repository: findings of each kind, and changes that were run before they are named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from hiscomply.cli.main import run

TREE = {
    "etc/ssh/sshd_config": (
        "Port 22\nMaxAuthTries 10\nPermitRootLogin no\nInclude /etc/ssh/sshd_config.d/*.conf\n"
        "Match Group vendors\n    PermitRootLogin yes\n"
    ),
    "etc/ssh/sshd_config.d/10-hospital.conf": "# 医院基线\nX11Forwarding no\n",
    "other/ssh/sshd_config": "Include /srv/elsewhere/*.conf\nPermitRootLogin no\n",
    "his/docker-compose.yml": (
        "services:\n  his:\n    image: registry.example/his:latest\n    privileged: true\n"
        "    environment:\n      DB_PASSWORD: Zhongyi-2019-his\n"
    ),
    "etc/login.defs": "PASS_MAX_DAYS\t9999\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in TREE.items():
        file = tmp_path / "repository" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def digests(tree: Path) -> dict[str, str]:
    files = (file for file in sorted(tree.rglob("*")) if file.is_file())
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["explain", "--lang", "en", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    _, out, _ = explained(capsys, *arguments, "-o", "json=-")
    data: dict[str, object] = json.loads(out)
    return data


def test_a_number_that_is_written(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = digests(tree)
    code, out, _ = explained(capsys, "etc/ssh/sshd_config:2")
    assert code == 1
    assert "> 2 | MaxAuthTries 10\n    | ~~~~~~~~~~~~ ^" in out
    assert "maxauthtries = 10  (written; etc/ssh/sshd_config:2:14)" in out
    assert "assert number between 1 and max_tries" in out
    assert "max_tries = 5" in out and "HISCOMPLY 4.2.3-c2" in out
    assert "-MaxAuthTries 10\n+MaxAuthTries 5" in out
    assert "Verified by running it on a copy: sshd_max_auth_tries_limited passes" in out
    assert digests(tree) == before


def test_a_value_that_holds_for_some_only_in_chinese(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["explain", "--lang", "zh", "etc/ssh/sshd_config:6:sshd_root_login_disabled"])
    out = capsys.readouterr().out
    assert code == 1
    assert "只在部分情形下生效" in out and "[Match Group vendors]" in out
    assert "-    PermitRootLogin yes\n+    PermitRootLogin no" in out
    assert "已验证：在副本上实际运行" in out


def test_a_default_is_written_before_the_first_match_block(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = explained(capsys, "sshd_password_login_disabled@etc/ssh/sshd_config")
    assert code == 1
    assert "passwordauthentication = yes  (the program's default, no file states it" in out
    assert "+passwordauthentication no\n Match Group vendors" in out


def test_a_switch_of_a_container(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = as_json(capsys, "his/docker-compose.yml:4:compose_containers_unprivileged")
    assert data["change"] is not None
    assert "-    privileged: true\n+    privileged: false" in data["change"]["diff"]  # type: ignore[index]


def test_a_line_of_a_file_of_its_own_software(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = as_json(capsys, "etc/login.defs:1:password_max_age_limited")
    diff = data["change"]["diff"]  # type: ignore[index]
    assert "-PASS_MAX_DAYS\t9999" in diff
    assert "+PASS_MAX_DAYS\t90" in diff


def test_what_rests_on_a_missing_include_is_undecided_and_no_change_is_made_up(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = explained(capsys, "sshd_root_login_disabled@other/ssh/sshd_config")
    assert code == 3
    assert "Missing: what it includes, /srv/elsewhere/*.conf, was not read" in out
    assert "No change could be verified" in out
    assert "Remediation: " in out
    assert "Verified" not in out


def test_a_secret_is_covered_everywhere_and_has_no_quick_change(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = explained(capsys, "his/docker-compose.yml:6", "-o", "json=-")
    assert code == 1
    assert "Zhongyi" not in out + err
    assert "DB_PASSWORD: ******" in out and "DB_PASSWORD: ******" in err
    assert json.loads(out)["change"] is None


def test_a_finding_has_many_names(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = (
        "etc/ssh/sshd_config:2:14",
        "./etc/ssh/sshd_config:2",
        "etc/ssh/sshd_config:2:sshd_max_auth_tries_limited",
    )
    found = [as_json(capsys, name)["finding"] for name in names]
    short = found[0]["fingerprint"][:12]  # type: ignore[index]
    assert found == [as_json(capsys, short)["finding"]] * 3


@pytest.mark.parametrize("name", ["etc/ssh/sshd_config:3", "deadbeefdeadbeef", "sshd_root_login_disable@x"])
def test_no_such_finding_is_said_with_those_there_are(
    tree: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, out, err = explained(capsys, name)
    assert code == 2
    assert not out
    assert f"there is no finding {name!r}" in err
    assert "\n  -> " in err


def test_a_name_that_stands_for_several_findings_asks_which(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "etc/ssh/sshd_config").write_text("Port 22\n", encoding="utf-8")
    code, _, err = explained(capsys, "etc/ssh/sshd_config")
    assert code == 2
    assert "stands for" in err
    assert "sshd_password_login_disabled@etc/ssh/sshd_config" in err


def test_a_tree_elsewhere_is_explained_as_well(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree.parent.parent)
    code, out, _ = explained(capsys, f"{tree}/etc/ssh/sshd_config:2", str(tree))
    assert code == 1
    assert "+MaxAuthTries 5" in out


def test_a_number_that_the_institution_set_is_told_with_its_place(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree.parent / "project").mkdir()
    (tree.parent / "project/hiscomply.yaml").write_text(
        "institution: {name: {zh: 医院, en: Hospital}}\n"
        "parameters:\n  sshd_max_auth_tries_limited: {max_tries: 3}\n",
        encoding="utf-8",
    )
    code, out, err = explained(capsys, "etc/ssh/sshd_config:2", "--project", str(tree.parent / "project"))
    assert (code, err) == (1, "")
    assert "max_tries = 3" in out
    assert "hiscomply.yaml:3" in out and "the default is 5" in out
    assert "+MaxAuthTries 3" in out


def test_a_finding_of_a_sealed_run_is_explained_and_tried_on_the_files_of_now(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "hiscomply.yaml").write_text(
        "institution: {name: {zh: 医院, en: Hospital}}\n"
        "collect:\n  - {collector: files, name: configuration, path: [etc]}\n",
        encoding="utf-8",
    )
    assert run(["audit", str(tree), "--no-previous"]) in (1, 3)
    capsys.readouterr()
    (sealed,) = [one for one in (tree / ".hiscomply/runs").iterdir() if not one.name.startswith(".")]
    before = digests(sealed)
    code, out, err = explained(capsys, "etc/ssh/sshd_config:2", "etc", "--run", str(sealed))
    assert (code, err) == (1, "")
    assert "+MaxAuthTries 5" in out
    (tree / "etc/ssh/sshd_config").write_text("MaxAuthTries 3\n", encoding="utf-8")
    code, out, _ = explained(capsys, "etc/ssh/sshd_config:2", "etc", "--run", str(sealed))
    assert code == 1
    assert "the file is not what it was then" in out
    assert "the finding is gone" in out
    assert digests(sealed) == before


def test_a_link_into_the_tree_is_never_written_through(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = tree / "copy/ssh/sshd_config"
    link.parent.mkdir(parents=True)
    link.symlink_to(tree / "etc/ssh/sshd_config")
    (tree / "copy/ssh/outside.conf").symlink_to("/etc/hostname")
    before = digests(tree)
    code, out, _ = explained(capsys, "copy/ssh/sshd_config:2")
    assert code == 1
    assert "the file is a link" in out
    code, out, _ = explained(capsys, "etc/ssh/sshd_config:2")
    assert "+MaxAuthTries 5" in out
    assert digests(tree) == before


def test_a_file_for_the_json_that_cannot_be_written_is_told(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = explained(capsys, "etc/ssh/sshd_config:2", "-o", "json=no/such/folder.json")
    assert code == 2
    assert "no/such/folder.json: the explanation cannot be written" in err
