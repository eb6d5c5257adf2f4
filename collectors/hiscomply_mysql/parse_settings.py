"""Settings, plugins and replication to ``setting``, ``log_source`` and ``redundancy``. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.databases import Instance, Row

FILE = "global variables"


def parse_settings(answers: Mapping[str, Sequence[Row]], instance: Instance) -> Iterator[Record | Rejected]:
    """The global values in effect, TLS of this connection, plugins, and whether every user is audited."""
    values = {row["variable_name"].lower(): row["value"] for row in answers["settings"]}
    if not values:
        reason = Text("服务器未给出任何全局变量", "the server tells no global variable")
        yield instance.rejected("setting", FILE, reason)
        return
    if values.get("secure_file_priv", "") is None:
        values["secure_file_priv"] = "NULL"  # MySQL's word for: no file at all
    status = {row["variable_name"].lower(): row["value"] for row in answers["connection"]}
    if in_use := status.get("current_tls_version"):
        values["tls_version"] = in_use  # MySQL takes a new value only at ALTER INSTANCE RELOAD TLS
    values.setdefault("skip_grant_tables", _skips_grants(answers["login"]))
    for name in sorted(values):
        yield instance.setting(FILE, "mysql_effective", FILE, name, values[name])
    if "ssl_version" in status:
        yield instance.setting(
            FILE, "mysql_effective", "Ssl_version", "connection.tls", status["ssl_version"] or "off"
        )
    for row in answers["plugins"]:
        key = f"plugin.{row['name'].lower()}"
        yield instance.setting(FILE, "mysql_effective", "information_schema.plugins", key, row["status"])
    fields = {
        "asset_id": instance.asset_id,
        "name": "mysql",
        "system_id": instance.system_id,
        "layer": "database",
        "covers_every_user": _covers_every_user(values, answers["plugins"]),
    }
    yield instance.record("log_source", FILE, fields)


def _skips_grants(login: Sequence[Row]) -> str:
    """MySQL has no variable for it: who is let in without accounts being looked at is nobody of these names."""
    names = {row["login"] for row in login}
    return "ON" if names & {"skip-grants user@skip-grants host", "@"} else "OFF"


def _covers_every_user(values: Mapping[str, str], plugins: Sequence[Row]) -> Any:
    """True where every statement of everybody is logged, False where none is; filters are for people to judge."""
    # with NONE among them nothing is written, whatever else stands there
    outputs = {one.strip().upper() for one in values.get("log_output", "NONE").split(",")}
    is_general = values.get("general_log") == "ON" and "NONE" not in outputs
    events = {one.strip() for one in values.get("server_audit_events", "").upper().split(",") if one.strip()}
    is_audited = (
        values.get("server_audit_logging") == "ON"
        and values.get("server_audit_incl_users") == ""
        and values.get("server_audit_excl_users") == ""
        and (not events or "QUERY" in events)
    )
    if is_general or is_audited:
        return True
    has_plugin = any(row["type"] == "AUDIT" and row["status"] == "ACTIVE" for row in plugins)
    has_plugin = has_plugin or any(name.startswith(("audit_log", "server_audit")) for name in values)
    return ... if has_plugin or "general_log" not in values else False


def parse_replication(
    answers: Mapping[str, Sequence[Row]], instance: Instance
) -> Iterator[Record | Rejected]:
    """What this server sees itself be: a replica that runs, or a member of a cluster. Else not known."""
    cluster = {row["variable_name"].lower(): row["value"] for row in answers["cluster"]}
    size = cluster.get("wsrep_cluster_size", "0")
    if size.isdigit() and int(size) > 1 and cluster.get("wsrep_ready") == "ON":
        mode: str | None = "active_active"
    else:  # of several sources each has to be followed
        sources = [_runs(row) for row in (*answers["replica"], *answers["replica_mysql"])]
        mode = "hot_standby" if sources and all(sources) else None
    if mode:
        fields = {"system_id": instance.system_id, "part": "database", "mode": mode}
        yield instance.record("redundancy", "replica status", fields)
        return
    reason = Text(
        "此服务器不是正在复制的从库或集群成员;主库请改查其从库,存储层冗余此处不可见",
        "this server is no running replica and no member of a cluster; ask the replica, not the primary; redundancy by "
        "storage is not visible here",
    )
    yield instance.rejected("redundancy", "replica status", reason)


def _runs(row: Row) -> bool:
    """Both threads of a replica run; of the status nothing else is looked at, for it quotes statements."""
    return all(
        row.get(f"{new}_{thread}_running", row.get(f"{old}_{thread}_running")) == "Yes"
        for new, old in (("replica", "slave"),)
        for thread in ("io", "sql")
    )
