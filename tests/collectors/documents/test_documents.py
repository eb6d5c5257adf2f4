"""A real folder of documents with its index, signed with real keys, audited as a user would."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from tests.collectors.documents.papers import (
    COLLECT,
    PATIENT,
    PATIENT_ID,
    RULES,
    collect,
    index,
    refusals,
    status,
)
from tests.servers.audits import assert_nowhere, audit, command, write_project


def test_documents_become_evidence_with_their_hash_and_line(project: Path) -> None:
    run = audit(project, [RULES])
    rows = {row["id"]: row for row in run.rows("document")}
    rules = rows["R-1"]
    content = (project / "papers" / "om_rules.pdf").read_bytes()
    assert rules["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert (rules["version"], rules["covers"]) == ("3.10", ["3.1", "EMR"])
    assert str(rules["approved_at"]) == "2024-01-09 16:00:00"  # midnight in Shanghai
    assert (rules["_source"], rules["_line"], rules["_pointer"]) == ("papers/index.yaml", 2, "om_rules.pdf")
    assert (rules["supersedes"], "supersedes" in rules["_missing"]) == (None, False)
    assert (rules["signed_by"], "signed_by" in rules["_missing"]) == (None, True)
    assert rows["plans/drill.pdf"]["type"] == "response_plan"
    assert (status(run), run.policy(RULES)["verdict"], run.code) == ("ok", "pass", 0)


def test_rules_that_nobody_approved_are_found(project: Path) -> None:
    index(project, "approved_by: 院长办公会", "approved_by: null")
    run = audit(project, [RULES])
    assert (status(run), run.policy(RULES)["verdict"], run.code) == ("ok", "fail", 1)


def test_content_never_leaves_the_folder(project: Path) -> None:
    run = audit(project, [RULES])
    assert_nowhere([PATIENT, PATIENT_ID], run.run, run.out, run.err)


def test_an_entry_without_file_is_set_aside_with_its_line(project: Path) -> None:
    (project / "papers" / "om_rules.pdf").unlink()
    run = audit(project, [RULES])
    assert refusals(run) == [("file", 2, "the file that the entry names does not exist")]
    assert (status(run), run.policy(RULES)["verdict"], run.code) == ("partial", "unknown", 3)


def test_a_file_without_entry_is_said(project: Path) -> None:
    (project / "papers" / "plans" / "forgotten.docx").write_text("x")
    (project / "papers" / "~$om_rules.docx").write_text("left by an editor")
    run = collect(project)
    assert [(one[0], "not in the index" in one[2]) for one in refusals(run)] == [
        ("plans/forgotten.docx", True)
    ]
    assert status(run) == "partial"


def test_a_file_may_be_ignored_on_purpose(project: Path) -> None:
    (project / "papers" / "plans" / "forgotten.docx").write_text("x")
    write_project(project, '  - {collector: documents, name: papers, folder: papers, ignore: ["*.docx"]}\n')
    assert status(collect(project)) == "ok"


def test_a_folder_that_cannot_be_looked_into_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "papers" / "closed").mkdir()
    real = os.scandir

    def refusing(path: str) -> object:  # root is refused nothing, so the refusal has to be made
        if str(path).endswith("/closed"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    run = collect(project)
    assert [(one[0], "cannot be looked into" in one[2]) for one in refusals(run)] == [("closed", True)]
    assert status(run) == "partial"
    write_project(project, "  - {collector: documents, name: papers, folder: papers, ignore: [closed]}\n")
    assert status(collect(project)) == "ok"


@pytest.mark.parametrize("name", ["link.pdf", "../secret.txt"])
def test_what_leads_out_of_the_folder_is_refused(project: Path, name: str) -> None:
    (project / "secret.txt").write_text("secret")
    (project / "papers" / "link.pdf").symlink_to(project / "secret.txt")
    index(project, "om_rules.pdf", name)
    (project / "papers" / "om_rules.pdf").unlink()
    run = collect(project)
    assert refusals(run)[0] == ("file", 2, "the file leads out of the folder and was not read")
    assert "R-1" not in {row["id"] for row in run.rows("document")}


def test_a_pipe_is_no_document_and_hangs_nothing(project: Path) -> None:
    (project / "papers" / "om_rules.pdf").unlink()
    os.mkfifo(project / "papers" / "om_rules.pdf")
    assert refusals(collect(project)) == [("file", 2, "this is no plain file")]


def test_a_huge_file_is_set_aside_unread(project: Path) -> None:
    os.truncate(project / "papers" / "om_rules.pdf", 300 * 1024 * 1024)
    ((_, _, reason),) = refusals(collect(project))
    assert reason == "the file is larger than 256 MiB (max_size_mb)"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("version: ", "versoin: ", 6, "unknown key 'versoin' did you mean"),
        ('"3.10"', "3.10", 6, "quote a version or id that looks like a number"),
        ("2024-01-10", "last spring", 8, "no date or time such as 2026-01-31"),
        ("    type: om_rules\n", "    type: om_rules\n    signed_by: me\n", 5, "unknown key 'signed_by'"),
        (
            "    type: om_rules\n",
            "    type: om_rules\n    sha256: abc\n",
            2,
            "the hash is not the one in the index",
        ),
        ("    type: response_plan", "    id: R-1", 14, "an earlier entry has the same id"),
        ("file: plans/drill.pdf", "fiel: plans/drill.pdf", 13, "the entry names no file"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_where_it_stands(
    project: Path, old: str, new: str, line: int, reason: str
) -> None:
    index(project, old, new)
    run = collect(project)
    _, found, told = refusals(run)[0]
    assert (found, told.startswith(reason)) == (line, True), told
    assert status(run) == "partial"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("documents: []\n", "lists nothing"),
        ("documents: [\n", "index papers/index.yaml:2:1: not valid YAML"),
        ("- file: x\n", "is no index"),
        ("\x00\xff", "not valid YAML"),
        ("documents:\n" + "  - {file: a}\n" * 1_300_000, "larger than"),
    ],
    ids=["empty", "broken", "other form", "garbage", "huge"],
)
def test_an_index_that_is_none_fails_and_another_target_completes(
    project: Path, text: str, reason: str
) -> None:
    (project / "papers" / "index.yaml").write_text(text)
    shutil.copytree(project / "papers" / "plans", project / "good")
    (project / "good" / "index.yaml").write_text("documents:\n  - file: drill.pdf\n")
    write_project(project, COLLECT + "  - {collector: documents, name: good, folder: good}\n")
    run = audit(project, [RULES]) if text == "documents: []\n" else collect(project)
    told = run.collections["papers"].reason
    assert told is not None
    assert reason in told.en
    assert (status(run), str(run.collections["good"].status), run.code) == ("failed", "ok", 3)
    if text == "documents: []\n":
        assert run.policy(RULES)["verdict"] == "unknown"


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may read all")
@pytest.mark.parametrize(("name", "given"), [("index.yaml", 0), ("om_rules.pdf", 1)])
def test_no_rights_is_denied(project: Path, name: str, given: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "papers" / name).chmod(0)
    real_open, real_access = os.open, os.access

    def refusing_open(path: object, *rest: object, **more: object) -> int:
        if str(path).endswith(name):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest, **more)  # type: ignore[arg-type]

    if os.geteuid() == 0:  # root is refused nothing, so the refusal has to be made
        monkeypatch.setattr(os, "open", refusing_open)
        monkeypatch.setattr(
            os, "access", lambda path, mode: not str(path).endswith(name) and real_access(path, mode)
        )
    run = audit(project, [RULES])
    assert (status(run), len(run.rows("document"))) == ("denied", given)
    assert (run.policy(RULES)["verdict"], run.code) == ("unknown", 3)


def test_the_folder_is_left_as_it_was(project: Path) -> None:
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (project / "papers").rglob("*.*")
    }
    collect(project)
    after = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (project / "papers").rglob("*.*")}
    assert after == before


def test_dry_run_says_what_is_read(project: Path) -> None:
    code, out, err = command("collect", str(project), "--dry-run")
    assert code == 0
    assert "read the index of papers and the SHA-256 of the files that it lists" in out + err
