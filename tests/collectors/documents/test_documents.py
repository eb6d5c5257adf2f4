"""A real folder of documents with its index, signed with real keys, audited as a user would."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.running import needs

PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"
INDEX = """\
documents:
  - file: om_rules.pdf
    id: R-1
    type: om_rules
    title: 运维管理规范
    version: "3.10"
    approved_by: 院长办公会
    approved_on: 2026-01-10
    effective_on: 2026-02-01
    supersedes: null
    valid_until: 2027-12-31
    covers: [3.1, EMR]
  - file: plans/drill.pdf
    type: response_plan
"""
RULES = "rules_document_valid"
COLLECT = "  - {collector: documents, name: papers, folder: papers}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    papers = write_project(tmp_path / "project", COLLECT) / "papers"
    (papers / "plans").mkdir(parents=True)
    (papers / "om_rules.pdf").write_text(f"rules for {PATIENT} {PATIENT_ID}\n")
    (papers / "plans" / "drill.pdf").write_text("plan\n")
    (papers / "index.yaml").write_text(INDEX.replace("[3.1, EMR]", '["3.1", EMR]'))
    return tmp_path / "project"


def index(project: Path, old: str, new: str) -> None:
    file = project / "papers" / "index.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def status(run: Audited) -> str:
    return str(run.collections["papers"].status)


def collect(project: Path) -> Audited:
    """Collection alone, which is quicker than a whole audit."""
    return Audited(*command("collect", str(project)), project)


def refusals(run: Audited) -> list[tuple[str, int | None, str]]:
    return [(one.subject, one.line, one.reason.en) for one in run.collections["papers"].rejected]


def test_documents_become_evidence_with_their_hash_and_line(project: Path) -> None:
    run = audit(project, [RULES])
    rows = {row["id"]: row for row in run.rows("document")}
    rules = rows["R-1"]
    content = (project / "papers" / "om_rules.pdf").read_bytes()
    assert rules["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert (rules["version"], rules["covers"]) == ("3.10", ["3.1", "EMR"])
    assert str(rules["approved_at"]) == "2026-01-09 16:00:00"  # midnight in Shanghai
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
        ("2026-01-10", "last spring", 8, "no date or time such as 2026-01-31"),
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


# ---------------------------------------------------------------- signatures

SIGNED = COLLECT.replace("papers}", "papers, allowed_signers: signers, statements: true}")
NEEDS = needs("ssh-keygen", package="openssh-client")


def sign(file: Path, key: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "hiscomply", file],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def signed(project: Path, tmp_path: Path) -> Path:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key, "-C", ""], check=True)
    public = key.with_suffix(".pub").read_text().strip()
    (project / "signers").write_text(
        f'head@hospital namespaces="hiscomply" {public}\nformer namespaces="hiscomply",valid-before="20200101" {public}\n'
    )
    statement = project / "papers" / "no_pacs.pdf"
    statement.write_text("There is no PACS.\n")
    sign(statement, key)
    sign(project / "papers" / "om_rules.pdf", key)
    index(
        project,
        "    type: om_rules\n",
        "    type: om_rules\n    signature: om_rules.pdf.sig\n    signer: head@hospital\n",
    )
    with (project / "papers" / "index.yaml").open("a") as out:
        out.write(
            "statements:\n  - {file: no_pacs.pdf, subject: PACS, signed_on: 2026-06-01, until: 2026-12-31, "
            "signature: no_pacs.pdf.sig, signer: head@hospital}\n"
        )
    write_project(project, SIGNED)
    return project


def documents(run: Audited) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in run.rows("document")}


@NEEDS
def test_a_verified_signature_names_the_signer(signed: Path) -> None:
    run = audit(signed, ["scope_statements_in_force"], "--as-of", "2026-07-01T08:00:00+08:00")
    assert (status(run), refusals(run)) == ("ok", [])
    assert documents(run)["R-1"]["signed_by"] == "head@hospital"
    (statement,) = run.rows("scope_statement")
    assert (statement["subject"], statement["signed_by"], str(statement["until"])) == (
        "PACS",
        "head@hospital",
        "2026-12-31",
    )


@NEEDS
@pytest.mark.parametrize("name", ["om_rules.pdf", "no_pacs.pdf"])
def test_a_file_changed_after_signing_is_set_aside(signed: Path, name: str) -> None:
    with (signed / "papers" / name).open("a") as out:
        out.write("and one more thing\n")
    run = collect(signed)
    assert [one[2] for one in refusals(run)] == [
        "the signature does not fit: the file was changed after it was signed"
    ]
    assert ("R-1" in documents(run), len(run.rows("scope_statement"))) == (
        name != "om_rules.pdf",
        int(name == "om_rules.pdf"),
    )


@NEEDS
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("signer: head@hospital\n", "signer: stranger\n", "stranger or the key is not in allowed_signers"),
        (
            "signer: head@hospital\n",
            "signer: former\n",
            "former or the key is not in allowed_signers or expired",
        ),
        ("    signer: head@hospital\n", "", "a signature needs both signature and signer"),
        (
            "signature: om_rules.pdf.sig",
            "signature: nowhere.sig",
            "signature: the file that the entry names does not exist",
        ),
    ],
)
def test_a_signature_that_cannot_be_verified_names_nobody(
    signed: Path, old: str, new: str, reason: str
) -> None:
    index(signed, old, new)
    run = collect(signed)
    rules = documents(run)["R-1"]
    assert (rules["signed_by"], "signed_by" in rules["_missing"]) == (None, True)  # type: ignore[operator]
    assert reason in refusals(run)[0][2]
    assert refusals(run)[0][:2] == ("signature", 5)


@NEEDS
def test_without_the_list_of_signers_nothing_is_verified(signed: Path) -> None:
    (signed / "signers").unlink()
    run = collect(signed)
    assert documents(run)["R-1"]["signed_by"] is None
    assert {one[2] for one in refusals(run)} == {"there is no file allowed_signers to verify it with"}


@NEEDS
def test_statements_are_not_passed_over_where_the_target_expects_none(signed: Path) -> None:
    write_project(signed, SIGNED.replace(", statements: true", ""))
    assert "the target does not say statements: true" in [one[2] for one in refusals(collect(signed))]


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
