"""Repositories, made once, and a project around targets of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.collectors.backups.repositories import PASSWORD, make_borg, make_restic
from tests.servers.audits import Audited, audit, command, write_project

SYSTEMS = "  - {collector: records, name: systems, path: systems.jsonl, kinds: [system]}\n"
Runner = Callable[..., Audited]


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``restic`` and ``borg``; tests that change one copy it first."""
    folder = tmp_path_factory.mktemp("vault")
    make_restic(folder)
    make_borg(folder)
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project of a hospital with the core system HIS; REPO_PASS and WRONG_PASS are set."""
    monkeypatch.setenv("REPO_PASS", PASSWORD)
    monkeypatch.setenv("WRONG_PASS", "Wrong-Pass-0815")
    folder = tmp_path / "project"
    folder.mkdir()
    system = {"kind": "system", "id": "HIS", "tier": 1, "stage": "run", "mlps": 3, "category": "HIS"}
    (folder / "systems.jsonl").write_text(f'{json.dumps(system)}\n{{"kind": "_end", "records": 1}}\n')
    return folder


@pytest.fixture
def collect(project: Path) -> Runner:
    """Collection alone, of targets in YAML flow form without ``collector``."""

    def run(*targets: str) -> Audited:
        folder = written(project, targets)
        return Audited(*command("collect", str(folder)), folder)

    return run


@pytest.fixture
def judge(project: Path) -> Runner:
    """A whole audit of the targets by these policies."""

    def run(policies: list[str], *targets: str) -> Audited:
        return audit(written(project, targets), policies)

    return run


def written(project: Path, targets: tuple[str, ...]) -> Path:
    """The project with these targets."""
    lines = "".join(f"  - {{collector: backups, {one}}}\n" for one in targets)
    return write_project(project, SYSTEMS + lines)


def told(run: Audited, target: str) -> tuple[str, str]:
    """Status and reason of a collection."""
    found = run.collections[target]
    return str(found.status), found.reason.en if found.reason else ""
