"""Every question that is put to the server. Password hashes are judged there and stay there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Columns = Mapping[str, frozenset[str]]
"""The columns of each table of the schema ``mysql`` that the account sees, in lower case."""


@dataclass(frozen=True, slots=True)
class Question:
    """One SELECT or SHOW.

    Attributes:
        reads: what it reads, as people know it.
        sql: for a question that needs no table of the schema ``mysql``.
        is_optional: a server that does not know it answers nothing.
    """

    reads: str
    sql: str = ""
    is_optional: bool = False


POWERS: Final = (
    "Super Grant Create_user Shutdown File Reload Process Repl_slave Repl_client Create_tablespace "
    "Delete_history Select Insert Update Delete Create Drop Alter Execute"
)
PRIVILEGES: Final = tuple(POWERS.split())
WRITES: Final = ("Insert", "Update", "Delete", "Drop", "Alter")
"""Those that change what stands in a table."""
_SETTINGS = """
audit_log_policy audit_log_strategy authentication_policy autocommit bind_address binlog_encryption
binlog_expire_logs_seconds binlog_format check_proxy_users connection_control_failed_connections_threshold
default_authentication_plugin default_password_lifetime default_table_encryption disconnect_on_expired_password
encrypt_binlog expire_logs_days general_log have_ssl innodb_encrypt_log innodb_encrypt_tables
innodb_flush_log_at_trx_commit local_infile log_bin log_error log_output log_warnings mandatory_roles max_connections
max_password_errors old_passwords password_history password_reuse_interval port read_only require_secure_transport
secure_file_priv server_audit_events server_audit_excl_users server_audit_incl_users server_audit_logging
server_audit_output_type simple_password_check_digits simple_password_check_letters_same_case
simple_password_check_minimal_length simple_password_check_other_characters skip_grant_tables skip_name_resolve skip_networking
slow_query_log sql_mode ssl_ca ssl_cert strict_password_validation super_read_only sync_binlog tls_version
validate_password.check_user_name validate_password.length validate_password.mixed_case_count
validate_password.number_count validate_password.policy validate_password.special_char_count
validate_password_length validate_password_policy version version_comment
"""
SETTINGS: Final = tuple(_SETTINGS.split())
_NAMES = ", ".join(f"'{name}'" for name in SETTINGS)

COLUMNS: Final = (
    "SELECT lower(table_name) AS relation, lower(column_name) AS name FROM information_schema.columns "
    "WHERE table_schema = 'mysql' AND table_name IN ('user', 'global_priv', 'roles_mapping', 'role_edges', "
    "'global_grants', 'db', 'tables_priv')"
)
QUESTIONS: Final[Mapping[str, Question]] = {
    "accounts": Question("mysql.user, mysql.global_priv"),
    "memberships": Question("mysql.roles_mapping, mysql.role_edges"),
    "grants": Question("mysql.global_grants"),
    "writers": Question("mysql.db, mysql.tables_priv"),
    "settings": Question("global variables", f"SHOW GLOBAL VARIABLES WHERE variable_name IN ({_NAMES})"),
    "connection": Question(
        "session status Ssl_version, Current_tls_version",
        "SHOW SESSION STATUS WHERE variable_name IN ('Ssl_version', 'Current_tls_version')",
    ),
    "login": Question("current_user()", "SELECT current_user() AS login"),
    "plugins": Question(
        "information_schema.plugins",
        "SELECT plugin_name AS name, plugin_status AS status, plugin_type AS type FROM information_schema.plugins "
        "WHERE plugin_type IN ('AUDIT', 'PASSWORD VALIDATION', 'VALIDATE PASSWORD') ORDER BY plugin_name",
    ),
    "replica": Question("replica status", "SHOW ALL SLAVES STATUS", is_optional=True),
    "replica_mysql": Question("replica status", "SHOW REPLICA STATUS", is_optional=True),
    "cluster": Question(
        "global status wsrep",
        "SHOW GLOBAL STATUS WHERE variable_name IN ('wsrep_cluster_size', 'wsrep_ready', 'wsrep_cluster_status')",
    ),
}


MAX_WAYS = 8
"""How many of the ways to log in to one account are looked at; of one with more it is not known whether all ask a password."""


def accounts_sql(columns: Columns) -> str:
    """Accounts and roles with rights, lock and age; whether the password is empty is worked out by the server."""
    user = columns["user"]
    parts = ["u.user AS user_name", "u.host AS host_name"]
    parts += [
        f"u.{name}_priv = 'Y' AS p_{name}".lower() for name in PRIVILEGES if f"{name}_priv".lower() in user
    ]
    for name in ("ssl_type", "password_expired", "is_role"):
        if name in user:
            parts.append(f"u.{name} AS {name}")
    if columns.get("global_priv"):
        parts += _mariadb()
        join = "LEFT JOIN mysql.global_priv g ON g.user = u.user AND g.host = u.host"
        return f"SELECT {', '.join(parts)} FROM mysql.user u {join} ORDER BY 1, 2"
    for alias, column, expression in (
        ("plugin", "plugin", "u.plugin"),
        ("is_locked", "account_locked", "u.account_locked = 'Y'"),
        ("changed_s", "password_last_changed", "unix_timestamp(u.password_last_changed)"),
        ("lifetime_days", "password_lifetime", "u.password_lifetime"),
    ):
        if column in user:
            parts.append(f"{expression} AS {alias}")
    hashes = [
        f"coalesce(u.{name}, '') = ''" for name in ("authentication_string", "password") if name in user
    ]
    if hashes:
        parts.append(f"({' AND '.join(hashes)}) AS is_empty")
    return f"SELECT {', '.join(parts)} FROM mysql.user u ORDER BY 1, 2"


def _mariadb() -> list[str]:
    def value(key: str) -> str:
        return f"json_value(g.priv, '$.{key}')"

    return [
        f"coalesce({value('plugin')}, '') AS plugin",
        f"coalesce({value('authentication_string')}, '') = '' AS is_empty",
        f"coalesce({value('authentication_string')}, '') = 'invalid' AS is_invalid",
        f"concat_ws(' ', {', '.join(_way(number) for number in range(MAX_WAYS))}) AS other_ways",
        "coalesce(json_length(g.priv, '$.auth_or'), 0) AS ways",
        f"coalesce({value('account_locked')}, 0) = 1 AS is_locked",
        f"cast({value('password_last_changed')} AS unsigned) AS changed_s",
        f"cast({value('password_lifetime')} AS signed) AS lifetime_days",
    ]


def _way(number: int) -> str:
    """``plugin:state`` of one of several ways to log in; NULL where there is none, or it stands before the list."""
    way = f"$.auth_or[{number}]"
    state = f"coalesce(json_value(g.priv, '{way}.authentication_string'), '')"
    words = "WHEN '' THEN 'empty' WHEN 'invalid' THEN 'invalid' ELSE 'set'"
    return f"concat(json_value(g.priv, '{way}.plugin'), ':', CASE {state} {words} END)"


def memberships_sql(columns: Columns) -> str | None:
    """Who holds which role; None for a server without roles."""
    if columns.get("roles_mapping"):
        return "SELECT user AS user_name, host AS host_name, role AS role_name, '' AS role_host FROM mysql.roles_mapping"
    if columns.get("role_edges"):
        return (
            "SELECT to_user AS user_name, to_host AS host_name, from_user AS role_name, from_host AS role_host "
            "FROM mysql.role_edges"
        )
    return None


def is_hidden(question: str, columns: Columns) -> bool:
    """Whether the account does not see the table of a question, though a column of mysql.user shows that there is one."""
    user = columns["user"]
    if "is_role" in user:  # MariaDB
        return question == "memberships" and not columns.get("roles_mapping")
    table = {"memberships": "role_edges", "grants": "global_grants"}.get(question)
    return table is not None and "create_role_priv" in user and not columns.get(table)


def grants_sql(columns: Columns) -> str | None:
    """Dynamic privileges (MySQL 8); None where there are none."""
    if columns.get("global_grants"):
        return "SELECT user AS user_name, host AS host_name, priv AS privilege FROM mysql.global_grants"
    return None


def writers_sql(columns: Columns) -> str:
    """Who may write to the database ``mysql``, and so give himself every right; ``is_hidden`` where that is not shown."""
    rights = [f"{name.lower()}_priv" for name in WRITES]
    needed = {
        "db": {"user", "host", "db", *rights},
        "tables_priv": {"user", "host", "db", "table_priv", "column_priv"},
    }
    if any(not names <= columns.get(table, frozenset()) for table, names in needed.items()):
        return "SELECT 1 AS is_hidden"
    return (
        "SELECT user AS user_name, host AS host_name, 0 AS is_hidden FROM mysql.db "
        f"WHERE 'mysql' LIKE db AND 'Y' IN ({', '.join(rights)}) "
        "UNION SELECT user, host, 0 FROM mysql.tables_priv WHERE db = 'mysql' "
        f"AND (lower(table_priv) REGEXP '{'|'.join(WRITES).lower()}' OR lower(column_priv) REGEXP 'insert|update')"
    )
