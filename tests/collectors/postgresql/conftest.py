"""A real PostgreSQL 15 with the situations that the tests ask about planted in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.servers.running import Server, as_user, certificate, free_port, program, wait_until

ADMIN, AUDITOR = "Adm1n-canary-7731", "Aud1tor-canary-4410"
PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"
TOKEN = "tok3n-canary-9f2e"
SEED = f"""
CREATE ROLE auditor LOGIN PASSWORD '{AUDITOR}'; GRANT pg_monitor TO auditor;
GRANT SELECT ON pg_hba_file_rules TO auditor; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO auditor;
CREATE ROLE nobody_special LOGIN PASSWORD '{AUDITOR}';
CREATE ROLE shared_dba LOGIN SUPERUSER PASSWORD 'x' VALID UNTIL 'infinity';
CREATE ROLE dba2 LOGIN SUPERUSER PASSWORD 'x'; CREATE ROLE dba3 LOGIN SUPERUSER PASSWORD 'x';
CREATE ROLE old_app LOGIN PASSWORD 'x' VALID UNTIL '2024-01-01 00:00:00+00'; CREATE ROLE closed_app LOGIN CONNECTION LIMIT 0;
CREATE ROLE backdoor_group; GRANT pg_execute_server_program TO backdoor_group;
CREATE ROLE sneaky LOGIN PASSWORD 'x'; GRANT backdoor_group TO sneaky;
SET password_encryption = 'md5'; CREATE ROLE md5_app LOGIN PASSWORD 'x'; RESET password_encryption;
COMMENT ON ROLE old_app IS '{PATIENT} {PATIENT_ID}';
CREATE TABLE patient(name text, id text); INSERT INTO patient VALUES ('{PATIENT}', '{PATIENT_ID}');
SELECT pg_switch_wal();
ALTER SYSTEM SET primary_conninfo = 'host=standby password={TOKEN}';
"""
OTHER_SESSIONS = """
SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
RULES = """local all all scram-sha-256
hostssl all all 127.0.0.1/32 scram-sha-256
host app legacy 10.0.0.0/8 md5
host all all 192.168.0.0/16 trust
"""


@dataclass(frozen=True)
class Postgres:
    """The server under way."""

    port: int
    folder: Path
    server: Server

    @property
    def ca_file(self) -> Path:
        return self.folder / "cert.pem"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(
            host=str(self.folder),
            port=self.port,
            user="postgres",
            password=ADMIN,
            dbname=database,
            autocommit=True,
        ) as connection:
            for one in filter(str.strip, statement.split(";")):
                cursor = connection.execute(one)
            return cursor.fetchall() if cursor.description else []

    def written(self) -> list[tuple[Any, ...]]:
        """What the server has counted as written, by database; a session counts in what it wrote when it ends."""
        assert wait_until(lambda: self.sql(OTHER_SESSIONS) == [(0,)])
        self.sql("SELECT pg_stat_force_next_flush()")
        return self.sql(
            "SELECT datname, tup_inserted, tup_updated, tup_deleted FROM pg_stat_database ORDER BY datname"
        )

    def target(self, name: str = "pg", **more: Any) -> str:
        import json

        options: dict[str, Any] = {
            "collector": "postgresql",
            "name": name,
            "host": "127.0.0.1",
            "port": self.port,
            "user": "auditor",
            "password": {"env": "PG_PASSWORD"},
            "tls": {"ca_file": str(self.ca_file)},
            "system_id": "HIS",
            "asset_id": "his-db-01",
        } | more
        return f"  - {json.dumps({key: value for key, value in options.items() if value is not None})}\n"


def start(folder: Path, *, more: str = "") -> Postgres:
    data, port = folder / "data", free_port()
    folder.chmod(0o755)
    word = folder / "word"
    word.write_text(ADMIN)
    cert, key = certificate(folder)
    shutil.chown(folder, "postgres", "postgres")
    shutil.chown(word, "postgres", "postgres")
    user = as_user("postgres") if os.geteuid() == 0 else []
    subprocess.run(
        [*user, program("initdb"), "-D", str(data), "-A", "scram-sha-256", f"--pwfile={word}", "--no-sync",
         "--no-locale", "-E", "UTF8"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    for source, name in ((cert, "server.crt"), (key, "server.key")):
        (data / name).write_bytes(source.read_bytes())
        (data / name).chmod(0o600)
        shutil.chown(data / name, "postgres", "postgres")
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(
            f"listen_addresses='127.0.0.1'\nport={port}\nunix_socket_directories='{folder}'\nfsync=off\nssl=on\n"
            f"archive_mode=on\narchive_command='test {TOKEN} != x && false'\nautovacuum=off\n{more}"
        )
    (data / "pg_hba.conf").write_text(RULES)
    server = Server([*user, program("postgres"), "-D", str(data)], folder / "log", cwd=Path("/"))
    postgres = Postgres(port, folder, server)
    server.wait_for(lambda: postgres.sql("SELECT 1"))
    return postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # not below pytest's folder, which the server's account may not enter
    with tempfile.TemporaryDirectory(prefix="hiscomply-pg-") as folder:
        yield from _running(Path(folder))


def _running(folder: Path) -> Iterator[Postgres]:
    one = start(folder)
    try:
        one.sql(SEED)
        # only after the start: with a bad line a server does not start, on reload it keeps its old rules
        with (one.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write("host all all nonsense/99 md5\n")
        one.sql("SELECT pg_reload_conf()")
        yield one
    finally:
        one.server.stop(signal.SIGINT)


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_PASSWORD", AUDITOR)
    monkeypatch.setenv("PG_ADMIN", ADMIN)
    monkeypatch.setenv("PG_WRONG", "Wr0ng-canary-5512")
