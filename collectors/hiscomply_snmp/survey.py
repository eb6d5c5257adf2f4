"""What is asked of an agent: bounded walks of the tables that are known, and probes of how openly it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_snmp import mibs
from hiscomply_snmp.fetch import Login, Session, Value

MAX_ROWS: Final = 5_000
"""The most rows of one column."""
MAX_BYTES: Final = 4_000_000
"""The most octets of all values of one agent."""
PROBE_S: Final = 3.0
"""The longest that a probe waits; silence is what a default community should meet."""
DEFAULT_COMMUNITIES: Final = ("public", "private")

Seen = Mapping[str, Value]
"""Values by object identifier."""


def system(session: Session) -> dict[str, Value]:
    """The system group.

    Raises:
        CollectDenied: nothing of it can be seen.
    """
    found = session.get(mibs.SYSTEM)
    if not found:
        raise CollectDenied(
            Text(
                f"{session.where} 对该账户什么都不显示；请给它一个只读视图",
                f"{session.where} shows nothing to this account; give it a read view",
            )
        )
    return found


def hardware(session: Session) -> dict[str, Value]:
    """The columns that tell of hardware.

    Raises:
        CollectFailed: an answer that does not advance, or has no end; as ``Session``.
    """
    columns = [
        mibs.ENTITY_CLASS, mibs.ENTITY_NAME, mibs.ENTITY_FIRMWARE, mibs.ENTITY_SOFTWARE, mibs.ENTITY_SERIAL,
        mibs.ENTITY_MODEL, mibs.STATE_CHANGED, mibs.STATE_OPER, mibs.STATE_ALARM,
    ]  # fmt: skip
    for table in mibs.HEALTH_TABLES:
        columns.append(table.status_column)
        if table.presence_column:
            columns.append(table.presence_column)
    return _columns(session, columns)


def power_supply(session: Session) -> dict[str, Value]:
    """What a UPS tells of itself; as ``hardware``."""
    return session.get(mibs.UPS_SCALARS) | _columns(session, [mibs.UPS_ALARM, mibs.UPS_ALARM_TIME])


def _columns(session: Session, columns: list[str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    size = 0
    for column in columns:
        part = walk(session, column, MAX_BYTES - size)
        size += sum(map(_size, part.values()))
        found |= part
    return found


def walk(session: Session, column: str, max_bytes: int = MAX_BYTES) -> dict[str, Value]:
    """One column, from its first row to its last.

    Raises:
        CollectFailed: a row that does not follow the one before it; more than ``MAX_ROWS``, or ``max_bytes``.
    """
    found: dict[str, Value] = {}
    last, size = column, 0
    while True:
        rows = session.following(last)
        for oid, value in rows:
            # At the end of what can be seen, the agent repeats what it was asked for.
            is_end = value is None and _order(oid) <= _order(last)
            if is_end or not oid.startswith(f"{column}."):
                return found
            if _order(oid) <= _order(last):
                raise CollectFailed(
                    Text(
                        f"{session.where} 的表 {column} 不向前推进",
                        f"{session.where} goes round in circles in table {column}",
                    )
                )
            if len(found) >= MAX_ROWS:
                raise _endless(session, f"{MAX_ROWS:,} rows in {column}")
            # A row that is there without a value: it says nothing, and those after it follow.
            found[oid] = "" if value is None else value
            size += _size(found[oid])
            if size > max_bytes:
                raise _endless(session, f"{MAX_BYTES:,} bytes")
            last = oid
        if not rows:
            return found


def is_cleartext_accepted(session: Session, login: Login) -> bool | None:
    """Whether the account of version 3 is also answered without encryption; None where it is not clear."""
    (answer,) = session.tries([replace(login, privacy=None)], mibs.SYS_OBJECT_ID, _patience(session))
    return {"value": True, "refused": False}.get(answer)


def is_default_accepted(session: Session) -> bool | None:
    """Whether versions 1 and 2c take a well-known community; any answer says that they do.

    Returns:
        False for silence to every one of them by an agent that answers this session right after it; None where an
        answer could not be read.

    Raises:
        CollectFailed: the agent is gone.
    """
    strangers = [Login(version, community=name) for version in ("1", "2c") for name in DEFAULT_COMMUNITIES]
    answers = set(session.tries(strangers, mibs.SYS_OBJECT_ID, _patience(session)))
    session.get([mibs.SYS_OBJECT_ID])
    if answers & {"value", "empty", "refused"}:
        return True
    return None if "unclear" in answers else False


def _patience(session: Session) -> float:
    return min(session.timeout_s, PROBE_S)


def _size(value: Value) -> int:
    return len(value) if isinstance(value, bytes | str) else 8


def _order(oid: str) -> tuple[int, ...]:
    return tuple(int(one) for one in oid.split("."))


def _endless(session: Session, bound: str) -> CollectFailed:
    return CollectFailed(
        Text(f"{session.where} 的应答超过上限：{bound}", f"{session.where} answers more than {bound}")
    )
