"""Statements that are sent, and those that are not."""

from __future__ import annotations

import pytest

from hiscomply.hookspecs import CollectFailed
from hiscomply_sql.guard import guarded
from hiscomply_sql.query import ready_queries

BACKENDS = {"oracle": "oracle", "sqlserver": "mssql", "dm8": "dm"}
READS = {
    "postgresql": [
        "SELECT a FROM b;",
        "SELECT a FROM b UNION ALL SELECT c FROM d",
        "WITH x AS (SELECT 1) SELECT * FROM x",
    ],
    "mysql": ["SELECT a, count(*) FROM b GROUP BY a -- note"],
    "oracle": ["SELECT CASE WHEN a = 'DELETE' THEN 1 END FROM b"],
}
WRITES = {
    "postgresql": [
        "DELETE FROM a", "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", "SELECT 1; DROP TABLE a",
        "SELECT * INTO b FROM a", "SELECT * FROM a FOR UPDATE", "SELECT pg_terminate_backend(1)",
        "SELECT nextval('s')", "SELECT lo_creat(-1)", 'SELECT "pg_sleep"(1)', "SELECT pg_catalog.pg_read_file('x')", "CALL f()",
        "EXPLAIN ANALYZE DELETE FROM a", "COPY a TO '/x'", "COPY (SELECT 1) TO PROGRAM 'x'", "SELECT * FROM dblink('x', 'y')",
        "SET ROLE postgres", "DO $$ BEGIN END $$", "VALUES (1)", "", "-- nothing", "TABLE a; TABLE b", "LOCK TABLE a",
        "TRUNCATE a", "GRANT ALL ON a TO b", "VACUUM", "BEGIN", "SELECT (",
    ],
    "mysql": [
        "SELECT 1 INTO OUTFILE '/tmp/x'", "SELECT 1 INTO @a", "SELECT /*!50000 1 */", "SELECT /*M! 1 */",
        "SELECT sleep(5)", "SELECT `sleep`(1)", "SELECT load_file('x')", "REPLACE INTO a VALUES (1)", "SELECT @a := 1",
    ],
    "oracle": [
        "SELECT s.nextval FROM dual", "SELECT utl_http.request('x') FROM dual", "SELECT sys.dbms_lock.sleep(1) FROM dual",
        "SELECT * FROM a WHERE x = utl_http.request(1)", "BEGIN NULL; END;",
        "MERGE INTO a USING b ON (a.x = b.x) WHEN MATCHED THEN DELETE",
    ],
    "mssql": [
        "EXEC xp_cmdshell 'x'", "SELECT NEXT VALUE FOR s", "SELECT 1 INSERT INTO t VALUES (1)", "SELECT 1 DROP TABLE t",
        "SELECT * FROM OPENROWSET('a', 'b', 'c')", "SELECT * INTO t FROM u",
    ],
    "sqlite": ["ATTACH 'x' AS y", "PRAGMA query_only = OFF", "SELECT load_extension('x')"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("backend", "statement"), [(one, text) for one, texts in READS.items() for text in texts]
)
def test_a_select_is_sent_as_it_stands(backend: str, statement: str) -> None:
    assert guarded(statement, backend) == statement.rstrip(";")


@pytest.mark.parametrize(
    ("backend", "statement"), [(one, text) for one, texts in WRITES.items() for text in texts]
)
def test_anything_else_is_not_sent(backend: str, statement: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(CollectFailed, match="the query was not sent"):
        guarded(statement, backend)
    assert not caplog.records


@pytest.mark.parametrize("name", ready_queries())
def test_a_ready_query_is_a_select_that_says_that_no_server_has_run_it(name: str) -> None:
    text = ready_queries()[name].read_text(encoding="utf-8")
    assert guarded(text, BACKENDS[name.partition("/")[0]])
    assert "未在真实服务器上运行过" in text and "Not run against a real server" in text
