"""The statements of the README, run as they stand, are rights enough for every fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collectors.mysql.conftest import AUDITOR, Maria
from tests.servers.audits import audit, write_project
from tests.servers.readme import code_of
from tests.servers.running import needs, needs_root

import hiscomply_mysql

pytestmark = [needs("mariadbd", "mariadb-install-db", package="mariadb-server"), needs_root()]

NOT_HERE = re.compile(r"^.*-- MySQL 8$", re.MULTILINE)
"""The tables that a MariaDB does not have."""


@pytest.fixture
def as_told(maria: Maria) -> Iterator[None]:
    """The account that the README tells to make, and nothing else."""
    told = code_of(hiscomply_mysql, "CREATE USER ", "sql")
    statements = re.sub(r"--.*", "", NOT_HERE.sub("", told))
    maria.sql(statements.replace("…", AUDITOR).replace("10.1.2.3", "127.0.0.1"))
    yield
    maria.sql("DROP USER hiscomply@'127.0.0.1'")


@pytest.mark.usefixtures("as_told")
def test_the_rights_of_the_readme_suffice(
    maria: Maria, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOLD", AUDITOR)
    everything = ["accounts", "settings", "replication"]
    target = maria.target(user="hiscomply", password={"env": "MY_TOLD"}, include=everything)
    write_project(tmp_path, target)
    audited = audit(tmp_path)
    refused = audited.collections["my"].rejected
    assert [(one.kind, "no running replica" in one.reason.en) for one in refused] == [("redundancy", True)]
    assert audited.rows("account")
    assert audited.rows("password_state")
    assert audited.rows("setting")
