"""The options of a target, and what is read without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import CLEARTEXT, SECRET, STEP_TIMEOUT, TEXT, TLS, means, options_schema

FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts": ("account",),
    "passwords": ("password_state",),
    "policy": ("setting",),
    "memberships": ("entitlement",),
}
DEFAULT_FACTS: Final = ("accounts", "passwords", "policy")
KINDS: Final = ("human", "service", "shared", "default", "vendor", "trainee")
PERSON_FILTER: Final = {
    "active_directory": "(&(objectCategory=person)(objectClass=user))",
    "openldap": "(|(objectClass=person)(objectClass=inetOrgPerson)(objectClass=account)(objectClass=posixAccount)"
    "(objectClass=shadowAccount)(objectClass=simpleSecurityObject))",
}
LOGIN: Final = {"active_directory": "sAMAccountName", "openldap": "uid"}
LAG_DAYS: Final = 14
"""How late Active Directory may be with ``lastLogonTimestamp`` where nobody changed that."""

_ATTRIBUTE: Final = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9-]*$"}
_FILTER: Final = {"type": "string", "pattern": r"^\(.*\)$"}


def _told(schema: Mapping[str, Any], zh: str, en: str) -> dict[str, Any]:
    return {**schema, **means(zh, en)}


_KIND_RULE: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind"],
    "minProperties": 2,
    "properties": {
        "kind": {
            "enum": list(KINDS),
            **means(
                "符合此规则的账户的类别：human 个人、service 服务、shared 共享、default 默认、vendor "
                "外部人员、trainee 进修实习。",
                "Kind of the accounts that fit: human, service, shared, default, vendor (external staff) "
                "or trainee.",
            ),
        },
        "login": _told(
            TEXT,
            "属于此类的登录名；* 和 ? 代表任意文字和任意一个字符。",
            "Logins of this kind; * and ? stand for any text and any character.",
        ),
        "under": _told(
            TEXT, "此类账户所在的上级 DN。", "The DN below which the accounts of this kind stand."
        ),
    },
}

SCHEMA: Final = options_schema(
    {
        "url": {
            "type": "string",
            "pattern": r"^ldaps?://[^\s@?#/]+/?$",
            **means(
                "ldaps://HOST[:PORT]，或 ldap://HOST[:PORT] 加 starttls。",
                "ldaps://HOST[:PORT], or ldap://HOST[:PORT] with starttls.",
            ),
        },
        "system_id": _told(
            TEXT,
            "目录在系统清单中的编号；其系统类别应为 IDP。",
            "The directory's id in the register of systems; its category there is IDP.",
        ),
        "user": _told(
            TEXT,
            "用于读取的账户：写 DN；Active Directory 也可写 user@domain。",
            "The account that reads: a DN, for Active Directory also user@domain.",
        ),
        "password": {
            **SECRET,
            **means(
                "账户 user 的口令的所在：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。",
                "Where the password of user is: {env: NAME}, {file: PATH} or {command: [PROGRAM]}.",
            ),
        },
        "kind": {
            "enum": ["auto", "openldap", "active_directory"],
            "default": "auto",
            **means(
                "服务器的类型；不写此项则向服务器查询。",
                "What the server is; it is asked without this option.",
            ),
        },
        "starttls": {
            "type": "boolean",
            "default": False,
            **means("在 ldap:// 连接上启用 TLS。", "Begin TLS on an ldap:// connection."),
        },
        "tls": TLS,
        "cleartext": CLEARTEXT,
        "base": _told(
            TEXT,
            "账户所在的位置；不写则为服务器的命名上下文。",
            "Where the accounts stand; the server's naming context without it.",
        ),
        "person_filter": _told(_FILTER, "哪些条目是账户。", "Which entries are accounts."),
        "login_attribute": _told(
            _ATTRIBUTE, "不写则为 sAMAccountName 或 uid。", "sAMAccountName or uid without it."
        ),
        "person_attribute": _told(
            _ATTRIBUTE,
            "存放人员工号的属性，如 employeeID。",
            "The attribute that holds the person's staff number, such as employeeID.",
        ),
        "disabled_filter": _told(
            _FILTER,
            "OpenLDAP 服务器中哪些账户已停用；用于本单位对此有约定时。",
            "Which accounts of an OpenLDAP server are disabled, where it has a custom for that.",
        ),
        "kinds": {
            "type": "array",
            "items": _KIND_RULE,
            **means(
                "哪些账户不属于个人；以第一条相符的规则为准。",
                "Which accounts are no person's; the first rule that fits counts.",
            ),
        },
        "privileged_groups": {
            "type": "array",
            "items": TEXT,
            **means(
                "成员（含嵌套成员）属于特权账户的组，写名称或 DN；在 Active Directory 中另加于内置的组。",
                "Names or DNs of groups whose members, nested ones too, are privileged; in Active Directory "
                "besides the built-in ones.",
            ),
        },
        "default_policy": _told(
            TEXT, "OpenLDAP 默认口令策略的 DN。", "The DN of OpenLDAP's default password policy."
        ),
        "asset_id": _told(
            TEXT, "配置项所属资产在资产清单中的编号。", "The id in the asset register that settings carry."
        ),
        "include": {
            "type": "array",
            "items": {"enum": list(FACTS)},
            "minItems": 1,
            "uniqueItems": True,
            "default": list(DEFAULT_FACTS),
            **means("读取哪些内容。", "What to read."),
        },
        "fine_grained": {
            "type": "boolean",
            "default": True,
            **means(
                "读取 Active Directory 的细粒度口令策略；需要单独授权。",
                "Read Active Directory's fine-grained password policies, which need a right of their own.",
            ),
        },
        "replication_lag_days": {
            "type": "integer",
            "minimum": 0,
            "maximum": 14,
            "default": LAG_DAYS,
            **means(
                "多台域控的域中，最近登录时间最多可以滞后多少天；域的设置超过此值时，最近登录时间为未知。"
                "策略最多放宽 14 天。",
                "How late the last log-in of a domain with several controllers may be known; where the domain "
                "is set to more, last log-ins stay unknown. The policy adds 14 days at most.",
            ),
        },
        "page_size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 500,
            **means(
                "每次向服务器请求多少个条目；提示回答过大或超出服务器的限额时减小。",
                "Entries asked for at a time; lower it where an answer is too large or above the limit "
                "of the server.",
            ),
        },
        "step_timeout": STEP_TIMEOUT,
    },
    required=("url", "system_id", "user", "password"),
)


def facts_of(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that a target asks for, in the order of FACTS."""
    return tuple(one for one in FACTS if one in (options.get("include") or DEFAULT_FACTS))
