"""The collector ``snmp``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.options import HOST, PORT, SECRET, STEP_TIMEOUT, TEXT, means, options_schema, said
from hiscomply_kit.steps import Step, run_steps

if TYPE_CHECKING:
    from hiscomply_snmp.fetch import Login, Session
    from hiscomply_snmp.parse import About

AREAS: Final = ("storage", "power", "cooling")
_SHORTEST_PASSWORD: Final = 8

_OPTIONS: Final = options_schema(
    {
        "host": HOST,
        "port": {
            **PORT,
            "default": 161,
            **means(
                "设备的 SNMP 代理监听的 UDP 端口。", "UDP port that the SNMP agent of the device listens on."
            ),
        },
        "asset_id": {**TEXT, **means("设备在资产清单中的编号。", "The device's id in the asset register.")},
        "class": {
            "enum": ["server", "network", "storage", "facility"],
            "default": "server",
            **means("facility 指支持 UPS-MIB 的 UPS。", "facility is a UPS with UPS-MIB."),
        },
        "tier": {
            "type": "integer",
            "minimum": 1,
            "maximum": 3,
            **means("资产的重要性层级（1 最高）。", "Tier of the asset."),
        },
        "system_id": {**TEXT, **means("资产所属的系统。", "System that the asset belongs to.")},
        "not_present": {
            "type": "array",
            "items": {"enum": list(AREAS)},
            "uniqueItems": True,
            "default": [],
            **means(
                "此硬件没有的部件（如无硬盘的交换机），以免一直等待其数据。",
                "What this hardware does not have (a switch without disks), so that nobody waits for it.",
            ),
        },
        "security": {
            "enum": ["authPriv", "authNoPriv", "v2c"],
            "default": "authPriv",
            **means(
                "SNMPv3 加密、SNMPv3 不加密，或团体名为明文的 SNMPv2c。后两种本身就是判为不符合的证据。",
                "SNMPv3 encrypted, SNMPv3 not encrypted, or SNMPv2c with its community in the clear. The last "
                "two are themselves evidence that fails.",
            ),
        },
        "username": {**TEXT, **means("SNMPv3 的用户。", "User of SNMPv3.")},
        "auth_protocol": {
            "enum": ["SHA-256", "SHA-384", "SHA-512", "SHA-224", "SHA-1", "MD5"],
            "default": "SHA-256",
            **means(
                "SNMPv3 鉴别所用的算法，须与设备上该用户的设置相同；SHA-1 与 MD5 "
                "仅用于设备不支持更强的算法时。",
                "Algorithm that authenticates in SNMPv3, as the device has it for the user; SHA-1 and "
                "MD5 are for devices that have none better.",
            ),
        },
        "auth_password": {
            **SECRET,
            **means(
                "SNMPv3 鉴别口令的所在，口令至少 8 个字符：写 {env: NAME}、{file: PATH} 或 {command: "
                "[PROGRAM]}。",
                "Where the SNMPv3 password that authenticates is, 8 characters at least: {env: NAME}, "
                "{file: PATH} or {command: [PROGRAM]}.",
            ),
        },
        "priv_protocol": {
            "enum": ["AES-128", "AES-192", "AES-256", "DES"],
            "default": "AES-128",
            **means(
                "SNMPv3 加密所用的算法（security: authPriv），须与设备上该用户的设置相同；DES "
                "仅用于设备不支持 AES 时。",
                "Algorithm that encrypts in SNMPv3 (security: authPriv), as the device has it for the "
                "user; DES is for devices without AES.",
            ),
        },
        "priv_password": {
            **SECRET,
            **means(
                "SNMPv3 加密口令的所在，用于 security: authPriv，口令至少 8 个字符：写 {env: NAME}、"
                "{file: PATH} 或 {command: [PROGRAM]}。",
                "Where the SNMPv3 password that encrypts is, for security: authPriv, 8 characters at "
                "least: {env: NAME}, {file: PATH} or {command: [PROGRAM]}.",
            ),
        },
        "community": {
            **SECRET,
            **means(
                "SNMPv2c 团体名的所在，用于 security: v2c：写 {env: NAME}、{file: PATH} 或 {command: "
                "[PROGRAM]}。",
                "Where the SNMPv2c community is, for security: v2c: {env: NAME}, {file: PATH} or "
                "{command: [PROGRAM]}.",
            ),
        },
        "probes": {
            "type": "boolean",
            "default": True,
            **means(
                "另外试用团体名 public 与 private，以及该用户不加密；各 GET 一次。设备可能会记入日志或发送 "
                "trap。",
                "Also try the communities public and private, and the user without encryption; one GET each. "
                "The device may log them or send a trap.",
            ),
        },
        "step_timeout": STEP_TIMEOUT,
    },
    required=("host", "asset_id"),
) | {
    "allOf": [
        {
            "if": {"properties": {"security": {"const": "v2c"}}, "required": ["security"]},
            "then": {"required": ["community"]},
            "else": {"required": ["username", "auth_password"]},
        },
        {
            "if": {"properties": {"security": {"const": "authPriv"}}},
            "then": {"required": ["priv_password"]},
        },
    ]
}


class SnmpCollector:
    """Asks by GET and GETBULK, and never by SET."""

    name: ClassVar[str] = "snmp"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "SNMP：电源、风扇、硬盘、阵列、温度与 UPS 的故障，固件版本，以及 SNMP 自身是否明文、是否用默认团体名",
        "SNMP: faults of power, fans, disks, arrays, temperature, UPS; firmware; whether SNMP itself is open",
    )
    options_schema: ClassVar[Mapping[str, Any]] = _OPTIONS
    parallel: int = 4

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Settings and the asset; firmware of a network device, battery tests of a UPS."""
        return ("setting", *_hardware_kinds(options))

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """Agent, account, and the probes."""
        options = target.options
        where = f"{options['host']}:{options.get('port', 161)}"
        level = options.get("security", "authPriv")
        if level == "v2c":
            who = Text(
                f"团体名取自 {said(options['community'])}（明文）",
                f"with the community from {said(options['community'])}, in the clear",
            )
        else:
            who = Text(
                f"用户 {options['username']}，口令取自 {said(options['auth_password'])}",
                f"as {options['username']}, password from {said(options['auth_password'])}",
            )
        yield Text(
            f"SNMP {level} GET/GETBULK：{where}，{who.zh}", f"SNMP {level} GET/GETBULK of {where} {who.en}"
        )
        if options.get("probes", True):
            yield Text(
                f"{where}：用团体名 public、private（v1、v2c）{'及该用户不加密' if level == 'authPriv' else ''}各 GET 一次",
                f"{where}: one GET each with the communities public and private (v1, v2c)"
                f"{', and as the user without encryption' if level == 'authPriv' else ''}",
            )

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """First the agent's own openness, then the hardware.

        Raises:
            CollectDenied: a wrong user, password or level; nothing may be seen. CollectTimedOut: silence.
            CollectFailed: answers that go round in circles, are endless, or are no SNMP.
        """
        from hiscomply_snmp.fetch import Session
        from hiscomply_snmp.parse import About
        from hiscomply_snmp.survey import system

        options = target.options
        login = _login(options, context)
        timeout_s = min(options.get("step_timeout", 30), target.timeout_s)
        with Session(
            options["host"], options.get("port", 161), login, timeout_s, target.timeout_s
        ) as session:
            about = About(options["asset_id"], session.where, context.now)
            seen = system(session)
            yield from run_steps(
                [
                    Step("snmp", ("setting",), lambda: _openness(session, login, about, options)),
                    Step("hardware", self.kinds(options), lambda: _hardware(session, about, seen, options)),
                ]
            )


def _hardware_kinds(options: Mapping[str, Any]) -> tuple[str, ...]:
    more = {"network": ("firmware",), "facility": ("maintenance",)}
    return ("asset", *more.get(options.get("class", "server"), ()))


def _login(options: Mapping[str, Any], context: CollectContext) -> Login:
    from hiscomply_snmp.fetch import Login

    level = options.get("security", "authPriv")
    if level == "v2c":
        return Login("2c", community=context.secret(options["community"]))
    auth = _password("auth_password", options, context), options.get("auth_protocol", "SHA-256")
    privacy = None
    if level == "authPriv":
        privacy = _password("priv_password", options, context), options.get("priv_protocol", "AES-128")
    return Login("3", options["username"], auth=auth, privacy=privacy)


def _password(name: str, options: Mapping[str, Any], context: CollectContext) -> str:
    secret = context.secret(options[name])
    if len(secret) < _SHORTEST_PASSWORD:
        raise CollectFailed(
            Text(
                f"{name} 少于 {_SHORTEST_PASSWORD} 个字符，SNMPv3 不接受",
                f"{name} is shorter than the {_SHORTEST_PASSWORD} characters that SNMPv3 asks for",
            )
        )
    return secret


def _openness(
    session: Session, login: Login, about: About, options: Mapping[str, Any]
) -> Iterator[Record | Rejected]:
    from hiscomply_snmp import survey

    is_encrypted = login.privacy is not None
    level = "authPriv" if is_encrypted else "authNoPriv" if login.auth else "noAuthNoPriv"
    yield about.setting("snmp.version", login.version)
    yield about.setting("snmp.security_level", level)
    if login.auth:
        yield about.setting("snmp.auth_protocol", login.auth[1])
    if login.privacy:
        yield about.setting("snmp.priv_protocol", login.privacy[1])
    if not is_encrypted:
        yield about.setting("snmp.cleartext_accepted", True)
    is_default = login.community in survey.DEFAULT_COMMUNITIES
    if is_default:
        yield about.setting("snmp.default_community_accepted", True)
    if not options.get("probes", True):
        return
    if is_encrypted:
        yield about.probed("snmp.cleartext_accepted", survey.is_cleartext_accepted(session, login))
    if not is_default:
        yield about.probed("snmp.default_community_accepted", survey.is_default_accepted(session))


def _hardware(
    session: Session, about: About, system: Mapping[str, Any], options: Mapping[str, Any]
) -> Iterator[Record | Rejected]:
    from hiscomply_snmp import parse, survey, ups

    if options.get("class") == "facility":
        seen = {**system, **survey.power_supply(session)}
        yield from parse.asset(about, seen, ups.parts(seen, about.now), options, ("battery",))
        yield from ups.battery_test(about, seen)
        return
    seen = {**system, **survey.hardware(session)}
    yield from parse.asset(about, seen, parse.parts(seen), options)
    yield from parse.chassis(about, seen)
    if options.get("class") == "network":
        yield from parse.firmware(about, seen)
