"""Settings, host rules and extensions to ``setting``, ``config_file`` and ``log_source``. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hiscomply.configurations import Configuration, Value
from hiscomply.hookspecs import CollectDenied
from hiscomply.model import Record, Rejected, Text
from hiscomply_files.effective_evidence import configuration_records
from hiscomply_files.software.postgresql import as_read
from hiscomply_kit.databases import Instance, Row

FILE = "pg_settings"
SERVER = "postgresql_server"
"""The software of these values, beside ``postgresql`` of files: policies name the ones that they mean."""
_HIDDEN = Text("对采集账号另有设置的参数看不到", "what is set for the collecting account itself is hidden")
_FEWER = ("setting", "log_source", "configuration", "effective_setting")
"""What an account without the monitoring role sees in part."""
_LOGGING = frozenset({"log_statement", "pgaudit.log"})
_OWN = frozenset({"database", "user", "database user", "client", "session"})


def parse_settings(answers: Mapping[str, Sequence[Row]], instance: Instance) -> Iterator[Record | Rejected]:
    """The values in effect, as one self-contained file ``<asset>:pg_settings``.

    Raises:
        CollectDenied: what only a monitoring role sees is not among them; after all else is given.
    """
    rows, given = answers["settings"], 0
    for row in rows:
        if row.get("source") in _OWN:
            reason = Text(
                f"{row['name']} 对采集账号另有设置,看不到服务器的值",
                f"{row['name']} is set for the collecting account itself, which hides the server's value",
            )
            yield instance.rejected("setting", FILE, reason)
            continue
        given += 1
        yield _setting(row, instance)
    for key, told, source in _beside(answers):
        given += 1
        yield instance.setting(FILE, "postgresql_effective", source, key, told)
    yield from _for_some(answers["overrides"], instance)
    given += len(answers["overrides"])
    values = {row["name"]: row["value"] for row in rows if row.get("source") not in _OWN}
    if not values:
        raise CollectDenied(_hidden("pg_settings"))
    yield _file(given, instance)
    yield from _in_effect(rows, answers["overrides"], instance)
    if "shared_preload_libraries" not in values:
        raise CollectDenied(
            _hidden("shared_preload_libraries"),
            kinds=("setting", "log_source", "configuration", "effective_setting"),
        )
    has_overrides = any(row["name"] in _LOGGING for row in answers["overrides"])
    yield _log_source(values, has_overrides, instance)


def _beside(answers: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, str, str]]:
    """What is in effect and stands in no setting: TLS of this very connection, extensions of its database."""
    for row in answers["connection"]:
        yield "connection.tls", row["version"] if row["is_tls"] else "off", "pg_stat_ssl"
    for row in answers["extensions"]:
        yield f"extension.{row['name']}", row["version"], "pg_extension"


def _for_some(overrides: Sequence[Row], instance: Instance) -> Iterator[Record]:
    """What holds for one role or in one database instead (format ``postgresql_override``), after the server's own."""
    seen: Counter[str] = Counter()
    for row in overrides:
        seen[row["name"]] += 1
        more = {"occurrence": seen[row["name"]] + 1, "section": _for_whom(row)}
        yield instance.setting(
            FILE, "postgresql_override", "pg_db_role_setting", row["name"], row["value"], **more
        )


def _for_whom(row: Row) -> str:
    """``role app``, ``database his`` or ``role app, database his``; one that was dropped has no name."""
    return ", ".join(
        f"{word} {row[key]}" for word, key in (("role", "login"), ("database", "database")) if row[key]
    )


def _hidden(what: str) -> Text:
    return Text(
        f"账号看不到 {what};请授予 pg_monitor(或 pg_read_all_settings)",
        f"the account does not see {what}; grant it pg_monitor (or pg_read_all_settings)",
    )


def _setting(row: Row, instance: Instance) -> Record:
    is_secret = bool(row.get("is_withheld")) and not row["is_empty"]
    value = "" if row["is_empty"] else row["value"]
    return instance.setting(
        FILE, "postgresql_effective", "pg_settings", row["name"], value, is_secret=is_secret
    )


def _file(settings: int, instance: Instance) -> Record:
    """What a server reports as in effect says everything, so policies about postgresql.conf can judge it."""
    fields = {
        "path": f"{instance.asset_id}:{FILE}",
        "format": "postgresql_conf",
        "status": "read",
        "is_self_contained": True,
        "settings": settings,
        "asset_id": instance.asset_id,
    }
    return instance.record("config_file", "pg_settings", fields)


def _in_effect(rows: Sequence[Row], overrides: Sequence[Row], instance: Instance) -> Iterator[Record]:
    """The values as those of a configuration, for the policies that judge files by what is in effect.

    A value that the server does not show is left out, which is not known. One that holds for a role or in a database
    only counts beside the server's.
    """
    shown = [row for row in rows if row.get("source") not in _OWN]
    values = [
        as_read(Value(row["name"], "" if row["is_empty"] else row["value"], instance.source))
        for row in shown
        if row["is_empty"] or not row.get("is_withheld")
    ]
    values += [
        as_read(
            Value(row["name"], row["value"], instance.source, origin="conditional", section=_for_whom(row))
        )
        for row in overrides
    ]
    missing = () if len(shown) == len(rows) else (_HIDDEN,)
    configuration = Configuration(SERVER, f"{instance.asset_id}:{FILE}", values, missing=missing)
    for record in configuration_records(
        configuration, observed_at=instance.now, digest=_withheld, asset_id=instance.asset_id
    ):
        yield replace(record, source=instance.source)


def _withheld(secret: str) -> str:
    """Stands for a value that a name calls a secret; the server's own withheld ones are not asked for."""
    return "withheld"


def _log_source(values: Mapping[str, Any], has_overrides: bool, instance: Instance) -> Record:
    fields = {
        "asset_id": instance.asset_id,
        "name": "postgresql",
        "system_id": instance.system_id,
        "layer": "database",
        "covers_every_user": _covers_every_user(values, has_overrides),
    }
    return instance.record("log_source", "pg_settings", fields)


def _covers_every_user(values: Mapping[str, Any], has_overrides: bool) -> Any:
    """True where every statement of everybody is logged, False where none is; in between it is for people to judge."""
    loaded = ",".join(
        values.get(name) or "" for name in ("shared_preload_libraries", "session_preload_libraries")
    )
    libraries = {one.strip() for one in loaded.split(",")}
    classes = {one.strip().lower() for one in (values.get("pgaudit.log") or "").split(",") if one.strip()}
    audits = classes if "pgaudit" in libraries else set()
    statements = values.get("log_statement")
    if has_overrides or statements is None:
        return ...
    if statements == "all" or audits == {"all"} or audits >= {"read", "write", "ddl", "role"}:
        return True
    return False if statements == "none" and "pgaudit" not in libraries else ...


def parse_host_rules(answers: Mapping[str, Sequence[Row]], instance: Instance) -> Iterator[Record | Rejected]:
    """The lines of pg_hba.conf as the file has them now, which need not be what the server has loaded."""
    seen: Counter[tuple[str, str]] = Counter()
    for row in answers["host_rules"]:
        file = row.get("file_name") or "pg_hba.conf"
        line = row["line_number"]
        if row["is_broken"]:
            reason = Text(
                "此行有误,服务器不会加载整个文件,仍按旧规则放行",
                "this line is wrong; the server does not load the file and keeps its old rules",
            )
            yield instance.rejected("setting", file, reason, line)
            continue
        key = _rule(row)
        seen[file, key] += 1
        more = {"line": line, "parent": None, "occurrence": seen[file, key], "is_effective": ...}
        yield instance.setting(file, "pg_hba", file, key, row["auth_method"], **more)
    if not answers["host_rules"]:
        reason = Text("pg_hba_file_rules 没有任何行", "pg_hba_file_rules has no line")
        yield instance.rejected("setting", "pg_hba_file_rules", reason)


def _rule(row: Row) -> str:
    """``host app legacy 10.0.0.0/255.0.0.0``: the rule without its method and options."""
    address = row.get("address")
    if address and row.get("netmask"):
        address = f"{address}/{row['netmask']}"
    words = (row["type"], row["databases"], row["users"], address)
    return " ".join(word for word in words if word)
