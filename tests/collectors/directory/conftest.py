"""Real directories, started once for all tests of this folder and only where a test asks for them."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from samba_server import SambaDc
from slapd_server import Slapd


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder that daemons of other accounts may enter; in memory where there is such a place."""
    place = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="hiscomply-", dir=place if place.is_dir() else None))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def slapd(scratch: Path) -> Iterator[Slapd]:
    folder = scratch / "slapd"
    folder.mkdir()
    one = Slapd(folder)
    yield one
    one.server.stop()


@pytest.fixture(scope="session")
def samba(scratch: Path) -> Iterator[SambaDc]:
    folder = scratch / "samba"
    folder.mkdir()
    one = SambaDc(folder)
    yield one
    one.stop()


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passwords that the targets of the tests name."""
    import samba_server
    import slapd_server

    monkeypatch.setenv("LDAP_PASSWORD", slapd_server.READER_PASSWORD)
    monkeypatch.setenv("AD_PASSWORD", samba_server.READER_PASSWORD)
    monkeypatch.setenv("WRONG_PASSWORD", "Wrong-2b9d-secret")
