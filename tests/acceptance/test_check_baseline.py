"""Only what is new is reported and counted, against an earlier report, run or revision."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest
from tests.acceptance.checked_tree import BAD_SSHD, GOOD_SSHD, SSHD, Tree, in_days, pack_cache, tree

from hiscomply.cli.main import run
from hiscomply.run_folder import sealed_runs

__all__ = ["pack_cache", "tree"]

ROOT = "sshd_root_login_disabled"
COMPOSE = "services:\n  db:\n    image: postgres\n  web:\n    image: postgres\n"
PINNED = "compose_images_pinned"


def git(tree: Tree, *arguments: str) -> None:
    author = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *author, *arguments], cwd=tree.folder, check=True, capture_output=True)


def commit(tree: Tree) -> None:
    git(tree, "init", "-q") if not (tree.folder / ".git").exists() else None
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "x")


def baseline(tree: Tree) -> str:
    tree.check("-o", "sarif=../before.sarif")
    return str(tree.folder.parent / "before.sarif")


class TestAgainstAReport:
    def test_what_was_known_is_held_back_and_counted(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        answer = tree.check("--baseline", baseline(tree))
        assert (answer.code, answer.findings) == (0, [])
        assert "held back: 1 failures, 0 unknown, 0 unreadable; 0 are gone" in answer.out
        assert "nothing is newly wrong" in answer.out

    def test_another_value_on_the_same_key_is_told(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        known = baseline(tree)
        tree.write(SSHD, BAD_SSHD.replace("PermitRootLogin yes", "PermitRootLogin without-password"))
        assert tree.check("--baseline", known).findings == [f"{SSHD}:1:17: high {ROOT}"]

    def test_an_equal_finding_in_another_file_or_place_is_new(self, tree: Tree) -> None:
        tree.write("compose.yaml", COMPOSE)
        known = baseline(tree)
        tree.write("b/compose.yaml", COMPOSE)
        tree.write("compose.yaml", COMPOSE + "  pacs:\n    image: postgres\n")
        answer = tree.check("--baseline", known, "--policy", PINNED)
        assert answer.code == 1
        assert answer.findings == [
            f"b/compose.yaml:3:12: medium {PINNED}",
            f"b/compose.yaml:5:12: medium {PINNED}",
            f"compose.yaml:7:12: medium {PINNED}",
        ]

    def test_what_is_gone_is_counted(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        known = baseline(tree)
        tree.write(SSHD, GOOD_SSHD)
        answer = tree.check("--baseline", known)
        assert answer.code == 0
        assert "held back: 0 failures, 0 unknown, 0 unreadable; 1 are gone" in answer.out

    def test_an_unknown_is_held_back_only_if_it_was_there_for_the_same_reason(self, tree: Tree) -> None:
        tree.write(SSHD, GOOD_SSHD)
        tree.write("a.yml", "a: [1\n")
        known = baseline(tree)
        assert tree.check("--baseline", known).code == 0
        tree.write("b.yml", "a: [1\n")
        answer = tree.check("--baseline", known)
        assert answer.code == 3 or any("b.yml" in one for one in answer.findings)
        assert answer.code != 0

    def test_evidence_that_is_gone_turns_a_pass_into_a_reported_unknown(self, tree: Tree) -> None:
        tree.write(SSHD, GOOD_SSHD)
        known = baseline(tree)
        tree.write(SSHD, "Include /etc/ssh/other.conf\n" + GOOD_SSHD)
        tree.write("a.yml", "a: [1\n")
        answer = tree.check("--baseline", known)
        assert answer.code in (1, 3)
        assert "unknown" in answer.out

    def test_a_waiver_that_ended_brings_its_finding_back(self, tree: Tree) -> None:
        comment = "# hiscomply: waive {} until {} because x\n"
        tree.write(SSHD, comment.format(ROOT, in_days(3)) + BAD_SSHD)
        known = baseline(tree)
        assert tree.check("--baseline", known).code == 0
        tree.write(SSHD, comment.format(ROOT, in_days(-1)) + BAD_SSHD)
        answer = tree.check("--baseline", known)
        assert answer.code == 1
        assert answer.findings == [f"{SSHD}:2:17: high {ROOT}", f"{SSHD}:1: medium waivers_in_order"]
        still = baseline(tree)
        assert tree.check("--baseline", still).findings == [f"{SSHD}:1: medium waivers_in_order"]

    def test_the_log_says_of_each_result_whether_it_is_new(self, tree: Tree) -> None:
        tree.write("compose.yaml", COMPOSE)
        known = baseline(tree)
        tree.write("compose.yaml", COMPOSE.replace("web", "pacs"))
        tree.check("--baseline", known, "-o", "sarif=../now.sarif", "-o", "sarif-github=../github.sarif")
        for name, states in (("now", ["absent", "new", "unchanged"]), ("github", ["new"])):
            log = json.loads((tree.folder.parent / f"{name}.sarif").read_text(encoding="utf-8"))
            found = [one for one in log["runs"][0]["results"] if one["ruleId"] == PINNED]
            assert sorted(one["baselineState"] for one in found if "baselineState" in one) == states

    def test_the_junit_report_fails_for_new_findings_only(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        tree.check("--baseline", baseline(tree), "-o", "junit=../junit.xml")
        text = (tree.folder.parent / "junit.xml").read_text(encoding="utf-8")
        assert "<failure" not in text
        assert f'name="{ROOT}"' not in text

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", "no JSON"),
            ("[]", "no SARIF log"),
            ('{"format": "hiscomply-summary"}', "does not list them"),
            ('{"runs": []}', "no log of hiscomply"),
            ('{"runs": [{"tool": {"driver": {"name": "other"}}}]}', "no log of hiscomply"),
        ],
    )
    def test_what_is_no_baseline_is_refused(self, content: str, told: str, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        tree.write("../b.json", content)
        answer = tree.check("--baseline", "../b.json")
        assert answer.code == 2
        assert told in answer.err

    def test_a_missing_baseline_and_two_baselines_are_errors(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        assert "cannot be read" in tree.check("--baseline", "none.sarif").err
        assert "exclude each other" in tree.check("--baseline", "x", "--changed-since", "HEAD").err


class TestAgainstARun:
    @pytest.fixture
    def audited(self, tree: Tree) -> Path:
        tree.write(SSHD, BAD_SSHD)
        target = "{collector: files, path: etc, name: files}"
        tree.write("hiscomply.yaml", f"institution: {{name: A hospital}}\ncollect: [{target}]\n")
        run(["audit", "--policy", ROOT, "--lang", "en"])
        (sealed,) = sealed_runs(tree.folder / ".hiscomply" / "runs")
        return sealed

    def test_a_sealed_run_is_a_baseline(self, audited: Path, tree: Tree) -> None:
        answer = tree.check("--baseline", str(audited), "--policy", ROOT)
        assert (answer.code, answer.findings) == (0, [])
        tree.write("b/" + SSHD, BAD_SSHD)
        assert tree.check("--baseline", str(audited), "--policy", ROOT).findings == [
            f"b/{SSHD}:1:17: high {ROOT}"
        ]

    def test_an_altered_run_is_none(self, audited: Path, tree: Tree) -> None:
        (audited / "findings.parquet").write_bytes(b"")
        answer = tree.check("--baseline", str(audited), "--policy", ROOT)
        assert answer.code == 2
        assert "was altered" in answer.err

    def test_another_folder_is_none(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        assert "no sealed run" in tree.check("--baseline", "etc").err


class TestAgainstARevision:
    def test_blank_lines_comments_and_a_new_name_are_nothing_new(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        tree.write("docker-compose.yml", COMPOSE)
        commit(tree)
        tree.write(SSHD, "# moved\n\n" + BAD_SSHD)
        git(tree, "mv", "docker-compose.yml", "compose.yaml")
        answer = tree.check("--changed-since", "HEAD", "--policy", ROOT, "--policy", PINNED)
        assert (answer.code, answer.findings) == (0, [])
        assert "held back: 3 failures" in answer.out

    def test_a_line_taken_away_is_told(self, tree: Tree) -> None:
        tree.write(SSHD, GOOD_SSHD)
        commit(tree)
        tree.write(SSHD, GOOD_SSHD.replace("MaxAuthTries 3\n", ""))
        answer = tree.check("--changed-since", "HEAD")
        assert (answer.code, answer.findings) == (1, [f"{SSHD}: medium sshd_max_auth_tries_limited"])

    def test_it_counts_from_where_the_branches_parted(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        commit(tree)
        git(tree, "branch", "-M", "main")
        git(tree, "checkout", "-qb", "topic")
        tree.write("compose.yaml", "services: {a: {image: 'a:1.2.3'}}\n")
        commit(tree)
        git(tree, "checkout", "-q", "main")
        tree.write(SSHD, GOOD_SSHD)
        commit(tree)
        git(tree, "checkout", "-q", "topic")
        assert tree.check("--changed-since", "main", "--policy", ROOT, "--policy", PINNED).code == 0

    def test_the_repository_is_left_as_it_was(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        commit(tree)
        tree.write("compose.yaml", COMPOSE)
        index = (tree.folder / ".git" / "index").read_bytes()
        assert tree.check("--changed-since", "HEAD").code == 1
        assert (tree.folder / ".git" / "index").read_bytes() == index
        assert sorted(one.name for one in tree.folder.iterdir()) == [".git", "compose.yaml", "etc"]

    def test_a_folder_of_the_repository_can_be_checked_from_within(
        self, tree: Tree, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tree.write(SSHD, BAD_SSHD)
        commit(tree)
        monkeypatch.chdir(tree.folder / "etc")
        answer = tree.check("ssh", "--changed-since", "HEAD")
        assert (answer.code, answer.findings) == (0, [])

    @pytest.mark.parametrize(
        ("revision", "told"),
        [("nope", "no revision 'nope'"), ("--all", "is no revision"), ("", "is no revision")],
    )
    def test_an_unknown_revision_is_an_error(self, revision: str, told: str, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        commit(tree)
        answer = tree.check(f"--changed-since={revision}")
        assert answer.code == 2
        assert told in answer.err

    def test_a_folder_without_git_or_outside_of_it_is_an_error(self, tree: Tree) -> None:
        tree.write(SSHD, BAD_SSHD)
        assert "no git repository" in tree.check("--changed-since", "HEAD").err
        commit(tree)
        tree.write("../outside.yml", "a: 1\n")
        assert "not in the repository" in tree.check("../outside.yml", "--changed-since", "HEAD").err

    def test_without_git_installed_it_says_so(self, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
        tree.write(SSHD, BAD_SSHD)
        monkeypatch.setenv("PATH", "")
        assert "needs the program git" in tree.check("--changed-since", "HEAD").err


def fingerprints(tree: Tree) -> set[tuple[str, str]]:
    tree.check("-o", "sarif=../f.sarif")
    log = json.loads((tree.folder.parent / "f.sarif").read_text(encoding="utf-8"))
    results = [one for one in log["runs"][0]["results"] if "partialFingerprints" in one]
    found = [one["partialFingerprints"] for one in results]
    assert len({one["hiscomply/v1"] for one in found}) == len(found) > 3
    return {(one["hiscomply/v1"], one["hiscomply/values/v1"]) for one in found}


@pytest.mark.parametrize("seed", range(5))
def test_blank_lines_and_comments_never_change_a_fingerprint(seed: int, tree: Tree) -> None:
    chance = random.Random(seed)
    texts = {
        SSHD: BAD_SSHD.replace("MaxAuthTries 3\n", ""),
        "compose.yaml": COMPOSE,
        "b/compose.yaml": COMPOSE,
    }
    for name, text in texts.items():
        tree.write(name, text)
    before = fingerprints(tree)
    for name, text in texts.items():
        noise = ("\n", "# a comment: with yes and no\n", "#\n", "\n\n")
        lines = [chance.choice(noise) * chance.randrange(3) + line for line in text.splitlines(keepends=True)]
        tree.write(name, "".join(lines))
    assert fingerprints(tree) == before
