"""Options and login of services that are asked over HTTP with a password, a token, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Text
from hiscomply_kit.options import CLEARTEXT, HTTP_URL, SECRET, STEP_TIMEOUT, TEXT, TLS, Schema, means, said

if TYPE_CHECKING:
    from hiscomply_kit.http import Api

HTTP_OPTIONS: Final[Mapping[str, Schema]] = {
    "url": HTTP_URL,
    "tls": TLS,
    "username": {
        **TEXT,
        **means("基本认证的账户，与 password 一起使用。", "Account for basic authentication, with password."),
    },
    "password": {
        **SECRET,
        **means(
            "账户口令的所在，与 username 一起使用：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。",
            "Where the account's password is, with username: {env: NAME}, {file: PATH} or {command: "
            "[PROGRAM]}.",
        ),
    },
    "step_timeout": STEP_TIMEOUT,
    "cleartext": CLEARTEXT,
}
TOKEN_OPTIONS: Final[Mapping[str, Schema]] = {
    **HTTP_OPTIONS,
    "token": {
        **SECRET,
        **means(
            "令牌的所在，代替 username 与 password：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。",
            "Where the token is, instead of username and password: {env: NAME}, {file: PATH} or "
            "{command: [PROGRAM]}.",
        ),
    },
}


def open_api(
    options: Mapping[str, Any], context: CollectContext, url: str | None = None, max_bytes: int | None = None
) -> Api:
    """The service of these options, or another one with the same login.

    Raises:
        CollectFailed: half a login, a secret that cannot be had, a password in the clear.
    """
    from hiscomply_kit.http import MAX_BYTES, Api

    login = None
    headers: dict[str, str] = {}
    if ("username" in options) != ("password" in options):
        raise CollectFailed(
            Text("username 与 password 须同时给出", "username and password are only of use together")
        )
    if "username" in options:
        login = (str(options["username"]), context.secret(options["password"]))
    elif "token" in options:
        headers["authorization"] = f"Bearer {context.secret(options['token'])}"
    return Api(
        url or options["url"],
        context.project,
        tls=options.get("tls"),
        login=login,
        headers=headers,
        timeout_s=options.get("step_timeout", 30),
        max_bytes=max_bytes or MAX_BYTES,
        cleartext=options.get("cleartext", False),
    )


def account(options: Mapping[str, Any]) -> Text:
    """Who asks, for ``--dry-run``."""
    if "username" in options and "password" in options:
        where = said(options["password"])
        return Text(
            f"账号 {options['username']},口令取自 {where}",
            f"as {options['username']}, password from {where}",
        )
    if "token" in options:
        return Text(f"令牌取自 {said(options['token'])}", f"with a token from {said(options['token'])}")
    return Text("不登录", "without a login")
