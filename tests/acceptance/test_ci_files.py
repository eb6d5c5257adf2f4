"""The files for CI servers are read as their servers read them, and their scripts are run."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from tests.acceptance.checked_tree import BAD_SSHD, GOOD_SSHD, SSHD, Tree, pack_cache, tree

from hiscomply.cli.main import run

__all__ = ["pack_cache", "tree"]

ROOT = Path(__file__).parents[2]
OURS = {
    "github": [".github/workflows/hiscomply.yml"],
    "gitlab": [".gitlab/hiscomply.gitlab-ci.yml", ".gitlab-ci.yml"],
    "jenkins": ["Jenkinsfile"],
    "pre-commit": [".pre-commit-config.yaml"],
}


def init(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["init", *arguments])
    return code, out.getvalue(), err.getvalue()


def commit(tree: Tree) -> None:
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        author = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *author, *command], cwd=tree.folder, check=True, capture_output=True)


def bash(script: str, tree: Tree, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The script as a runner starts it, with this hiscomply in its PATH."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=tree.folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("server", OURS)
def test_each_server_gets_its_files_and_no_project(server: str, tree: Tree) -> None:
    code, _, _ = init("--ci", server)
    assert code == 0
    found = [one.relative_to(tree.folder).as_posix() for one in tree.folder.rglob("*") if one.is_file()]
    assert sorted(found) == sorted(OURS[server])


@pytest.mark.parametrize("server", OURS)
def test_nothing_that_was_there_is_overwritten(server: str, tree: Tree) -> None:
    for name in OURS[server]:
        tree.write(name, "mine\n")
    code, out, err = init("--ci", server)
    assert {name: (tree.folder / name).read_text() for name in OURS[server]} == dict.fromkeys(
        OURS[server], "mine\n"
    )
    assert code == (2 if server in ("github", "gitlab") else 0)
    assert ("nothing was written" in err) if code else ("add this by hand" in out)


def test_an_error_in_one_file_writes_none(tree: Tree) -> None:
    tree.write(".gitlab/hiscomply.gitlab-ci.yml", "mine\n")
    assert init("--ci", "github", "--ci", "gitlab")[0] == 2
    assert not (tree.folder / ".github").exists()


def test_twice_changes_nothing(tree: Tree) -> None:
    init("--ci", "gitlab")
    code, out, _ = init("--ci", "gitlab")
    assert (code, out.count("there already")) == (0, 2)


def test_what_is_written_passes_the_check_itself(tree: Tree) -> None:
    init(*(part for server in OURS for part in ("--ci", server)))
    assert tree.check().code == 0


def runner(tmp_path: Path, **more: str) -> dict[str, str]:
    names = ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")
    return {"RUNNER_TEMP": str(tmp_path), **{name: str(tmp_path / name) for name in names}, **more}


def assert_github_saw(tmp_path: Path, ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode == 1, ended.stderr
    assert f"::error file={SSHD},line=1,col=17,title=sshd_root_login_disabled::" in ended.stdout
    assert "sshd_root_login_disabled" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    (run_,) = json.loads((tmp_path / "hiscomply.sarif").read_text(encoding="utf-8"))["runs"]
    alerts = [one["ruleId"] for one in run_["results"] if one["kind"] == "fail"]
    assert alerts == ["sshd_root_login_disabled"]


@pytest.mark.parametrize("since", ["", "HEAD"])
def test_the_github_workflow_annotates_summarises_and_fails(since: str, tree: Tree, tmp_path: Path) -> None:
    init("--ci", "github")
    commit(tree)
    tree.write(SSHD, BAD_SSHD)
    steps = load(tree.folder / ".github/workflows/hiscomply.yml")["jobs"]["check"]["steps"]
    (script,) = [one["run"] for one in steps if one.get("name") == "check"]
    assert_github_saw(tmp_path, bash(script, tree, runner(tmp_path, SINCE=since)))


def test_the_github_workflow_is_quiet_about_what_the_branch_did_not_change(
    tree: Tree, tmp_path: Path
) -> None:
    init("--ci", "github")
    tree.write(SSHD, BAD_SSHD)
    commit(tree)
    steps = load(tree.folder / ".github/workflows/hiscomply.yml")["jobs"]["check"]["steps"]
    (script,) = [one["run"] for one in steps if one.get("name") == "check"]
    ended = bash(script, tree, runner(tmp_path, SINCE="HEAD"))
    assert (ended.returncode, "::error" in ended.stdout) == (0, False)


def test_the_action_does_the_same(tree: Tree, tmp_path: Path) -> None:
    action = load(ROOT / "action.yml")
    step = next(one for one in action["runs"]["steps"] if one.get("id") == "check")
    given = {
        name: action["inputs"][value[len("${{ inputs.") : -len(" }}")]]["default"]
        for name, value in step["env"].items()
    }
    tree.write(SSHD, BAD_SSHD)
    assert_github_saw(tmp_path, bash(step["run"], tree, runner(tmp_path, **given)))
    assert "exit-code=1" in (tmp_path / "GITHUB_OUTPUT").read_text(encoding="utf-8")


def test_no_script_of_the_action_or_workflow_pastes_a_value_into_the_shell() -> None:
    texts = [ROOT / "action.yml", ROOT / "src/hiscomply/cli/templates/ci/github.yml"]
    for path in texts:
        document = load(path)
        steps = document["runs"]["steps"] if "runs" in document else document["jobs"]["check"]["steps"]
        assert [one["run"] for one in steps if "${{" in one.get("run", "")] == []


def test_the_gitlab_job_writes_the_reports_that_it_hands_over(tree: Tree) -> None:
    init("--ci", "gitlab")
    tree.write(SSHD, BAD_SSHD)
    job = load(tree.folder / ".gitlab/hiscomply.gitlab-ci.yml")["compliance"]
    ended = bash(job["script"][1], tree, {})
    assert ended.returncode == 1, ended.stderr
    reports = {name: tree.folder / path for name, path in job["artifacts"]["reports"].items()}
    (issue,) = json.loads(reports["codequality"].read_text(encoding="utf-8"))
    assert (issue["check_name"], issue["location"]) == (
        "sshd_root_login_disabled",
        {"path": SSHD, "lines": {"begin": 1}},
    )
    (found,) = json.loads(reports["sast"].read_text(encoding="utf-8"))["vulnerabilities"]
    assert (found["severity"], found["location"]) == ("High", {"file": SSHD, "start_line": 1})
    assert "sshd_root_login_disabled" in {
        case.get("name")
        for case in ElementTree.parse(reports["junit"]).iter("testcase")
        if case.find("failure") is not None
    }


def test_the_template_for_gitlab_is_the_one_that_init_writes() -> None:
    ours = ROOT / "src/hiscomply/cli/templates/ci/hiscomply.gitlab-ci.yml"
    assert (ROOT / "templates/hiscomply.gitlab-ci.yml").read_text() == ours.read_text()


@pytest.mark.parametrize("hook", load(ROOT / ".pre-commit-hooks.yaml"), ids=lambda one: one["id"])
def test_the_hooks_stop_a_bad_commit(hook: dict[str, Any], tree: Tree) -> None:
    tree.write(SSHD, GOOD_SSHD)
    commit(tree)
    assert bash(hook["entry"], tree, {}).returncode == 0
    tree.write(SSHD, BAD_SSHD)
    assert bash(hook["entry"], tree, {}).returncode == 1


def test_the_local_hook_is_the_same_command() -> None:
    (repository,) = load(ROOT / "src/hiscomply/cli/templates/ci/pre-commit-config.yaml")["repos"]
    entries = [one["entry"] for one in load(ROOT / ".pre-commit-hooks.yaml")]
    assert [one["entry"] for one in repository["hooks"]] == entries[:1]
