"""Logging in to each product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Text
from hiscomply_kit.http import Api
from hiscomply_tickets.native import shape, told


@contextmanager
def logged_in(options: Mapping[str, Any], context: CollectContext, timeout_s: float) -> Iterator[Api]:
    """A service that takes the target's login. No login is tried twice.

    Raises:
        CollectFailed: the options name none, or the secret is not to be had.
    """
    product = options["product"]
    secret = options.get("token") or options.get("password")
    if secret is None or ("token" not in options and "user" not in options):
        raise CollectFailed(Text("请写明 token，或 user 和 password", "give a token, or user and password"))
    value = context.secret(secret)
    login = None if "token" in options else (options["user"], value)
    headers = {} if login else _headers(product, value)
    if product == "glpi":
        with _api(options, context, timeout_s, login, headers | _app(options, context)) as first:
            session = told(first.get("/initSession"), "session_token")
        if session is None:
            raise shape("/initSession")
        headers = {"Session-Token": session} | _app(options, context)
        with _api(options, context, timeout_s, None, headers) as api:
            try:
                yield api
            finally:
                api.status("/killSession")
        return
    with _api(options, context, timeout_s, login, headers) as api:
        yield api


def _headers(product: str, token: str) -> dict[str, str]:
    match product:
        case "redmine":
            return {"X-Redmine-API-Key": token}
        case "request_tracker":
            return {"Authorization": f"token {token}"}
        case "glpi":
            return {"Authorization": f"user_token {token}"}
        case _:
            return {"Auth-Token": token}


def _app(options: Mapping[str, Any], context: CollectContext) -> dict[str, str]:
    return {"App-Token": context.secret(options["app_token"])} if "app_token" in options else {}


def _api(
    options: Mapping[str, Any],
    context: CollectContext,
    timeout_s: float,
    login: tuple[str, str] | None,
    headers: Mapping[str, str],
) -> Api:
    return Api(
        options["url"],
        context.project,
        tls=options.get("tls"),
        login=login,
        headers=headers or None,
        timeout_s=timeout_s,
        cleartext=options.get("cleartext", False),
    )
