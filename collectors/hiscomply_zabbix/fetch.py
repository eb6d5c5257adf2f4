"""Zabbix' JSON-RPC: a closed list of methods, none of which changes anything but the session."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed
from hiscomply.model import Text
from hiscomply_kit.http import Api
from hiscomply_kit.steps import shaped
from hiscomply_kit.tls import refuse_cleartext

PATH: Final = "/api_jsonrpc.php"
METHODS: Final = frozenset(
    {
        "apiinfo.version",
        "user.login",
        "user.logout",
        "host.get",
        "item.get",
        "history.get",
        "trigger.get",
        "event.get",
        "problem.get",
    }
)
_REFUSED: Final = (
    "permission",
    "not authori",
    "session terminated",
    "re-login",
    "incorrect user name",
    "blocked",
)


class Zabbix:
    """A Zabbix frontend, asked with a token or a session.

    Args:
        auth: token or session that goes into the body, for versions before 6.4; later ones take it as a header.
    """

    def __init__(self, api: Api, auth: str | None = None) -> None:
        self.api = api
        self.source = api.url
        self._auth = auth

    def call(self, method: str, params: Any) -> Any:
        """The ``result`` of a method.

        Raises:
            CollectDenied: the account may not. CollectFailed: as ``Api.post``, or Zabbix reports an error.
        """
        if method not in METHODS:
            raise ValueError(method)
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        if self._auth is not None and method not in {"apiinfo.version", "user.login"}:
            body["auth"] = self._auth
        answer = self.api.post(PATH, body)
        with shaped(f"{self.source}{PATH}"):
            error = answer.get("error")
            if error is None:
                return answer["result"]
            told = f"{error.get('message', '')} {error.get('data', '')}".strip()[:200]
        kind = CollectDenied if any(one in told.lower() for one in _REFUSED) else CollectFailed
        raise kind(Text(f"{self.source} 的 {method} 出错:{told}", f"{self.source}: {method}: {told}"))

    def rows(self, method: str, **params: Any) -> list[Mapping[str, Any]]:
        """The objects that a ``get`` gives."""
        result = self.call(method, params)
        with shaped(f"{self.source}{PATH} {method}"):
            if not isinstance(result, list) or not all(isinstance(one, dict) for one in result):
                raise TypeError(method)
        return result


@contextlib.contextmanager
def logged_in(options: Mapping[str, Any], context: CollectContext) -> Iterator[Zabbix]:
    """The server of these options; a session is closed at the end, whatever happened.

    Raises:
        CollectDenied: the login is refused. CollectFailed: a login in the clear, or no Zabbix.
    """
    parts = urlsplit(options["url"])
    if parts.scheme == "http":
        refuse_cleartext(parts.hostname or "", is_allowed=options.get("cleartext", False))

    def connect(headers: Mapping[str, str] | None = None) -> Api:
        return Api(
            options["url"],
            context.project,
            tls=options.get("tls"),
            headers=headers,
            timeout_s=options.get("step_timeout", 30),
            cleartext=options.get("cleartext", False),
        )

    with contextlib.ExitStack() as stack:
        plain = Zabbix(stack.enter_context(connect()))
        told = plain.call("apiinfo.version", [])
        with shaped(f"{plain.source}{PATH}"):
            version = tuple(int(one) for one in str(told).split(".")[:2])
            if len(version) != 2:
                raise ValueError(told)
        is_session = "token" not in options
        secret = context.secret(options["password"] if is_session else options["token"])
        if is_session:
            secret = str(plain.call("user.login", {"username": options["username"], "password": secret}))
        if version >= (6, 4):
            server = Zabbix(stack.enter_context(connect({"authorization": f"Bearer {secret}"})))
        else:
            server = Zabbix(plain.api, secret)
        try:
            yield server
        finally:
            if is_session:
                with contextlib.suppress(CollectFailed):
                    server.call("user.logout", [])
