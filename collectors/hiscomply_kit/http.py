"""A read-only HTTP client for collectors: verified TLS, bounded answers, no redirects, errors with their reason.

Needs the package ``httpx`` (extra ``http``). Proxies of the environment are not used: a target is asked itself.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_kit.needs import need
from hiscomply_kit.tls import client_context, refuse_cleartext, tls_failure

if TYPE_CHECKING:
    import httpx

MAX_BYTES: Final = 64_000_000
"""The largest answer that is read; a larger one is a failure, not a cut."""


class Answered(CollectFailed):
    """A status that is neither 2xx nor a refusal: ``status``."""

    def __init__(self, reason: Text, status: int) -> None:
        super().__init__(reason)
        self.status = status


class Api:
    """One HTTP service.

    Args:
        url: address without user, password or query; a path in it is put before every path.
        tls: as ``hiscomply_kit.options.TLS``.
        login: user and password for basic authentication, if any.
        headers: sent with every request; a token here counts as a login.
        timeout_s: for one request, from its start to the last byte.

    Raises:
        CollectFailed: a certificate file is unusable, or a login would cross the network in the clear.
    """

    def __init__(
        self,
        url: str,
        project: Path,
        *,
        tls: Mapping[str, Any] | None = None,
        login: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
        max_bytes: int = MAX_BYTES,
        cleartext: bool = False,
    ) -> None:
        library = need("httpx", "http")
        parts = urlsplit(url)
        if parts.scheme == "http" and (login or headers):
            refuse_cleartext(parts.hostname or "", is_allowed=cleartext)
        self.url = url.rstrip("/")
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._name = (tls or {}).get("server_name")
        self._client: httpx.Client = library.Client(
            verify=client_context(tls, project) if parts.scheme == "https" else True,
            auth=login,
            headers={"accept": "application/json", "user-agent": "hiscomply", **(headers or {})},
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """What the service answers to GET, as JSON.

        Raises:
            CollectDenied: 401 or 403. CollectTimedOut: no whole answer in time. CollectFailed: no connection, TLS, any
                other status than 2xx (``Answered``), an answer that is too long or no JSON.
        """
        return self._json(path, self._asked("GET", path, params=params))

    def get_text(self, path: str, params: Mapping[str, Any] | None = None) -> str:
        """What the service answers to GET, as text. Raises as ``get``."""
        return self._asked("GET", path, params=params).decode("utf-8", "replace")

    def post(self, path: str, body: Any) -> Any:
        """What the service answers to a question that it takes by POST (JSON-RPC, search). Raises as ``get``.

        For questions only: a caller lists the methods that it asks.
        """
        return self._json(path, self._asked("POST", path, json=body))

    def status(self, path: str) -> int:
        """The status of the answer to GET, whatever it is; its body is not read.

        Raises:
            CollectTimedOut: no answer in time. CollectFailed: no connection, TLS.
        """
        import httpx

        where = f"{self.url}{path}"
        extensions = {"sni_hostname": self._name} if self._name else {}
        try:
            with self._client.stream("GET", where, extensions=extensions) as response:
                return response.status_code
        except httpx.TimeoutException:
            raise self._slow(where) from None
        except httpx.HTTPError as error:
            raise self._failure(where, error) from None

    def _json(self, path: str, data: bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise CollectFailed(
                Text(
                    f"{self.url}{path} 的回答不是 JSON",
                    f"{self.url}{path} answered something that is no JSON",
                )
            ) from None

    def _asked(self, method: str, path: str, **what: Any) -> bytes:
        import time

        import httpx

        where = f"{self.url}{path}"
        extensions = {"sni_hostname": self._name} if self._name else {}
        ends = time.monotonic() + self._timeout_s
        try:
            with self._client.stream(method, where, extensions=extensions, **what) as response:
                self._check(where, response.status_code)
                pieces, size = [], 0
                for piece in response.iter_bytes():
                    pieces.append(piece)
                    size += len(piece)
                    if size > self._max_bytes:
                        raise CollectFailed(
                            Text(
                                f"{where} 的回答超过 {self._max_bytes:,} 字节",
                                f"{where} answered more than {self._max_bytes:,} bytes",
                            )
                        )
                    if time.monotonic() > ends:
                        raise httpx.ReadTimeout("slow answer")
                return b"".join(pieces)
        except httpx.TimeoutException:
            raise self._slow(where) from None
        except httpx.HTTPError as error:
            raise self._failure(where, error) from None

    def _slow(self, where: str) -> CollectTimedOut:
        return CollectTimedOut(
            Text(
                f"{where} 在 {self._timeout_s:g} 秒内没有答完",
                f"{where} did not answer in full within {self._timeout_s:g} seconds",
            )
        )

    @staticmethod
    def _check(where: str, status: int) -> None:
        if status in {401, 403}:
            raise CollectDenied(
                Text(
                    f"{where} 拒绝访问(HTTP {status}):请检查账号与权限",
                    f"{where} refuses (HTTP {status}): check the account and its rights",
                )
            )
        if not 200 <= status < 300:
            raise Answered(Text(f"{where} 返回 HTTP {status}", f"{where} answers HTTP {status}"), status)

    @staticmethod
    def _failure(where: str, error: BaseException) -> CollectFailed:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                return tls_failure(where, cause)
            cause = cause.__cause__ or cause.__context__
        told = str(error) or type(error).__name__
        if "SSL" in told or "CERTIFICATE" in told:
            return tls_failure(where, error)
        return CollectFailed(Text(f"无法从 {where} 取得数据:{told}", f"{where} cannot be had: {told}"))
