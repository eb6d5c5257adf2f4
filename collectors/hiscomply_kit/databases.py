"""What collectors of database servers share once they ask: the shape of their records, and how what fails is told."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut, joined_failures, limited
from hiscomply.model import Record, Rejected, Text
from hiscomply_kit.settings import effective_setting

Row = Mapping[str, Any]

MAX_ROWS: Final = 200_000
"""The most rows that one question may have for an answer; more are a failure, not a cut."""
MAX_BYTES: Final = 64_000_000
"""The most text that one question may have for an answer."""
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


@dataclass(frozen=True, slots=True)
class Instance:
    """One database server, by the names that its records carry.

    Attributes:
        source: URI without login.
        account_kinds: patterns of logins by kind of account.
    """

    system_id: str
    asset_id: str
    source: str
    now: datetime
    account_kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def record(self, kind: str, pointer: str, fields: Row, line: int | None = None) -> Record:
        """A record; fields that are ``...`` are not known and left out."""
        known = {name: value for name, value in fields.items() if value is not ...}
        return Record(kind, known, self.source, self.now, line=line, pointer=pointer)

    def rejected(self, kind: str, pointer: str, reason: Text, line: int | None = None) -> Rejected:
        """Something that could not become a record."""
        return Rejected(kind, self.source, reason, line=line, pointer=pointer)

    def setting(self, file: str, form: str, pointer: str, key: str, value: str | None, **more: Any) -> Record:
        """A setting in effect; ``more`` overrides its fields, ``line`` is its line in a file.

        Args:
            value: None for a key without value; left out of the record where ``more`` says ``is_secret``.
        """
        line = more.pop("line", None)
        number = float(value) if value and _NUMBER.fullmatch(value) else None
        fields = effective_setting(self.asset_id, file, form, key, value, number)
        if more.get("is_secret"):
            fields |= {"value": ..., "number": ..., "value_empty": False, "value_length": ...}
        return self.record("setting", pointer, fields | more, line)

    def kind_of(self, login: str, built_in: str | None = None) -> Any:
        """The kind of an account as the server knows it, else by the target's patterns, else not known."""
        found = (
            kind
            for kind, patterns in self.account_kinds.items()
            if any(fnmatchcase(login, pattern) for pattern in patterns)
        )
        return built_in or next(found, ...)


@dataclass(frozen=True, slots=True)
class Fact:
    """One group of evidence: the names of its questions, and the pure function that reads the answers."""

    kinds: tuple[str, ...]
    questions: tuple[str, ...]
    parse: Callable[[Mapping[str, Sequence[Row]], Instance], Iterator[Record | Rejected]]


def gather(
    facts: Mapping[str, Fact],
    ask: Callable[[str], Sequence[Row]],
    is_lost: Callable[[], bool],
    instance: Instance,
) -> Iterator[Record | Rejected]:
    """Fact by fact. One that is refused costs its own kinds; a lost connection costs all that were to follow.

    Raises:
        CollectFailed: after the rest; denied or timed out where every failure is; names the kinds.
    """
    failures: list[tuple[str, CollectFailed]] = []
    not_asked: list[str] = []
    for name, fact in facts.items():
        if failures and is_lost():
            not_asked += fact.kinds
            continue
        try:
            answers = {question: ask(question) for question in fact.questions}
            yield from fact.parse(answers, instance)
        except CollectFailed as failure:
            failures.append((name, limited(failure, fact.kinds)))
    if failures:
        raise joined_failures(failures, not_asked)


@contextmanager
def deadline(descriptor: int, seconds: float) -> Iterator[threading.Event]:
    """Cuts a connection when its time is up: a server that hangs does not keep its own time-out.

    Args:
        descriptor: of the connection's socket; it is not closed, only shut down.

    Yields:
        an event that is set once the line was cut.
    """
    has_expired = threading.Event()
    with socket.socket(fileno=os.dup(descriptor)) as line:

        def cut() -> None:
            has_expired.set()
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield has_expired
        finally:
            timer.cancel()
            timer.join()


def too_much(where: str, question: str) -> CollectFailed:
    """An answer above the limits."""
    return CollectFailed(
        Text(
            f"{where} 对 {question} 的回答超过 {MAX_ROWS:,} 行或 {MAX_BYTES:,} 字节",
            f"{where} answered {question} with more than {MAX_ROWS:,} rows or {MAX_BYTES:,} bytes",
        )
    )


def timed_out(where: str, seconds: float) -> CollectTimedOut:
    """No whole answer in time."""
    return CollectTimedOut(
        Text(f"{where} 在 {seconds:g} 秒内没有答完", f"{where} did not answer within {seconds:g} seconds")
    )


def no_login(where: str, told: str) -> CollectDenied:
    """The login was refused; it is not tried again."""
    return CollectDenied(
        Text(
            f"{where} 拒绝登录(未重试):{told};请检查账号、口令与来源地址",
            f"{where} refuses the login (it was not tried again): {told}; check account, password and address",
        )
    )


def no_right(where: str, question: str) -> CollectDenied:
    """The account may not read what a question needs."""
    return CollectDenied(
        Text(
            f"账号无权读取 {where} 的 {question};请按说明授予只读权限",
            f"the account may not read {question} of {where}; grant it as the README says",
        )
    )


def cannot_read(where: str, question: str, told: str) -> CollectFailed:
    """A question that was not answered."""
    return CollectFailed(
        Text(f"{where} 的 {question} 无法读取:{told}", f"{question} of {where} cannot be read: {told}")
    )


def cannot_reach(where: str, told: str) -> CollectFailed:
    """There is no connection."""
    return CollectFailed(Text(f"无法连接 {where}:{told}", f"{where} cannot be reached: {told}"))


def where_of(product: str, options: Mapping[str, Any], port: int) -> str:
    """The server as messages and records name it."""
    if "socket" in options:
        return f"{product}:{options['socket']}"
    return f"{product}://{options['host']}:{options.get('port', port)}"


def first_line(error: BaseException, secret: str | None = None) -> str:
    """An error in one short line, without the password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = " ".join(lines[:1]) or type(error).__name__
    if secret:
        told = told.replace(secret, "…")
    return told if len(told) <= 240 else told[:239] + "…"
