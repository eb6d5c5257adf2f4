"""What Checkov finds in the container files of the corpus is found here too, or the table says why not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import peers
from benchmarks.checkov_table import PAGE, data, fired, lay_out, page

from hiscomply.paths import policies_dir

RECORDED = {one["id"]: one for one in data()["checks"]}


def test_the_page_is_made_from_the_recorded_list() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(data()), "python -m benchmarks.checkov_table"


def test_each_recorded_check_has_a_policy_or_a_reason() -> None:
    known = {file.parent.name for file in policies_dir().glob("*/*/policy.yaml")}
    for ident, one in RECORDED.items():
        assert one.get("policies") or one.get("absent"), ident
        assert set(one.get("policies", ())) <= known, ident


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkov") / "tree"
    lay_out(folder)
    return folder


@pytest.fixture(scope="module")
def theirs(tree: Path) -> dict[str, set[str]]:
    program = peers.checkov(peers.DEFAULT)
    if not program.exists():
        pytest.skip("Checkov is not installed: python benchmarks/peers.py install --with-checkov")
    return fired(program, tree)


def test_every_check_that_fires_stands_in_the_table(theirs: dict[str, set[str]]) -> None:
    assert sorted(theirs.keys() - RECORDED.keys()) == []


def test_no_file_that_checkov_finds_fault_with_passes_the_policy_that_stands_for_it(
    theirs: dict[str, set[str]], tree: Path
) -> None:
    out = tree.parent / "found.sarif"
    command = [
        sys.executable,
        "-c",
        "from hiscomply.cli.main import main; main()",
        "check",
        ".",
        "-o",
        f"sarif={out}",
    ]
    subprocess.run(command, cwd=tree, capture_output=True, check=False)
    ours: dict[str, set[str]] = {}
    for result in json.loads(out.read_text(encoding="utf-8"))["runs"][0]["results"]:
        for place in result.get("locations", ()):
            file = place.get("physicalLocation", {}).get("artifactLocation", {}).get("uri", "")
            ours.setdefault(result["ruleId"], set()).add(file.removeprefix("./"))
    # Checkov's framework looks at each file of a kustomization by itself; here it is judged as it is rendered
    rendered = {file.relative_to(tree).parts[:2] for file in tree.rglob("*ustomization*")}
    missed = {}
    for ident, found_by_them in theirs.items():
        one = RECORDED[ident]
        if "absent" in one:
            continue
        files = {file for file in found_by_them if Path(file).parts[:2] not in rendered}
        found = {file for policy in one["policies"] for file in ours.get(policy, ())}
        accepted = set(one.get("passes", {}).get("files", ()))
        if files - found != accepted:
            missed[ident] = sorted((files - found) ^ accepted)
    assert missed == {}
