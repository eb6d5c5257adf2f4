"""A configuration repository that ``hiscomply check`` is run on, in this process."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hiscomply.cli.main import run

BAD_SSHD = (
    "PermitRootLogin yes\nPasswordAuthentication no\nMaxAuthTries 3\nClientAliveInterval 300\nClientAliveCountMax 2\n"
    "LoginGraceTime 60\n"
)
GOOD_SSHD = BAD_SSHD.replace("PermitRootLogin yes", "PermitRootLogin no")
SSHD = "etc/ssh/sshd_config"


def in_days(days: int) -> date:
    """The day that many days from now, in the zone of a check without a project."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=days)


@dataclass(frozen=True)
class Answer:
    """What a check said."""

    code: int
    out: str
    err: str

    @property
    def findings(self) -> list[str]:
        """``place: severity policy`` of every finding, in order."""
        lines = [line for line in self.out.splitlines() if line.count(" ") > 2 and ": " in line]
        return [" ".join(line.split(" ")[:3]) for line in lines if line.split(" ")[1] in LABELS]


LABELS = ("critical", "high", "medium", "low", "unknown")


@dataclass(frozen=True)
class Tree:
    """The repository."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        """Writes a file of it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def check(self, *arguments: str) -> Answer:
        """Runs the check in it; English."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["check", *arguments, "--lang", "en"])
        return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def pack_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of compiled policies for all trees."""
    return tmp_path_factory.mktemp("pack-cache")


@pytest.fixture
def tree(tmp_path: Path, pack_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tree]:
    """An empty repository, which is the current folder."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HISCOMPLY_CACHE", str(pack_cache))
    return Tree(folder)
