"""Detached signatures over documents and statements, made and verified by ssh-keygen itself."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.collectors.documents.papers import (
    COLLECT,
    collect,
    index,
    refusals,
    status,
)
from tests.servers.audits import Audited, audit, write_project
from tests.servers.running import needs

SIGNED = COLLECT.replace("papers}", "papers, allowed_signers: signers, statements: true}")
IN_FORCE = "scope_statements_in_force"
TODAY = datetime.now(UTC).date()
SIGNED_ON, UNTIL = TODAY - timedelta(days=10), TODAY + timedelta(days=200)
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
            f"statements:\n  - {{file: no_pacs.pdf, subject: PACS, signed_on: {SIGNED_ON}, until: {UNTIL}, "
            "signature: no_pacs.pdf.sig, signer: head@hospital}\n"
        )
    write_project(project, SIGNED)
    return project


def documents(run: Audited) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in run.rows("document")}


@NEEDS
def test_a_verified_signature_names_the_signer(signed: Path) -> None:
    run = audit(signed, [IN_FORCE])
    assert (status(run), refusals(run)) == ("ok", [])
    assert documents(run)["R-1"]["signed_by"] == "head@hospital"
    (statement,) = run.rows("scope_statement")
    assert (statement["subject"], statement["signed_by"], statement["until"]) == (
        "PACS",
        "head@hospital",
        UNTIL,
    )
    assert (run.policy(IN_FORCE)["verdict"], run.code) == ("pass", 0)


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
