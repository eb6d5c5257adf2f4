"""Why a host could not be asked, in words that say what to do next. Pure."""

from __future__ import annotations

from pathlib import Path

import asyncssh

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut
from hiscomply.model import Text
from hiscomply_ssh.login import Login, Place


def no_known_hosts(login: Login) -> Text:
    """There is no file of host keys."""
    file = login.known_hosts
    return Text(
        f"没有主机密钥文件 {file};请用 ssh-keyscan 取得公钥,与主机上的指纹核对后写入",
        f"there is no file of host keys {file}; get the keys with ssh-keyscan, compare the fingerprints on the "
        "hosts, then add them",
    )


def key_unusable(path: Path, said: str) -> Text:
    """The private key cannot be used."""
    said = said[:120]
    return Text(f"私钥 {path} 无法使用:{said}", f"the private key {path} cannot be used: {said}")


def timed_out(place: Place, seconds: float) -> CollectTimedOut:
    """The host did not let us in, nor refuse, within the time."""
    return CollectTimedOut(
        Text(
            f"{place}:{seconds:g} 秒内未能连接并登录",
            f"{place}: no connection and login within {seconds:g} s",
        )
    )


def not_tried(place: Place, refused_by: Place | None) -> Text:
    """The password was refused elsewhere before it worked anywhere."""
    return Text(
        f"{place}:未尝试登录,因为 {refused_by} 拒绝了同一账户和口令(避免账户被锁)",
        f"{place}: no login was tried, for {refused_by} refused the same account and password, and more tries "
        "could lock it",
    )


def not_connected(
    login: Login, error: Exception, offered: asyncssh.SSHKey | None, *, is_known: bool
) -> CollectFailed:
    """What an error of the connection means."""
    place = login.place
    match error:
        case asyncssh.PermissionDenied():
            return CollectDenied(
                Text(
                    f"{place}:登录被拒绝(密钥或口令不被接受);未再尝试",
                    f"{place}: the login was refused (key or password not accepted); it was not tried again",
                )
            )
        case asyncssh.HostKeyNotVerifiable():
            return CollectFailed(_host_key(login, offered, is_known=is_known))
        case asyncssh.ConnectionLost() | ConnectionResetError() | BrokenPipeError():
            told = Text("连接在登录完成前断开", "the connection broke before the login was complete")
        case asyncssh.ProtocolError() | asyncssh.ProtocolNotSupported():
            told = Text("对方不是可用的 SSH 服务", "what answers there is no SSH server that can be used")
        case asyncssh.KeyExchangeFailed():
            told = Text(
                "没有共同的算法,或 known_hosts 中的密钥类型与主机的不同",
                "no algorithm in common, or known_hosts has a key of a type that the host does not offer",
            )
        case ConnectionRefusedError():
            told = Text("连接被拒绝(端口上没有服务)", "connection refused: nothing listens there")
        case TimeoutError():
            return timed_out(place, login.connect_timeout_s)
        case asyncssh.ChannelOpenError():
            told = Text("跳板机无法连到它", "the jump host cannot connect to it")
        case OSError():
            said = (error.strerror or str(error))[:120]
            told = Text(f"无法连接({said})", f"no connection ({said})")
        case _:
            said = f"{type(error).__name__}: {error}"[:160]
            told = Text(f"无法连接({said})", f"no connection ({said})")
    return CollectFailed(Text(f"{place}:{told.zh}", f"{place}: {told.en}"))


def _host_key(login: Login, offered: asyncssh.SSHKey | None, *, is_known: bool) -> Text:
    place = login.place
    print_ = f" {offered.get_fingerprint()}" if offered else ""
    port = f"-p {place.port} " if place.port not in (None, 22) else ""
    if is_known:
        return Text(
            f"{place}:主机密钥与 {login.known_hosts} 中的不同(现为{print_});主机被重装,或有人冒充。"
            "请先查明原因,核对指纹后再替换",
            f"{place}: the host key is not the one in {login.known_hosts} (now{print_}): the host was set up anew, "
            "or somebody poses as it. Find out which, and compare the fingerprint before you replace the key",
        )
    return Text(
        f"{place}:主机密钥未知({print_.strip()});用 `ssh-keyscan {port}{place.address}` 取得,"
        f"与主机上 `ssh-keygen -lf` 的指纹核对后写入 {login.known_hosts}",
        f"{place}: the host key is not known ({print_.strip()}); get it with `ssh-keyscan {port}{place.address}`, "
        f"compare the fingerprint with `ssh-keygen -lf` on the host, then add it to {login.known_hosts}",
    )
