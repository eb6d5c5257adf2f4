from __future__ import annotations

from pathlib import Path

import pytest
from tests.acceptance.example import Hospital
from tests.acceptance.small_project import SmallProject


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallProject:
    """A project whose only policy passes, until a test spoils its evidence."""
    import hiscomply.plugins as plugins

    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(plugins, "pack_folders", lambda: [tmp_path / "project" / "pack"])
    return SmallProject(tmp_path / "project")


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """Copies of the example's projects with freshly made exports."""
    return Hospital(tmp_path_factory.mktemp("hospital"))
