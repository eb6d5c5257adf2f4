"""Every question that is put to the server. Hashes, commands and connection strings are judged there and stay there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Question:
    """One SELECT.

    Attributes:
        relation: what it reads, as people know it; also where its columns are looked up.
        columns: alias → (columns that the expression needs, expression). What an older or related server does not
            have is not asked, and so stays unknown.
    """

    relation: str
    columns: Mapping[str, tuple[tuple[str, ...], str]]
    tail: str = ""
    source: str = ""

    def sql(self, present: frozenset[str]) -> str:
        """The statement for a server whose relation has these columns."""
        asked = [
            f"{expression} AS {alias}"
            for alias, (needed, expression) in self.columns.items()
            if present.issuperset(needed)
        ]
        return f"SELECT {', '.join(asked)} FROM {self.source or self.relation} {self.tail}"


def _plain(*names: str) -> dict[str, tuple[tuple[str, ...], str]]:
    return {name: ((name,), name) for name in names}


# What they hold may carry a password or a token: only whether they are empty leaves the server.
WITHHELD: Final = ("archive_command", "archive_cleanup_command", "restore_command", "primary_conninfo")
_SETTINGS = """
archive_library archive_mode archive_timeout authentication_timeout data_checksums
default_transaction_isolation fsync full_page_writes hot_standby idle_in_transaction_session_timeout
listen_addresses log_checkpoints log_connections log_destination log_directory log_disconnections log_duration
log_file_mode log_filename log_hostname log_line_prefix log_lock_waits log_min_duration_statement
log_min_error_statement log_min_messages log_parameter_max_length log_replication_commands log_rotation_age
log_rotation_size log_statement log_truncate_on_rotation logging_collector max_connections max_wal_senders
password_encryption pgaudit.log pgaudit.log_catalog pgaudit.log_level pgaudit.log_parameter pgaudit.role port
row_security scram_iterations server_version session_preload_libraries shared_preload_libraries ssl
ssl_ca_file ssl_cert_file ssl_ciphers ssl_max_protocol_version ssl_min_protocol_version
superuser_reserved_connections synchronous_commit synchronous_standby_names tcp_keepalives_idle wal_level
audit_enabled audit_login_logout audit_user_locked enableseparationofduty failed_login_attempts
modify_initial_password password_effect_time password_encryption_type password_lock_time password_min_length
password_policy password_reuse_time
"""
SETTINGS: Final = tuple(_SETTINGS.split())
_NAMES = ", ".join(f"'{name}'" for name in (*SETTINGS, *WITHHELD))
_SHOWN = ", ".join(f"'{name}'" for name in SETTINGS)
_WITHHELD = ", ".join(f"'{name}'" for name in WITHHELD)
# a command that keeps nothing and says that all is well, which turns archiving off without a restart
_IDLE = r"^\s*(((/usr)?/bin/)?(true|:|echo|rem)( [^<>|&;]*)?|exit( 0)?|cd \.)\s*;?\s*$"
_ARCHIVED, _FAILED = "last_archived_time", "last_failed_time"

QUESTIONS: Final[Mapping[str, Question]] = {
    "roles": Question(
        "pg_roles",
        {
            "login": (("rolname",), "rolname"),
            "is_first": (("oid",), "oid = 10"),
            "can_login": (("rolcanlogin",), "rolcanlogin"),
            **_plain("rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls"),
            # openGauss
            **_plain("rolsystemadmin", "rolauditadmin", "rolmonitoradmin", "roloperatoradmin"),
            "connection_limit": (("rolconnlimit",), "rolconnlimit"),
            "never_expires": (
                ("rolvaliduntil",),
                "rolvaliduntil IS NULL OR rolvaliduntil = 'infinity'",
            ),
            "valid_until_s": (
                ("rolvaliduntil",),
                "CASE WHEN isfinite(rolvaliduntil) THEN extract(epoch FROM rolvaliduntil)::float8 END",
            ),
        },
        "ORDER BY rolname",
    ),
    "memberships": Question(
        "pg_auth_members",
        {"login": (("member",), "m.rolname"), "role": (("roleid",), "g.rolname")},
        "JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid ORDER BY 1, 2",
        "pg_auth_members a",
    ),
    "password_schemes": Question(
        "pg_authid",
        {
            "login": (("rolname",), "rolname"),
            "has_password": (("rolpassword",), "coalesce(rolpassword, '') <> ''"),
            "scheme": (
                ("rolpassword",),
                "CASE WHEN left(rolpassword, 14) = 'SCRAM-SHA-256$' THEN 'scram-sha-256' "
                "WHEN left(rolpassword, 3) = 'md5' THEN 'md5' WHEN left(rolpassword, 6) = 'sha256' THEN 'sha256' "
                "WHEN left(rolpassword, 3) = 'sm3' THEN 'sm3' END",
            ),
        },
        "WHERE rolcanlogin ORDER BY rolname",
    ),
    "settings": Question(
        "pg_settings",
        {
            "name": (("name",), "name"),
            "value": (
                ("name", "setting"),
                f"CASE WHEN name IN ({_WITHHELD}) THEN NULL ELSE left(setting, 1000) END",
            ),
            "is_withheld": (("name",), f"name IN ({_WITHHELD})"),
            "is_empty": (
                ("setting",),
                f"coalesce(setting, '') = '' OR name = 'archive_command' AND lower(setting) ~ '{_IDLE}'",
            ),
            "source": (("source",), "source"),
        },
        f"WHERE name IN ({_NAMES}) ORDER BY name",
    ),
    "overrides": Question(
        "pg_db_role_setting",
        {
            "name": (("setconfig",), "lower(split_part(one, '=', 1))"),
            "value": (("setconfig",), "left(substr(one, strpos(one, '=') + 1), 1000)"),
            "login": (("setrole",), "r.rolname"),
            "database": (("setdatabase",), "d.datname"),
        },
        f"LEFT JOIN pg_roles r ON r.oid = setrole LEFT JOIN pg_database d ON d.oid = setdatabase "
        f"WHERE (setrole <> 0 OR setdatabase <> 0) AND lower(split_part(one, '=', 1)) IN ({_SHOWN}) ORDER BY 1, 3, 4, 2",
        "(SELECT setrole, setdatabase, unnest(setconfig) AS one FROM pg_db_role_setting) s",
    ),
    "connection": Question(
        "pg_stat_ssl",
        {"is_tls": (("ssl",), "ssl"), "version": (("version",), "version")},
        "WHERE pid = pg_backend_pid()",
    ),
    "extensions": Question(
        "pg_extension",
        {"name": (("extname",), "extname"), "version": (("extversion",), "extversion")},
        "ORDER BY extname",
    ),
    "host_rules": Question(
        "pg_hba_file_rules",
        {
            **_plain("line_number", "file_name", "type", "address", "netmask", "auth_method"),
            "databases": (("database",), "array_to_string(database, ',')"),
            "users": (("user_name",), "array_to_string(user_name, ',')"),
            "is_broken": (("error",), "error IS NOT NULL"),
        },
        "ORDER BY line_number",
    ),
    "archiver": Question(
        "pg_stat_archiver",
        {
            "mode": ((), "current_setting('archive_mode')"),
            "is_standby": ((), "pg_is_in_recovery()"),
            "archived_s": ((_ARCHIVED,), f"extract(epoch FROM {_ARCHIVED})::float8"),
            "failed_s": ((_FAILED,), f"extract(epoch FROM {_FAILED})::float8"),
        },
    ),
    "standbys": Question(
        "pg_stat_replication",
        {
            "state": (("state",), "state"),
            "is_replaying": (("replay_lsn",), "replay_lsn IS NOT NULL"),
            "is_logical": (
                ("pid",),
                "EXISTS (SELECT 1 FROM pg_replication_slots s WHERE s.active_pid = pid AND s.slot_type = 'logical')",
            ),
        },
    ),
    "receiver": Question("pg_stat_wal_receiver", {"status": (("status",), "status")}),
}
