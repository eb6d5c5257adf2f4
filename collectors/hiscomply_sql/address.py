"""The URL of a database: what it may hold, how it is shown, and how its driver is told to prove the server."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.needs import need
from hiscomply_kit.tls import client_context, refuse_cleartext


def url_of(options: Mapping[str, Any]) -> Any:
    """The URL, parsed.

    Raises:
        CollectFailed: it cannot be parsed, or holds a password.
    """
    need("sqlalchemy", "sql")
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(options["url"])
    except (ArgumentError, ValueError):
        raise CollectFailed(Text("url 无法解析", "the url cannot be parsed")) from None
    if url.password is not None or any("pass" in name.lower() or "pwd" in name.lower() for name in url.query):
        raise CollectFailed(
            Text("url 中不得写口令;请用 password", "the url must hold no password; use password")
        )
    return url


def shown(url: Any) -> str:
    """Product, host and database; neither login nor driver options."""
    host = url.host or ""
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{host}{port}/{url.database or ''}"


def connect_arguments(url: Any, options: Mapping[str, Any], project: Path) -> dict[str, Any]:
    """What the driver is told besides the URL: TLS that verifies, and time-outs.

    For drivers that are not known here TLS is set in their own way, which ``driver_tls: true`` vouches for.

    Raises:
        CollectFailed: a login would cross a network in the clear, or the URL sets what is set here.
    """
    driver, tls = url.get_driver_name(), options.get("tls") or {}
    timeout_s = float(options.get("step_timeout", 30))
    if driver not in {"psycopg", "pymysql"}:
        if url.host and not options.get("driver_tls", False):
            refuse_cleartext(url.host, is_allowed=options.get("cleartext", False))
        return {}
    if url.query:
        raise CollectFailed(
            Text(f"{driver} 的 url 不接受参数", f"the url takes no parameters for {driver}; use tls")
        )
    is_clear = not options.get("use_tls", True)
    if is_clear and url.host:
        refuse_cleartext(url.host, is_allowed=options.get("cleartext", False))
    if tls.get("server_name"):
        raise CollectFailed(
            Text("sql 采集器不支持 tls.server_name", "tls.server_name is not for this collector")
        )
    if driver == "pymysql":
        context = None if is_clear else client_context(tls, project)
        limits = dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), math.ceil(timeout_s))
        return {"ssl": context, "ssl_disabled": is_clear, "local_infile": False, **limits}
    client_context(tls, project)
    ca_file = tls.get("ca_file")
    return {
        "sslmode": "disable" if is_clear else "verify-full",
        "sslrootcert": str(project / ca_file) if ca_file else "system",
        "sslcertmode": "disable",
        "passfile": os.devnull,
        "gssencmode": "disable",
        "connect_timeout": max(2, math.ceil(timeout_s)),
        "options": f"-c default_transaction_read_only=on -c statement_timeout={math.ceil(timeout_s * 1000)}",
    }


def read_only_statement(backend: str) -> str | None:
    """What makes the session or its transaction read-only; None where the product has nothing of the kind."""
    return {
        "postgresql": "SET TRANSACTION READ ONLY",
        "mysql": "SET SESSION TRANSACTION READ ONLY",
        "mariadb": "SET SESSION TRANSACTION READ ONLY",
        "oracle": "SET TRANSACTION READ ONLY",
        "dm": "SET TRANSACTION READ ONLY",
        "sqlite": "PRAGMA query_only = ON",
    }.get(backend)
