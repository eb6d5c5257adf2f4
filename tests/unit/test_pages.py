"""A page in two languages says the same in both: the same code, the same names, the same parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITTEN = [page for page in sorted(DOCS.rglob("*.md")) if "reference" not in page.relative_to(DOCS).parts]
"""What is written by hand; the reference is generated."""
COLLECTORS = sorted((ROOT / "collectors").glob("hiscomply_*/README*.md"))
PAGES = [page for page in [*WRITTEN, *COLLECTORS] if page.name.endswith(".zh.md")]
FENCED = re.compile(r"^```(\w*).*?$(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)")
QUOTED = re.compile(r"`[^`\n]+`")
NARRATED = {"audit-your-hospital", "check-in-ci", "explain-a-finding", "write-a-collector", "write-a-policy"}
"""Guides show what the program prints, in the reader's language; the tests run both."""
SHORTER = {"reference-data"}
"""Leaves the sources' own names to the English page."""


def english(page: Path) -> Path:
    return page.with_name(page.name.replace(".zh.md", ".md"))


ALIKE = [page for page in PAGES if english(page).stem not in NARRATED | SHORTER]


def named(page: Path) -> str:
    return f"{page.parent.name}/{page.stem}"


def code(text: str) -> list[str]:
    """Fenced code without comments, which are in the reader's language."""
    return [
        re.sub(r"[ ]+", " ", re.sub(r"(^|\s)#.*", "", block)).strip() for _, block in FENCED.findall(text)
    ]


def names(text: str) -> set[str]:
    return {name.replace(".zh.md", ".md") for name in re.findall(r"`([^`\n]+)`", FENCED.sub("", text))}


def links(page: Path) -> list[str]:
    return LINK.findall(QUOTED.sub("", FENCED.sub("", page.read_text("utf-8"))))


def parts(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCED.sub("", text), re.MULTILINE)]


def test_every_collector_tells_of_itself_in_both() -> None:
    assert [page.parent.name for page in COLLECTORS if not (page.parent / "README.zh.md").is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_each_leads_to_the_other(page: Path) -> None:
    assert f"[English]({english(page).name})" in page.read_text("utf-8").split("\n\n")[1]
    assert f"[中文]({page.name})" in english(page).read_text("utf-8").split("\n\n")[1]


@pytest.mark.parametrize("page", ALIKE, ids=named)
def test_both_have_the_same_code_names_and_parts(page: Path) -> None:
    ours, theirs = page.read_text("utf-8"), english(page).read_text("utf-8")
    assert code(ours) == code(theirs)
    assert names(ours) == names(theirs)
    assert parts(ours) == parts(theirs)
    assert ours.count("\n|") == theirs.count("\n|")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.zh.md"], ids=named)
def test_a_chinese_page_leads_to_chinese_pages(page: Path) -> None:
    for target in links(page):
        if target.endswith(".md") and not target.endswith(".zh.md") and english(page).name != target:
            assert not (page.parent / target.replace(".md", ".zh.md")).exists(), target


@pytest.mark.parametrize("page", [*WRITTEN, *COLLECTORS], ids=named)
def test_no_link_leads_nowhere(page: Path) -> None:
    for target in links(page):
        if "://" not in target:
            assert (page.parent / target).exists(), target
