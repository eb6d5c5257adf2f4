"""All that is sent to an agent: GET and GETBULK. The only module that knows pysnmp (extra ``snmp``).

No SET is ever sent: this module has no function for one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_kit.needs import need

T = TypeVar("T")
Value = int | bytes | str
"""A number, octets, or an object identifier as dotted text."""
TRIES: Final = 3
ROWS_AT_ONCE: Final = 20

_REFUSALS: Final = {
    "UnknownUserName": Text("不认识该用户", "does not know the user"),
    "UnknownSecurityName": Text("不认识该用户", "does not know the user"),
    "WrongDigest": Text("认证口令或算法不对", "says that the authentication password or protocol is wrong"),
    "AuthenticationFailure": Text(
        "认证口令或算法不对", "says that the authentication password or protocol is wrong"
    ),
    "UnsupportedSecurityLevel": Text("不支持该安全级别", "does not let this user in at this security level"),
    "DecryptionError": Text("加密口令或算法不对", "says that the privacy password or protocol is wrong"),
    "NotInTimeWindow": Text("认为报文过期", "says that the message is out of its time window"),
}
_NOT_ALLOWED: Final = frozenset({6, 16})
"""noAccess and authorizationError (RFC 3416)."""
_NO_SUCH_NAME: Final = 2
AUTH_PROTOCOLS: Final = {
    "MD5": "usmHMACMD5AuthProtocol",
    "SHA-1": "usmHMACSHAAuthProtocol",
    "SHA-224": "usmHMAC128SHA224AuthProtocol",
    "SHA-256": "usmHMAC192SHA256AuthProtocol",
    "SHA-384": "usmHMAC256SHA384AuthProtocol",
    "SHA-512": "usmHMAC384SHA512AuthProtocol",
}
PRIVACY_PROTOCOLS: Final = {
    "DES": "usmDESPrivProtocol",
    "AES-128": "usmAesCfb128Protocol",
    "AES-192": "usmAesCfb192Protocol",
    "AES-256": "usmAesCfb256Protocol",
}
"""Names in pysnmp by the names of options."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks, and how.

    Attributes:
        version: ``1``, ``2c`` or ``3``.
        user: of version 3.
        community: of versions 1 and 2c.
        auth, privacy: password and protocol (``SHA-256``, ``AES-128`` …) of version 3.
    """

    version: str
    user: str = ""
    community: str = field(default="", repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    privacy: tuple[str, str] | None = field(default=None, repr=False)


class Refused(CollectDenied):
    """The agent, or its access control, said no: a definite answer."""


class Session:
    """A conversation with one agent, of at most ``timeout_s`` for one request and ``whole_s`` in all."""

    def __init__(self, host: str, port: int, login: Login, timeout_s: float, whole_s: float) -> None:
        self.where = f"snmp://{host}:{port}"
        self.timeout_s = timeout_s
        self._address = (host.strip("[]"), port)
        self._whole_s = whole_s
        self._ends = time.monotonic() + whole_s
        self._login = login
        need("cryptography", "snmp")
        self._api = need("pysnmp.hlapi.v3arch.asyncio", "snmp")
        self._names = need("pysnmp.hlapi.v3arch.asyncio.auth", "snmp")
        library, values = need("pysnmp.error", "snmp"), need("pyasn1.error", "snmp")
        self._errors = (OSError, library.PySnmpError, values.PyAsn1Error)
        self._runner = asyncio.Runner()
        self._engine: Any = None
        self._target: Any = None

    def __enter__(self) -> Self:
        self._runner.__enter__()
        try:
            self._target = self._run(self._begin())
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """The values of these objects; what the agent does not have, or does not show, is left out.

        Raises:
            CollectDenied, CollectTimedOut, CollectFailed.
        """
        return self._run(self._get(self._login, self._target, oids))

    def following(self, oid: str) -> list[tuple[str, Value | None]]:
        """The next objects after this one; None for the end of what can be seen.

        Raises:
            CollectDenied, CollectTimedOut, CollectFailed.
        """
        return self._run(self._following(oid))

    def tries(self, logins: Sequence[Login], oid: str, timeout_s: float) -> list[str]:
        """How each of these logins is taken, asked side by side for one object.

        Returns:
            ``value``, ``empty`` (answered, but not with a value), ``refused``, ``silent`` or ``unclear``.
        """

        async def together() -> list[str]:
            target = await self._aim(timeout_s)
            return list(await asyncio.gather(*(self._tried(one, target, oid) for one in logins)))

        return self._run(together())

    async def _tried(self, login: Login, target: Any, oid: str) -> str:
        try:
            return "value" if await self._get(login, target, [oid]) else "empty"
        except Refused:
            return "refused"
        except CollectTimedOut:
            return "silent"
        except CollectFailed:
            return "unclear"

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        left = self._ends - time.monotonic()
        try:
            return self._runner.run(asyncio.wait_for(work, max(left, 0)))
        except TimeoutError:
            raise CollectTimedOut(
                Text(
                    f"{self.where} 在 {self._whole_s:g} 秒内没有答完",
                    f"{self.where} did not finish within {self._whole_s:g} seconds",
                )
            ) from None

    async def _begin(self) -> Any:
        self._engine = self._api.SnmpEngine()
        return await self._aim(self.timeout_s)

    async def _aim(self, timeout_s: float) -> Any:
        transport = self._api.Udp6TransportTarget if ":" in self._address[0] else self._api.UdpTransportTarget
        try:
            return await transport.create(self._address, timeout=timeout_s / TRIES, retries=TRIES - 1)
        except self._errors:
            raise CollectFailed(
                Text(f"找不到 {self.where} 的地址", f"the address of {self.where} cannot be found")
            ) from None

    async def _get(self, login: Login, target: Any, oids: Sequence[str]) -> dict[str, Value]:
        asked = [self._object(one) for one in oids]
        answer = await self._asked(
            self._api.get_cmd(
                self._engine, self._auth(login), target, self._api.ContextData(), *asked, lookupMib=False
            )
        )
        return {oid: value for oid, value in answer if value is not None}

    async def _following(self, oid: str) -> list[tuple[str, Value | None]]:
        return await self._asked(
            self._api.bulk_cmd(
                self._engine, self._auth(self._login), self._target, self._api.ContextData(),
                0, ROWS_AT_ONCE, self._object(oid), lookupMib=False,
            )
        )  # fmt: skip

    async def _asked(self, command: Any) -> list[tuple[str, Value | None]]:
        try:
            trouble, status, _, bound = await command
        except self._errors as error:
            raise self._failed(type(error).__name__) from None
        if trouble is not None:
            raise self._troubled(trouble)
        if int(status) in _NOT_ALLOWED:
            said = Text("按其访问控制拒绝", "refuses by its access control")
            raise Refused(Text(f"{self.where} {said.zh}", f"{self.where} {said.en}"))
        if int(status) == _NO_SUCH_NAME:
            return []
        if int(status):
            raise self._failed(f"error-status {int(status)}")
        return [(str(name), self._value(value)) for name, value in bound]

    def _troubled(self, trouble: Any) -> CollectFailed:
        name = type(trouble).__name__
        if name == "RequestTimedOut":
            return self._slow()
        if refusal := _REFUSALS.get(name):
            return Refused(Text(f"{self.where} {refusal.zh}", f"{self.where} {refusal.en}"))
        return self._failed(name)

    def _slow(self) -> CollectFailed:
        return CollectTimedOut(
            Text(
                f"{self.where} 在 {self.timeout_s:g} 秒内没有可读的应答（团体名或加密口令不对、地址未放行时也是这样）",
                f"{self.where} gave no readable answer within {self.timeout_s:g} seconds "
                "(a wrong community or privacy password, or an address that is not let in, looks the same)",
            )
        )

    def _failed(self, what: str) -> CollectFailed:
        return CollectFailed(
            Text(f"{self.where} 的 SNMP 应答有误：{what}", f"{self.where} gave a bad SNMP answer: {what}")
        )

    def _object(self, oid: str) -> Any:
        return self._api.ObjectType(self._api.ObjectIdentity(oid))

    def _auth(self, login: Login) -> Any:
        if login.version != "3":
            return self._api.CommunityData(login.community, mpModel=0 if login.version == "1" else 1)
        keys: dict[str, Any] = {}
        if login.auth:
            keys |= {
                "authKey": login.auth[0],
                "authProtocol": getattr(self._names, AUTH_PROTOCOLS[login.auth[1]]),
            }
        if login.privacy:
            keys |= {
                "privKey": login.privacy[0],
                "privProtocol": getattr(self._names, PRIVACY_PROTOCOLS[login.privacy[1]]),
            }
        return self._api.UsmUserData(login.user, **keys)

    def _value(self, value: Any) -> Value | None:
        kind = value.__class__.__name__
        if kind in {"NoSuchObject", "NoSuchInstance", "EndOfMibView", "Null", "UnSpecified"}:
            return None
        if kind in {"ObjectIdentifier", "ObjectIdentity"}:
            return str(value)
        return bytes(value) if hasattr(value, "asOctets") else int(value)

    def _close(self) -> None:
        if self._engine is not None:
            self._engine.close_dispatcher()
        self._runner.close()
