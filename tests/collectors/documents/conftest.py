"""The project of every test."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.collectors.documents.papers import make_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a folder of two documents."""
    return make_project(tmp_path)
