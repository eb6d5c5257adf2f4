"""A statement is one SELECT, or it is not sent. Pure.

The guard is the first of three: the session is read-only where the product can, and the account's rights are the last.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text

DIALECTS: Final = {
    "postgresql": "postgres",
    "kingbase": "postgres",
    "opengauss": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "oracle": "oracle",
    "dm": "oracle",
    "mssql": "tsql",
    "sqlite": "sqlite",
}
# They write, wait, reach other machines or read files, though they stand in a SELECT.
_FUNCTIONS = """
benchmark dblink dblink_connect dblink_exec dblink_open dblink_send_query get_lock load_extension load_file
nextval opendatasource openquery openrowset pg_advisory_lock
pg_cancel_backend pg_create_restore_point pg_logical_emit_message pg_ls_dir pg_promote pg_read_binary_file
pg_read_file pg_reload_conf pg_rotate_logfile pg_sleep pg_sleep_for pg_sleep_until pg_stat_reset
pg_switch_wal pg_terminate_backend query_to_xml set_config setval sleep sys_eval sys_exec writefile
"""
_FORBIDDEN: Final = frozenset(_FUNCTIONS.split())
_PACKAGES = re.compile(r"(dbms|utl|xp|sp|owa|htp|ctx|pg_file|lo)_\w*|lowrite|httpuritype", re.I)
# the only comments that a server obeys
_OBEYED = re.compile(r"/\*M?!", re.I)


def guarded(statement: str, backend: str) -> str:
    """The statement as it may be sent, without the semicolon at its end.

    Args:
        backend: the name of the product in SQLAlchemy's URL.

    Raises:
        CollectFailed: more or less than one statement, anything but SELECT, or one that does more than read.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    if _OBEYED.search(statement):
        raise _refused("含有会被执行的注释 /*!", "it has a comment that the server would obey, /*!")
    # what the parser warns of, it quotes
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        parsed = [one for one in sqlglot.parse(statement, read=DIALECTS.get(backend)) if one is not None]
    except (SqlglotError, RecursionError):
        raise _refused("无法解析", "it cannot be parsed") from None
    if len(parsed) != 1:
        raise _refused(f"含有 {len(parsed)} 条语句", f"it holds {len(parsed)} statements")
    _check(parsed[0])
    return statement.strip().rstrip(";").rstrip()


def _check(tree: Any) -> None:
    from sqlglot import exp

    if not isinstance(tree, exp.Select | exp.SetOperation):
        raise _refused("不是 SELECT", "it is no SELECT")
    writes = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Alter, exp.Drop, exp.Set, exp.Merge)
    for node in tree.walk():
        if isinstance(node, writes) and not isinstance(node, exp.Query):
            raise _refused(f"含有 {node.key.upper()}", f"it holds {node.key.upper()}")
        if isinstance(node, exp.Func):
            _check_function(node.name if isinstance(node, exp.Anonymous) else node.sql_name())
        if isinstance(node, exp.Identifier) and _PACKAGES.fullmatch(node.name):
            raise _refused(f"用到了 {node.name}", f"it uses {node.name}")
        if isinstance(node, exp.NextValueFor) or (
            isinstance(node, exp.Column) and node.name.lower() in {"nextval", "currval"}
        ):
            raise _refused("会推进序列", "it moves a sequence on")
        if isinstance(node, exp.PropertyEQ):
            raise _refused("给变量赋值", "it sets a variable")


def _check_function(name: str) -> None:
    if name.lower() in _FORBIDDEN or _PACKAGES.fullmatch(name):
        raise _refused(f"调用了 {name}", f"it calls {name}")


def _refused(zh: str, en: str) -> CollectFailed:
    return CollectFailed(
        Text(f"查询未发送:{zh};只允许一条 SELECT", f"the query was not sent: {en}; one SELECT is allowed")
    )
