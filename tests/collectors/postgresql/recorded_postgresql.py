"""``python -m tests.collectors.postgresql.recorded_postgresql`` starts a PostgreSQL with planted situations and records it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.collectors.postgresql.conftest import ADMIN, _running
from tests.servers.recorded_answers import record

import hiscomply_postgresql
from hiscomply_postgresql.fetch import Session
from hiscomply_postgresql.questions import QUESTIONS

FILE = Path(hiscomply_postgresql.__file__).parent / "recorded" / "postgresql-15" / "answers.json"

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hiscomply-pg-") as folder:
        for server in _running(Path(folder)):
            options = {
                "host": "127.0.0.1", "port": server.port, "user": "postgres", "tls": {"ca_file": str(server.ca_file)},
            }  # fmt: skip
            with Session(options, ADMIN, Path(folder)) as session:
                record(FILE, session.ask, QUESTIONS, {folder: "/srv/postgresql"})
