"""Seeded accounts of a fleet, made by DuckDB: the same rows as Parquet, as JSON Lines and as a peer's JSON.

About seven in a hundred verdicts fail, and one in two hundred has a field that the source did not give.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.task import Watch

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
ACCOUNTS_PER_HOST = 40
NONE_FIELDS = ("person_id", "disabled_at", "pwd_max_age_days", "expires_at", "owner", "contract_end", "uid")

_KIND = """CASE WHEN {d} < 60 THEN 'human' WHEN {d} < 72 THEN 'service' WHEN {d} < 78 THEN 'shared'
  WHEN {d} < 84 THEN 'default' WHEN {d} < 94 THEN 'vendor' ELSE 'trainee' END"""


def _draw(number: int, sides: int) -> str:
    """SQL of a whole number below ``sides``, always the same for a row and a draw."""
    return f"(hash(i * 32 + {number}) % {sides})"


def _hours_ago(number: int, sides: int) -> str:
    return f"CAST($as_of AS TIMESTAMP) - to_hours(CAST({_draw(number, sides)} AS INTEGER))"


def account_columns() -> dict[str, str]:
    """SQL by field over ``i``, the number of the account."""
    return {
        "system_id": f"printf('host-%07d', i // {ACCOUNTS_PER_HOST})",
        "login": f"printf('user%02d', i % {ACCOUNTS_PER_HOST})",
        "person_id": "NULL",
        "kind": _KIND.format(d=_draw(1, 100)),
        "privileged": f"{_draw(2, 100)} < 20",
        "admin_role": "'none'",
        "enabled": f"{_draw(3, 100)} < 90",
        "locked": "false",
        "created_at": "CAST($as_of AS TIMESTAMP) - INTERVAL 1000 DAY",
        "disabled_at": "NULL",
        "last_login": f"CASE WHEN {_draw(4, 200)} > 0 THEN {_hours_ago(5, 53 * 24)} END",
        "pwd_changed_at": _hours_ago(6, 112 * 24),
        "pwd_max_age_days": f"CASE WHEN {_draw(7, 100)} < 90 THEN 30 + {_draw(8, 61)} END",
        "mfa": f"CASE WHEN {_draw(9, 200)} > 0 THEN {_draw(10, 100)} < 60 END",
        "expires_at": f"CASE WHEN {_draw(11, 100)} < 80 "
        f"THEN CAST($as_of AS DATE) + CAST({_draw(12, 290)} AS INTEGER) END",
        "owner": f"CASE WHEN {_draw(13, 100)} < 70 THEN printf('P%05d', {_draw(14, 9000)}) END",
        "break_glass": "false",
        "nda": f"{_draw(15, 100)} < 60",
        "contract_end": "NULL",
        "uid": "1000 + i % 40",
        "shell": "'/bin/bash'",
    }


def provenance_columns() -> dict[str, str]:
    """SQL of the columns that the border adds."""
    seen = "CAST($as_of AS TIMESTAMP) - INTERVAL 2 HOUR"
    return {
        "_collection": "printf('fleet-%02d', i % 20)",
        "_source": f"printf('exports/accounts/%07d.jsonl', i // {ACCOUNTS_PER_HOST})",
        "_line": f"1 + i % {ACCOUNTS_PER_HOST}",
        "_column": "NULL",
        "_pointer": "NULL",
        "_observed_at": seen,
        "_collected_at": seen,
        "_missing": "NULL",
    }


def make_fleet(hosts: int, folder: str, formats: list[str]) -> Watch:
    """Writes ``account.parquet`` and, as asked, ``accounts.jsonl`` and ``hosts.json`` into the folder."""
    import duckdb

    from hiscomply.plugins import evidence_kinds

    types = evidence_kinds()["account"].columns()
    drawn = account_columns() | provenance_columns()
    row = ", ".join(
        f'CAST({drawn.get(name, "NULL")} AS {type_}) AS "{name}"' for name, type_ in types.items()
    )
    parquet = Path(folder) / "account.parquet"
    watch = Watch()
    connection = duckdb.connect(config={"memory_limit": "2GB", "threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    bound = {"as_of": AS_OF.replace(tzinfo=None)}
    count = hosts * ACCOUNTS_PER_HOST
    with watch:
        connection.execute(
            f"COPY (SELECT {row} FROM range({count}) t(i)) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)",
            bound,
        )
        connection.execute(f"CREATE VIEW account AS SELECT * FROM read_parquet('{parquet}')")
        if "jsonl" in formats:
            _write_json_lines(connection, Path(folder) / "accounts.jsonl")
        if "json" in formats:
            _write_peer_json(connection, Path(folder) / "hosts.json")
    watch.facts["accounts"] = count
    return watch


def _write_json_lines(connection: Any, path: Path) -> None:
    """As a collector gives them: times with a zone."""
    connection.execute(
        f"COPY (SELECT {', '.join(account_columns())} FROM account) "
        f"TO '{path}' (FORMAT json, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ')"
    )


def _write_peer_json(connection: Any, path: Path) -> None:
    """Hosts with their accounts, only the fields that the conditions read; times and dates as numbers, which
    spares the peers from parsing them."""
    connection.execute(
        f"""COPY (SELECT system_id AS id, list(struct_pack(login, kind, privileged, enabled,
        last_login := epoch(last_login)::BIGINT, pwd_changed_at := epoch(pwd_changed_at)::BIGINT,
        pwd_max_age_days, mfa, expires_at := epoch(expires_at)::BIGINT, owner, nda)) AS accounts
        FROM account GROUP BY system_id ORDER BY system_id) TO '{path}' (FORMAT json, ARRAY true)"""
    )
