"""Files by path or pattern, and folders that may not be looked into."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hiscomply.hookspecs import CollectDenied
from hiscomply_kit.files import find_files


@pytest.fixture
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of three teams and what every disk has, of which ``closed`` and ``lost+found`` may not be looked into."""
    for name in ("open", "closed", "lost+found"):
        (tmp_path / "exports" / name).mkdir(parents=True)
    for name in ("open", "open/deep"):
        (tmp_path / "exports" / name).mkdir(exist_ok=True)
        (tmp_path / "exports" / name / "a.csv").touch()
    access = os.access
    monkeypatch.setattr(
        os,
        "access",
        lambda path, mode: Path(path).name not in {"closed", "lost+found"} and access(path, mode),
    )
    return tmp_path


@pytest.mark.parametrize("pattern", ["exports/*/a.csv", "exports/*/*.csv", "exports/**/*.csv", "*/*/a.csv"])
def test_a_folder_that_may_not_be_looked_into_is_not_passed_over(exports: Path, pattern: str) -> None:
    with pytest.raises(CollectDenied, match="closed"):
        find_files(exports, pattern)
    (exports / "exports" / "closed").rmdir()
    assert find_files(exports, pattern)


@pytest.mark.parametrize("pattern", ["exports/open/a.csv", "exports/open/*.csv", "exports/o*/a.csv"])
def test_a_folder_that_no_pattern_leads_to_is_not_missed(exports: Path, pattern: str) -> None:
    assert find_files(exports, pattern) == [exports / "exports" / "open" / "a.csv"]


def test_a_link_that_leads_nowhere_is_found_so_that_it_is_told(exports: Path) -> None:
    folder = exports / "exports" / "open"
    (folder / "b.csv").symlink_to("nowhere.csv")
    (folder / "~$a.csv").touch()
    assert find_files(exports, "exports/open/*.csv") == [folder / "a.csv", folder / "b.csv"]
