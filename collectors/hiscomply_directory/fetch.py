"""All that is asked of a directory: one bind and searches. The only module that knows ldap3 (extra ``ldap``).

Nothing is ever written: the connection is opened read-only, so ldap3 itself refuses every other operation.
"""

from __future__ import annotations

import math
import ssl
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from hiscomply.hookspecs import CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_directory.bounded import MAX_BYTES, BoundedSocket, TooLarge, VerifiedTls
from hiscomply_directory.entry import Entry, same_dn
from hiscomply_directory.ranges import is_part, whole
from hiscomply_directory.words import CUT_SHORT, OK, cut_short, elsewhere, refused
from hiscomply_kit.needs import need
from hiscomply_kit.tls import client_context, refuse_cleartext, tls_failure

_SCOPES: Final = {"base": "BASE", "level": "LEVEL", "subtree": "SUBTREE"}
_PAGED: Final = "1.2.840.113556.1.4.319"
_RECEIVE_BYTES: Final = 16_384
# What ldap3 and pyasn1 raise when bytes are no LDAP; they have no common class.
_RUBBISH: Final = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


class Directory(Protocol):
    """A directory that one is logged in to."""

    where: str

    def search(
        self, base: str, where: str, attributes: Sequence[str], scope: str = "subtree"
    ) -> Iterator[Entry]:
        """The entries below ``base`` that a filter selects, page by page.

        Args:
            where: an LDAP filter.
            scope: base, level or subtree.

        Raises:
            CollectFailed: at the place where it went wrong; also at the end of an answer that is not complete.
        """
        ...


def _library() -> ModuleType:
    """The module ldap3, without the warnings about names that pyasn1 is going to drop."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        return need("ldap3", "ldap")  # type: ignore[no-any-return]


class LdapDirectory:
    """One server over one connection. Times out and fails for good: nothing is tried twice."""

    def __init__(
        self, connection: Any, tls: VerifiedTls | None, where: str, options: Mapping[str, Any]
    ) -> None:
        self.where = where
        self._connection = connection
        self._tls = tls
        self._step_s = float(options.get("step_timeout", 30))
        self._page_size = int(options.get("page_size", 500))
        self._can_page: bool | None = None
        self._contexts: frozenset[str] = frozenset()
        self._over: CollectFailed | None = None

    def log_in(self, *, starttls: bool) -> None:
        """Opens, begins TLS and binds, once.

        Raises:
            CollectDenied: the account was refused. CollectTimedOut, CollectFailed: anything else.
        """
        with self._guarded():
            self._connection.open(read_server_info=False)
            self._bind_socket()
            if starttls:
                self._socket.begin()
                if not self._connection.start_tls(read_server_info=False):
                    raise self._refused()
                self._bind_socket()
            self._socket.begin()
            if not self._connection.bind(read_server_info=False):
                raise self._refused()

    def search(
        self, base: str, where: str, attributes: Sequence[str], scope: str = "subtree"
    ) -> Iterator[Entry]:
        """As ``Directory.search``."""
        if self._over is not None:
            raise self._over
        if self._can_page is None and scope != "base":
            for root in self.search("", "(objectClass=*)", ["supportedControl", "namingContexts"], "base"):
                self._can_page = _PAGED in root.texts("supportedControl")
                self._contexts = frozenset(map(same_dn, root.texts("namingContexts")))
        cookie: bytes | None = None
        count, referrals, pages = 0, [], 0
        while True:
            entries, found, code, cookie = self._page(base, where, attributes, scope, cookie)
            referrals += found
            count += len(entries)
            for entry in entries:
                yield whole(entry, self._next_part, self.where)
            if code in CUT_SHORT:
                raise cut_short(f"{self.where}/{base}", code, count)
            if code != OK:
                raise self._refused(base)
            pages += 1
            if not cookie:
                break
            if not entries and pages > 1000:
                raise CollectFailed(
                    Text(f"{self.where} 的分页没有尽头", f"the pages of {self.where} do not end")
                )
        if referrals:
            raise elsewhere(f"{self.where}/{base}", sorted(set(referrals)))

    def close(self) -> None:
        """Ends the connection; a server that is gone does not matter."""
        with self._quiet():
            self._connection.strategy.close()
            # ldap3 leaves a socket open that it could not connect
            if self._connection.socket is not None:
                self._connection.socket.close()

    def _page(
        self, base: str, where: str, attributes: Sequence[str], scope: str, cookie: bytes | None
    ) -> tuple[list[Entry], list[str], int, bytes | None]:
        paging = {"paged_size": self._page_size, "paged_criticality": True, "paged_cookie": cookie}
        with self._guarded():
            self._socket.begin()
            self._connection.search(
                base,
                where,
                search_scope=_SCOPES[scope],
                attributes=list(attributes),
                time_limit=math.ceil(self._step_s),
                **(paging if self._can_page and scope != "base" else {}),
            )
            result = self._connection.result
            entries, referrals = [], []
            for item in self._connection.response or ():
                if item["type"] == "searchResEntry":
                    entries.append(_entry(item))
                elif item["type"] == "searchResRef":
                    referrals += [_host_of(uri) for uri in item["uri"]]
            page = (result.get("controls") or {}).get(_PAGED, {})
            return entries, referrals, int(result["result"]), page.get("value", {}).get("cookie") or None

    def _next_part(self, dn: str, attribute: str) -> Entry | None:
        entries, _, code, _ = self._page(dn, "(objectClass=*)", [attribute], "base", None)
        if code != OK:
            raise self._refused(dn)
        return next(iter(entries), None)

    def _refused(self, base: str = "") -> CollectFailed:
        result = self._connection.result or {}
        where = f"{self.where}/{base}" if base else self.where
        return refused(
            where,
            int(result.get("result", -1)),
            str(result.get("message", "")),
            exists=same_dn(base) in self._contexts,
        )

    def _bind_socket(self) -> None:
        self._socket = BoundedSocket(self._connection.socket, self._step_s, MAX_BYTES)
        self._connection.socket = self._socket
        self._connection.strategy.socket_size = _RECEIVE_BYTES

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """pyasn1 warns of names that ldap3 uses; only what happens inside ldap3 is silenced."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"ldap3\.|pyasn1\.")
            yield

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        from ldap3.core.exceptions import LDAPExceptionError
        from pyasn1.error import PyAsn1Error

        try:
            with self._quiet():
                yield
        except CollectFailed as error:
            self._over = error
            raise
        except (LDAPExceptionError, OSError, PyAsn1Error, *_RUBBISH) as error:
            self._over = self._failure(error)
            raise self._over from None

    def _failure(self, error: BaseException) -> CollectFailed:
        socket = getattr(self, "_socket", None)
        trouble = (socket and socket.trouble) or (self._tls and self._tls.failure) or error
        if isinstance(trouble, ssl.SSLError):
            return tls_failure(self.where, trouble)
        if isinstance(trouble, TooLarge):
            return CollectFailed(
                Text(
                    f"{self.where} 的一个回答超过 {MAX_BYTES:,} 字节;请减小 page_size",
                    f"an answer of {self.where} is larger than {MAX_BYTES:,} bytes; lower page_size",
                )
            )
        if isinstance(trouble, TimeoutError) or "timed out" in str(trouble):
            return CollectTimedOut(
                Text(
                    f"{self.where} 在 {self._step_s:g} 秒内没有答完",
                    f"{self.where} did not answer in full within {self._step_s:g} seconds",
                )
            )
        if isinstance(trouble, _RUBBISH) and not isinstance(trouble, OSError):
            return CollectFailed(
                Text(f"{self.where} 的回答不是 LDAP", f"{self.where} answered something that is no LDAP")
            )
        told = str(trouble)[:200] or type(trouble).__name__
        return CollectFailed(
            Text(f"与 {self.where} 的连接失败:{told}", f"the connection to {self.where} failed: {told}")
        )


def _entry(item: Mapping[str, Any]) -> Entry:
    values: dict[str, tuple[bytes, ...]] = {}
    for written, raw in item["raw_attributes"].items():
        name = written.lower() if is_part(written) else written.split(";")[0].lower()
        if raw:
            values[name] = (*values.get(name, ()), *map(bytes, raw))
    return Entry(item["dn"], values)


def _host_of(uri: str) -> str:
    return urlsplit(uri).netloc or "?"


@contextmanager
def logged_in(options: Mapping[str, Any], password: str, project: Path) -> Iterator[LdapDirectory]:
    """The directory of a target, logged in; the connection ends with the block.

    Raises:
        CollectFailed: as ``LdapDirectory.log_in``; also where the library is missing or a password would cross the
            network in the clear.
    """
    ldap3 = _library()
    parts = urlsplit(options["url"])
    host, is_tls = parts.hostname or "", parts.scheme == "ldaps"
    if not (is_tls or options.get("starttls")):
        refuse_cleartext(host, is_allowed=options.get("cleartext", False))
    if not password:
        # A simple bind without password succeeds as nobody, and then everything is invisible.
        raise CollectFailed(Text("口令为空,未登录", "the password is empty; no login was tried"))
    tls = None
    if is_tls or options.get("starttls"):
        name = (options.get("tls") or {}).get("server_name") or host
        tls = VerifiedTls(client_context(options.get("tls"), project), name)
    step_s = float(options.get("step_timeout", 30))
    connection = _connection(ldap3, options, password, tls, step_s)
    directory = LdapDirectory(connection, tls, options["url"].rstrip("/"), options)
    try:
        directory.log_in(starttls=bool(options.get("starttls")) and not is_tls)
        yield directory
    finally:
        directory.close()


def _connection(
    ldap3: Any, options: Mapping[str, Any], password: str, tls: VerifiedTls | None, step_s: float
) -> Any:
    parts = urlsplit(options["url"])
    is_tls = parts.scheme == "ldaps"
    server = ldap3.Server(
        parts.hostname, port=parts.port or (636 if is_tls else 389), use_ssl=is_tls, get_info=ldap3.NONE,
        connect_timeout=step_s,
    )  # fmt: skip
    server.tls = tls
    return ldap3.Connection(
        server, options["user"], password, authentication=ldap3.SIMPLE, client_strategy=ldap3.SYNC, read_only=True,
        auto_referrals=False, check_names=False, auto_range=False, return_empty_attributes=False,
    )  # fmt: skip
