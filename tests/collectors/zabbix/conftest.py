"""One real Zabbix for the session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from running_zabbix import Zabbix, zabbix


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zabbix]:
    # Not below pytest's own folder, which other accounts may not enter.
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="zabbix-"))
    try:
        with zabbix(folder) as one:
            yield one
    finally:
        shutil.rmtree(folder, ignore_errors=True)
