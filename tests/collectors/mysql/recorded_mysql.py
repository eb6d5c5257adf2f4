"""``python -m tests.collectors.mysql.recorded_mysql`` starts a MariaDB with planted situations and records it."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

from tests.collectors.mysql.conftest import AUDITOR, _running
from tests.servers.recorded_answers import record

import hiscomply_mysql
from hiscomply_mysql.fetch import Session
from hiscomply_mysql.questions import QUESTIONS

FILE = Path(hiscomply_mysql.__file__).parent / "recorded" / "mariadb-10.11" / "answers.json"

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hiscomply-my-", ignore_cleanup_errors=True) as folder:
        for server in _running(Path(folder)):
            options = {
                "host": "127.0.0.1", "port": server.port, "user": "auditor", "tls": {"ca_file": f"{folder}/cert.pem"},
            }  # fmt: skip
            own = f'"host_name": "{socket.gethostname()}"'
            with Session(options, AUDITOR, Path(folder)) as session:
                record(FILE, session.ask, QUESTIONS, {folder: "/srv/mariadb", own: '"host_name": "db-host"'})
