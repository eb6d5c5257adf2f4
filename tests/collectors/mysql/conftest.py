"""A real MariaDB with the situations that the tests ask about planted in it."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.servers.running import Server, as_user, certificate, free_port, program

AUDITOR, SHARED_WORD = "Aud1tor-canary-4410", "Sh4red-canary-2207"
PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"
SEED = f"""
CREATE ROLE operators; GRANT SUPER ON *.* TO operators;
CREATE USER auditor@'127.0.0.1' IDENTIFIED BY '{AUDITOR}' REQUIRE SSL;
GRANT SELECT ON mysql.user TO auditor@'127.0.0.1'; GRANT SELECT ON mysql.global_priv TO auditor@'127.0.0.1';
GRANT SELECT ON mysql.roles_mapping TO auditor@'127.0.0.1'; GRANT SELECT ON mysql.db TO auditor@'127.0.0.1';
GRANT SELECT ON mysql.tables_priv TO auditor@'127.0.0.1'; GRANT REPLICA MONITOR ON *.* TO auditor@'127.0.0.1';
CREATE USER half_seeing@'127.0.0.1' IDENTIFIED BY '{AUDITOR}' REQUIRE SSL;
GRANT SELECT ON mysql.user TO half_seeing@'127.0.0.1'; GRANT SELECT ON mysql.global_priv TO half_seeing@'127.0.0.1';
CREATE USER nobody_special@'127.0.0.1' IDENTIFIED BY '{AUDITOR}';
CREATE USER shared_his@'%' IDENTIFIED BY '{SHARED_WORD}'; GRANT ALL ON *.* TO shared_his@'%' WITH GRANT OPTION;
CREATE USER sneaky@'%' IDENTIFIED BY '{SHARED_WORD}'; GRANT operators TO sneaky@'%';
CREATE USER left1@'10.%' IDENTIFIED BY '{SHARED_WORD}' ACCOUNT LOCK;
CREATE USER aged@'%' IDENTIFIED BY '{SHARED_WORD}' PASSWORD EXPIRE INTERVAL 90 DAY;
CREATE USER by_pattern@'%' IDENTIFIED BY '{SHARED_WORD}'; GRANT ALL ON `%`.* TO by_pattern@'%';
CREATE USER by_table@'%' IDENTIFIED BY '{SHARED_WORD}'; GRANT UPDATE ON mysql.global_priv TO by_table@'%';
CREATE USER by_column@'%' IDENTIFIED BY '{SHARED_WORD}'; GRANT UPDATE (priv) ON mysql.global_priv TO by_column@'%';
CREATE USER own_data@'%' IDENTIFIED BY '{SHARED_WORD}'; GRANT ALL ON `mysql_app`.* TO own_data@'%';
CREATE USER everywhere@'%' IDENTIFIED BY '{SHARED_WORD}'; GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO everywhere@'%';
CREATE USER reader@'%' IDENTIFIED BY '{SHARED_WORD}'; GRANT SELECT ON *.* TO reader@'%'; GRANT SELECT ON mysql.* TO reader@'%';
CREATE USER peer@localhost IDENTIFIED VIA unix_socket;
CREATE USER either@localhost IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('{SHARED_WORD}');
CREATE USER open_door@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('{SHARED_WORD}') OR mysql_native_password;
CREATE USER three@localhost IDENTIFIED VIA mysql_old_password USING '5d2e19393cc5ef67' OR unix_socket OR
  mysql_native_password USING PASSWORD('{SHARED_WORD}');
UPDATE mysql.global_priv SET priv=json_set(priv, '$.password_last_changed', 1700000000) WHERE user='aged';
FLUSH PRIVILEGES; CREATE DATABASE his; CREATE TABLE his.patient (name varchar(40) COMMENT '{PATIENT}', id char(18)) CHARSET utf8mb4;
INSERT INTO his.patient VALUES ('{PATIENT}', '{PATIENT_ID}');
"""


@dataclass(frozen=True)
class Maria:
    """The server under way."""

    port: int
    folder: Path
    server: Server

    def sql(self, statements: str) -> list[tuple[Any, ...]]:
        import pymysql

        rows: list[tuple[Any, ...]] = []
        with (
            pymysql.connect(
                unix_socket=str(self.folder / "my.sock"), user="root", autocommit=True
            ) as connection,
            connection.cursor() as cursor,
        ):
            for one in filter(str.strip, statements.split(";")):
                cursor.execute(one)
                rows = list(cursor.fetchall())
        return rows

    def written(self) -> list[tuple[Any, ...]]:
        """How many statements and rows were written, by the server's own count."""
        return self.sql(
            "SHOW GLOBAL STATUS WHERE variable_name IN ('Com_insert', 'Com_update', 'Com_delete', 'Com_replace', "
            "'Com_create_user', 'Com_grant', 'Com_set_option_global', 'Com_create_table', 'Com_drop_table', "
            "'Com_alter_table', 'Com_alter_user', 'Com_flush', 'Com_kill', 'Com_load', 'Binlog_commits', "
            "'Handler_update', 'Handler_delete')"
        )

    def target(self, name: str = "my", **more: Any) -> str:
        options: dict[str, Any] = {
            "collector": "mysql",
            "name": name,
            "host": "127.0.0.1",
            "port": self.port,
            "user": "auditor",
            "password": {"env": "MY_PASSWORD"},
            "tls": {"ca_file": str(self.folder / "cert.pem")},
            "system_id": "LIS",
            "asset_id": "lis-db-01",
        } | more
        return f"  - {json.dumps({key: value for key, value in options.items() if value is not None})}\n"


@pytest.fixture(scope="session")
def maria() -> Iterator[Maria]:
    # not below pytest's folder, which the server's account may not enter
    with tempfile.TemporaryDirectory(prefix="hiscomply-my-", ignore_cleanup_errors=True) as folder:
        yield from _running(Path(folder))


def _running(folder: Path) -> Iterator[Maria]:
    port, data, user = free_port(), folder / "data", as_user("mysql")
    folder.chmod(0o755)
    cert, key = certificate(folder)
    for one in (folder, cert, key):
        shutil.chown(one, "mysql", "mysql")
    subprocess.run(
        [*user, program("mariadb-install-db"), "--no-defaults", f"--datadir={data}",
         "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    server = Server(
        [*user, program("mariadbd"), "--no-defaults", f"--datadir={data}", f"--socket={folder}/my.sock",
         f"--pid-file={folder}/pid", "--bind-address=127.0.0.1", f"--port={port}", f"--ssl-cert={cert}",
         f"--ssl-key={key}", f"--log-bin={data}/binlog", "--skip-name-resolve", "--log-warnings=2"],
        folder / "log", cwd=Path("/"),
    )  # fmt: skip
    one = Maria(port, folder, server)
    server.wait_for(lambda: (folder / "my.sock").exists() and one.sql("SELECT 1"))
    try:
        one.sql(SEED)
        yield one
    finally:
        server.stop()
