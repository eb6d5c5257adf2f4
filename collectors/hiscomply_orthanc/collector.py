"""The collector ``orthanc``: configuration as it is in effect, over the REST interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.options import (
    CLEARTEXT,
    HTTP_URL,
    SECRET,
    STEP_TIMEOUT,
    TEXT,
    TLS,
    means,
    options_schema,
    said,
)

if TYPE_CHECKING:
    from hiscomply_orthanc.fetch import Address

KINDS: Final = ("setting", "admin_interface", "package")


class OrthancCollector:
    """Asks ``/system``, ``/plugins`` and ``/modalities``; never a path below which there are patients."""

    name: ClassVar[str] = "orthanc"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "Orthanc 影像服务：版本、插件、通信节点、鉴别与 TLS（不读影像与患者）",
        "Orthanc image server: version, plugins, partners, authentication, TLS (never images or patients)",
    )
    options_schema: ClassVar[Mapping[str, Any]] = options_schema(
        {
            "url": HTTP_URL,
            "asset_id": {
                **TEXT,
                **means("服务器在资产清单中的编号。", "The server's id in the asset register."),
            },
            "user": {
                **TEXT,
                **means(
                    "Orthanc 的用户，与 password 一起使用；不写则不登录。",
                    "User of Orthanc, with password; without both nobody is logged in.",
                ),
            },
            "password": {
                **SECRET,
                **means(
                    "user 的口令的所在：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。",
                    "Where the password of user is: {env: NAME}, {file: PATH} or {command: [PROGRAM]}.",
                ),
            },
            "tls": TLS,
            "cleartext": CLEARTEXT,
            "step_timeout": STEP_TIMEOUT,
        },
        required=("url", "asset_id"),
    )
    parallel: int = 4

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Always the same ones."""
        return KINDS

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The requests, one line for each login."""
        from hiscomply_orthanc.fetch import OPEN_PATH, PATHS

        url, options = target.options["url"], target.options
        yield Text(
            f"GET {url}{OPEN_PATH}，不带登录，以确认是否要求鉴别",
            f"GET {url}{OPEN_PATH} without a login, to see whether one is needed",
        )
        paths = ", ".join(PATHS)
        who = f"{options['user']} ({said(options['password'])})" if "password" in options else None
        if who:
            yield Text(f"GET {url} {paths}，账号 {who}", f"GET {url} {paths} as {who}")
        else:
            yield Text(f"GET {url} {paths}，不带登录", f"GET {url} {paths} without a login")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """What strangers see first, then what the login shows.

        Raises:
            CollectDenied: a login is needed and none is given, or it is refused; what was seen from outside is kept.
            CollectTimedOut, CollectFailed: as ``hiscomply_kit.http.Api``.
        """
        from hiscomply_orthanc import parse
        from hiscomply_orthanc.fetch import OPEN_PATH, Address, answers, asks_for_login, handshake, unlike

        options = target.options
        address = Address(
            options["url"].rstrip("/"),
            context.project,
            options.get("tls"),
            min(options.get("step_timeout", 30), target.timeout_s),
            options.get("cleartext", False),
        )
        about = parse.About(options["asset_id"], address.url, context.now)
        is_login_needed = asks_for_login(address)
        yield parse.openness(about, is_login_needed, OPEN_PATH)
        yield from parse.transport(about, address.port, handshake(address) if address.is_tls else None)
        login = _login(options, context, address)
        if is_login_needed and login is None:
            raise CollectDenied(
                Text(
                    f"{address.url} 要求登录；请写明 user 和 password",
                    f"{address.url} wants a login; give user and password",
                ),
                kinds=("setting", "package"),
            )
        try:
            found = answers(address, login if is_login_needed else None)
        except CollectFailed as failure:
            raise type(failure)(failure.reason, kinds=("setting", "package")) from None
        if not isinstance(found["/system"], dict) or not isinstance(found["/system"].get("Version"), str):
            raise unlike(f"{address.url}/system")
        yield from parse.system(about, found["/system"])
        yield from parse.plugins(about, found["/plugins"])
        yield from parse.modalities(about, found["/modalities?expand"])


def _login(options: Mapping[str, Any], context: CollectContext, address: Address) -> tuple[str, str] | None:
    if "password" not in options:
        return None
    if "user" not in options:
        raise CollectFailed(
            Text(f"{address.url}：有 password 而没有 user", f"{address.url}: password is given without user")
        )
    return options["user"], context.secret(options["password"])
