"""The statements of the README, run as they stand, are rights enough for every fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collectors.postgresql.conftest import AUDITOR, Postgres
from tests.servers.audits import audit, write_project
from tests.servers.readme import code_of
from tests.servers.running import needs, needs_root

import hiscomply_postgresql

pytestmark = [needs("initdb", "postgres", package="postgresql-15"), needs_root()]

EVERYTHING = ["accounts", "settings", "host_rules", "archiving", "replication", "password_schemes"]


@pytest.fixture
def as_told(postgres: Postgres) -> Iterator[None]:
    """The role that the README tells to make, and nothing else."""
    told = code_of(hiscomply_postgresql, "CREATE ROLE ", "sql")
    postgres.sql(re.sub(r"--.*", "", told).replace("…", AUDITOR))
    yield
    postgres.sql("DROP OWNED BY hiscomply; DROP ROLE hiscomply")


@pytest.mark.usefixtures("as_told")
def test_the_rights_of_the_readme_suffice(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_TOLD", AUDITOR)
    target = postgres.target(user="hiscomply", password={"env": "PG_TOLD"}, include=EVERYTHING)
    write_project(tmp_path, target)
    audited = audit(tmp_path)
    told = [(one.kind, one.reason.en.partition(";")[0]) for one in audited.collections["pg"].rejected]
    assert told == [("setting", "this line is wrong"), ("redundancy", "no standby is seen to replay")]
    for kind in ("account", "setting", "password_state", "backup_job"):
        assert audited.rows(kind), kind
