"""What a directory's result codes mean, and what to do about them."""

from __future__ import annotations

import re
from typing import Final

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text

OK: Final = 0
CUT_SHORT: Final = {
    3: Text("服务器的时间限制", "its time limit"),
    4: Text("服务器的条数限制", "its size limit"),
    11: Text("服务器的管理限制", "its administrative limit"),
}
_DENIED: Final = {
    7: Text("服务器不接受简单绑定", "the server takes no simple bind"),
    8: Text(
        "服务器要求加密:请改用 ldaps:// 或 starttls",
        "the server asks for encryption: use ldaps:// or starttls",
    ),
    13: Text(
        "服务器要求加密:请改用 ldaps:// 或 starttls",
        "the server asks for encryption: use ldaps:// or starttls",
    ),
    48: Text("该账号不能这样登录", "this account may not log in like this"),
    49: Text("账号或口令不被接受;未重试", "the account or password was not accepted; not tried again"),
    50: Text("账号的权限不足", "the account lacks the right"),
}
_OTHER: Final = {
    10: Text("数据在另一台服务器上(referral)", "the data is on another server (referral)"),
    32: Text("该位置不存在,或账号看不到它", "there is no such place, or the account may not see it"),
    51: Text("服务器忙", "the server is busy"),
    52: Text("服务器不可用", "the server is unavailable"),
    53: Text("服务器不愿执行", "the server is unwilling"),
}
# Active Directory says in the message of code 49 what is wrong with the account that binds.
_BIND_CODES: Final = {
    "525": Text("账号不存在", "no such account"),
    "530": Text("此时间不允许登录", "no log-in at this time"),
    "532": Text("口令已过期", "its password has expired"),
    "533": Text("账号已停用", "the account is disabled"),
    "701": Text("账号已过期", "the account has expired"),
    "773": Text("须先修改口令", "its password must be changed first"),
    "775": Text("账号已锁定", "the account is locked"),
}


class Elsewhere(CollectFailed):
    """Everything that this server has was given, but part of the tree is on servers that were not asked."""


class NotThere(CollectFailed):
    """No such place, or one that the account may not see: a server tells these apart for nobody."""


def refused(where: str, code: int, message: str = "", *, exists: bool = False) -> CollectFailed:
    """The failure that a result code stands for. Of the server's own message only a known number is repeated.

    Args:
        exists: the server itself named the place, so that "no such object" means: not allowed to see it.
    """
    told = _DENIED.get(code) or _OTHER.get(code) or Text("未知原因", "no reason that is known here")
    match = re.search(r"\bdata ([0-9a-f]{3}),", message)
    if code == 49 and match and match[1] in _BIND_CODES:
        told = Text(f"{_BIND_CODES[match[1]].zh};未重试", f"{_BIND_CODES[match[1]].en}; not tried again")
    reason = Text(f"{where} 拒绝:{told.zh}(LDAP {code})", f"{where} refuses: {told.en} (LDAP {code})")
    if code in _DENIED or (code == 32 and exists):
        return CollectDenied(reason)
    return NotThere(reason) if code == 32 else CollectFailed(reason)


def hidden_domain(dn: str) -> CollectDenied:
    """A domain of which the server itself says that it has it, and of which the account sees nothing."""
    return CollectDenied(
        Text(
            f"服务器自称持有域 {dn},账号却完全看不到它;请在域对象上授予该账号“列出内容”和“读取全部属性”权限"
            "(应用于此对象及全部后代对象)",
            f"the server says that it has the domain {dn}, and the account sees nothing of it: grant the account List "
            "contents and Read all properties on the domain's object, for this object and all below it",
        )
    )


def bare_domain(dn: str, lack: Text) -> CollectDenied:
    """A domain's object that is to be seen without what every domain has."""
    return CollectDenied(
        Text(
            f"{dn} {lack.zh},账号看不到它;请在该对象上授予“读取全部属性”权限",
            f"{dn} {lack.en}, so the account may not see it; grant it Read all properties on that object",
        )
    )


def cut_short(where: str, code: int, entries: int) -> CollectFailed:
    """The server stopped in the middle of an answer."""
    limit = CUT_SHORT[code]
    return CollectFailed(
        Text(
            f"{where} 只给出 {entries} 条,因{limit.zh}而不完整;请为读取账号放宽限制",
            f"{where} gave {entries} entries only, cut short by {limit.en}; raise the limit of the account that reads",
        )
    )


def only_part(where: str, name: str, values: int) -> CollectFailed:
    """The server gave some values of an attribute, said that there are more, and did not give them."""
    return CollectFailed(
        Text(
            f"{where} 的 {name} 只给出前 {values} 个值,其余未给出",
            f"{where} gave the first {values} values of {name} only, and not the others",
        )
    )


def elsewhere(where: str, servers: list[str]) -> Elsewhere:
    """Part of the tree is on other servers, which were not asked."""
    shown = ", ".join(servers[:5])
    return Elsewhere(
        Text(
            f"{where} 的部分数据在其他服务器上({shown}),未跟随;请另设目标采集",
            f"part of {where} is on other servers ({shown}), which were not asked; give each a target of its own",
        )
    )


def no_account(base: str) -> CollectFailed:
    """An empty answer, which proves nothing."""
    return CollectFailed(
        Text(
            f"{base} 下看不到任何账号:请检查 base、person_filter 和读取权限",
            f"no account is to be seen below {base}: check base, person_filter and the right to read",
        )
    )


def no_group(word: str) -> Text:
    """A group that the target names is not there."""
    return Text(
        f"找不到特权组 {word},或账号看不到它",
        f"the privileged group {word} is not there, or the account may not see it",
    )


def by_query(name: str) -> Text:
    """A group that lists a search instead of its members."""
    return Text(
        f"动态组 {name} 的成员由搜索得出,未解析:谁在其中未知",
        f"the group {name} is dynamic: its members are what a search finds, which was not made, so they are not known",
    )


NO_DEFAULT: Final = Text(
    "未知没有指明策略的账号适用哪一条口令策略;请写明 default_policy",
    "which policy holds for accounts that name none is not known; say it with default_policy",
)


def no_policy_seen(count: int) -> Text:
    """Policies that the target or accounts name, and that are not there."""
    return Text(
        f"default_policy 或各账号指明的口令策略中有 {count} 条不存在,或采集账号看不到",
        f"not there, or hidden from the account that reads: {count} of the password policies that default_policy or accounts "
        "name",
    )
