"""Waivers of a configuration repository: by file, and by comment."""

from __future__ import annotations

import json
import os
from hashlib import sha256

import pytest
from tests.acceptance.checked_tree import BAD_SSHD, SSHD, Tree, in_days, pack_cache, tree

__all__ = ["pack_cache", "tree"]

ROOT = "sshd_root_login_disabled"


def waiver(days: int) -> str:
    """A comment that waives until so many days from now."""
    return f"# hiscomply: waive {ROOT} until {in_days(days)} because the vendor logs in as root\n"


def test_a_comment_waives_its_line_and_is_shown(tree: Tree) -> None:
    tree.write(SSHD, waiver(30) + BAD_SSHD)
    answer = tree.check()
    assert (answer.code, answer.findings) == (0, [f"{SSHD}:2:17: high {ROOT}"])
    assert f"[waived by {SSHD}#{ROOT}]" in answer.out


def test_it_fails_from_the_day_after_its_end_and_says_so(tree: Tree) -> None:
    tree.write(SSHD, waiver(0) + BAD_SSHD)
    assert tree.check("--as-of", f"{in_days(0)}T23:59:59+08:00").code == 0
    answer = tree.check("--as-of", f"{in_days(1)}T00:00:00+08:00")
    assert (answer.code, answer.findings) == (
        1,
        [f"{SSHD}:2:17: high {ROOT}", f"{SSHD}:1: medium waivers_in_order"],
    )
    assert f"expired on {in_days(0)}" in answer.out
    assert "waived by" not in answer.out


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("# hiscomply: waive sshd_root until {in_9} because x", "there is no policy sshd_root"),
        (f"# hiscomply: waive {ROOT} until {{in_9}}", "lacks its reason"),
        (f"# hiscomply: waive {ROOT} because x", "lacks its date"),
        (f"# hiscomply: waive {ROOT} until {{in_90}} because x", "runs 91 days, at most 90 are allowed"),
        ("# hiscomply: waive config_file_readable until {in_9} because x", "covers no finding"),
    ],
)
def test_one_that_is_not_in_order_covers_nothing_and_is_a_finding(
    comment: str, told: str, tree: Tree
) -> None:
    # the days are those of this test: when all were collected it may have been yesterday
    tree.write(SSHD, f"{comment.format(in_9=in_days(9), in_90=in_days(90))}\n{BAD_SSHD}")
    answer = tree.check()
    assert (answer.code, answer.findings) == (
        1,
        [f"{SSHD}:2:17: high {ROOT}", f"{SSHD}:1: medium waivers_in_order"],
    )
    assert told in answer.out


def test_the_report_holds_the_reason_the_end_and_the_digest_of_the_file(tree: Tree) -> None:
    content = waiver(30) + BAD_SSHD
    tree.write(SSHD, content)
    tree.check("-o", "sarif=out.sarif")
    results = json.loads((tree.folder / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    (suppression,) = next(
        one["suppressions"] for one in results if one["ruleId"] == ROOT and "suppressions" in one
    )
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "the vendor logs in as root")
    properties = suppression["properties"]
    assert (properties["until"], properties["origin"]) == (str(in_days(30)), f"{SSHD}:1")
    assert properties["sha256"] == sha256(content.encode()).hexdigest()


def test_a_comment_does_not_waive_what_is_not_known(tree: Tree) -> None:
    comment = f"# hiscomply: waive-file config_file_readable until {in_days(9)} because x\n"
    tree.write("a.yml", comment + "a: [1\n")
    answer = tree.check()
    assert answer.code == 3
    assert "a.yml" in answer.out


def test_waivers_yaml_can_name_files(tree: Tree) -> None:
    tree.write("lab/" + SSHD, BAD_SSHD)
    tree.write("prod/" + SSHD, BAD_SSHD)
    tree.write("hiscomply.yaml", "institution: {name: A hospital}\nwaivers: waivers.yaml\n")
    tree.write(
        "waivers.yaml",
        f"waivers: [{{id: W-1, policy: {ROOT}, file: 'lab/*', reason: lab, requested_by: Li, approved_by: Wang,"
        f" from: {in_days(-5)}, until: {in_days(5)}}}]\n",
    )
    answer = tree.check("lab", "prod")
    assert answer.code == 1
    assert next(line for line in answer.out.splitlines() if "waived by W-1" in line).startswith("lab/etc/ssh")
    assert answer.out.count("waived by W-1") == 1


def test_a_policy_that_is_not_asked_for_makes_no_noise(tree: Tree) -> None:
    tree.write(SSHD, waiver(30) + BAD_SSHD)
    assert tree.check("--policy", "config_file_readable").code == 0


BYTES_ONLY = pytest.mark.skipif(os.fsencode("\udcb1") != b"\xb1", reason="names are text on this system")


@BYTES_ONLY
def test_a_comment_counts_in_a_file_whose_name_is_no_utf_8(tree: Tree) -> None:
    folder = os.fsdecode("备份".encode("gbk"))
    tree.write(f"{folder}/sshd_config", waiver(30) + BAD_SSHD)
    answer = tree.check("--policy", ROOT)
    assert (answer.code, "[waived by %B1%B8%B7%DD/sshd_config#" in answer.out) == (0, True)


@BYTES_ONLY
@pytest.mark.parametrize("bad", [0, 1])
def test_a_bad_file_is_judged_beside_a_good_one_whose_name_is_as_long(tree: Tree, bad: int) -> None:
    for number, name in enumerate(("备份", "配置")):
        folder = os.fsdecode(name.encode("gbk"))
        tree.write(f"{folder}/sshd_config", f"PermitRootLogin {'yes' if number == bad else 'no'}\n")
    answer = tree.check("--policy", ROOT)
    written = ("%B1%B8%B7%DD", "%C5%E4%D6%C3")[bad]
    assert (answer.code, answer.findings) == (1, [f"{written}/sshd_config:1:17: high {ROOT}"])
