"""What is asked of ``-o`` is written as a whole, or it is told what is not."""

from __future__ import annotations

import pytest
from tests.acceptance.small_project import BAD, PROJECT, TABLE, SmallProject


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        (("json=a.json", "json=b.json"), "-o json is given twice"),
        (("json=a.x", "markdown=./a.x"), "json and markdown would be written to one file"),
    ],
)
def test_no_report_takes_the_place_of_another(
    project: SmallProject, outputs: tuple[str, ...], told: str
) -> None:
    ran = project.audit(*(word for one in outputs for word in ("-o", one)))
    assert (ran.code, told in ran.err) == (2, True)
    assert not ran.runs.exists()


def test_nor_does_one_of_the_project_file(project: SmallProject) -> None:
    project.write("hiscomply.yaml", f"{PROJECT}reports: {{json: a.x}}\n{TABLE}")
    ran = project.audit("-o", f"markdown={project.root / 'a.x'}")
    assert (ran.code, "would be written to one file" in ran.err) == (2, True)


def test_what_a_report_leaves_out_is_told(project: SmallProject) -> None:
    project.export([BAD.replace("li", f"li{number}") for number in range(60)])
    told = "only the worst 50 of 60 findings are written"
    target = project.root / "github.txt"
    ran = project.audit("-o", f"github={target}")
    assert (ran.code, told in ran.err) == (1, True)
    again = project.run("--lang", "en", "report", str(ran.folder), "-o", f"github={target}")
    assert (again.code, told in again.err) == (0, True)
