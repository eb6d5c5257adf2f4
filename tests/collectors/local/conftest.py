"""What the tests of the ``local`` collector share: one collection of one recorded situation."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

# pytest imports by file here, so that a module shared by several test files needs its folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from recorded_host import RECORDED, Collected, RecordedHost, collect_from


@pytest.fixture(scope="session")
def situation() -> Callable[[str], Collected]:
    """Collects from a folder of ``recorded/``."""

    @cache
    def collect(name: str) -> Collected:
        host = RecordedHost(RECORDED / name)
        return collect_from(host, host.now)

    return collect
