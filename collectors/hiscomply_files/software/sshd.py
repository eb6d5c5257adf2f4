"""OpenSSH's server: the first value wins, includes are read where they stand, Match blocks hold for some.

With a line that it does not understand it does not start, and what else the file says is not known to be in effect.

Source: sshd_config(5) of OpenSSH 9.2 and servconf.c.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.sshd_config import CUMULATIVE, MATCH_ALL
from hiscomply_files.software.effective import (
    MAIN_NOT_READ,
    MAX_REFUSED,
    Default,
    Including,
    Others,
    resolve,
    with_defaults,
)
from hiscomply_files.software.following import read_value
from hiscomply_files.software.sshd_refusals import refusal

MAX_DEPTH = 16
"""Includes within includes, as sshd itself allows."""
_WHOLE = re.compile(r"[0-9]{1,10}")
"""As many digits as sshd's own numbers have."""
_IDLE = ("clientaliveinterval", "clientalivecountmax")
_INTERACTIVE = ("kbdinteractiveauthentication", "challengeresponseauthentication")
"""Two names of one directive."""
_SOURCE = "sshd_config(5), OpenSSH 9.2"
DEFAULTS: Mapping[str, Default] = {
    key: Default(value, _SOURCE)
    for key, value in {
        "permitrootlogin": "prohibit-password",
        "passwordauthentication": "yes",
        "permitemptypasswords": "no",
        "maxauthtries": "6",
        "logingracetime": "120",
        "clientaliveinterval": "0",
        "clientalivecountmax": "3",
        "x11forwarding": "no",
        "allowtcpforwarding": "yes",
        "allowagentforwarding": "yes",
        "permittunnel": "no",
        "gatewayports": "no",
        "hostbasedauthentication": "no",
        "ignorerhosts": "yes",
        "permituserenvironment": "no",
        "strictmodes": "yes",
        "loglevel": "INFO",
        "maxsessions": "10",
        "maxstartups": "10:30:100",
        "pubkeyauthentication": "yes",
        "usepam": "no",
        "port": "22",
        "ciphers": "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
        "aes128-gcm@openssh.com,aes256-gcm@openssh.com",
        "macs": "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,"
        "hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,"
        "hmac-sha2-256,hmac-sha2-512,hmac-sha1",
        "kexalgorithms": "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,"
        "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,"
        "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256",
    }.items()
}


class Sshd(Including):
    """Each ``sshd_config`` of the tree with what it includes."""

    name: ClassVar[str] = "sshd"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``sshd_config``."""
        return file_format == "sshd_config"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each main file, and for each fragment that no main file of the tree includes."""
        included: set[str] = set()
        for path in sorted((*files, *unread), key=_is_fragment):
            if path in included:
                continue
            reading = _Reading(files, unread, self.others)
            if path in unread:
                reading.missing.append(unread[path])
            else:
                reading.file(path, None, 0)
            included |= reading.seen - {path}
            if _is_fragment(path):
                reading.missing.append(MAIN_NOT_READ)
            values = [*reading.values()]
            if not reading.missing:
                values = [*with_defaults(values, DEFAULTS, path)]
            values += [*_idle_limits(values), *_passwords_by_pam(values)]
            yield Configuration(self.name, path, values, missing=(*reading.missing, *reading.refused))


def _idle_limits(values: Sequence[Value]) -> Iterator[Value]:
    """``idle_limit``: after how many seconds a client that does not answer is given up, for all and for each Match block.

    Interval times count, at the interval's line; 0 is never. Where a piece that was not read may set the count, it is
    the interval alone, which the product is never below; None where one of both is no number.
    """
    whole = {one.key: one for one in values if one.origin != "conditional"}
    sections = dict.fromkeys(
        one.section for one in values if one.origin == "conditional" and one.key in _IDLE
    )
    for section in (None, *sections):
        own = {one.key: one for one in values if one.section == section and one.origin == "conditional"}
        interval, count = (own.get(key) or whole.get(key) for key in _IDLE)
        if interval is None:
            continue
        place = own.get(_IDLE[0]) or own.get(_IDLE[1]) or interval
        times = count.value if count is not None and count.is_certain else "1"
        yield replace(
            place, key="idle_limit", value=_product(interval.value, times), is_certain=interval.is_certain
        )


def _product(interval: str | None, times: str | None) -> str | None:
    seconds = None if interval is None or _WHOLE.fullmatch(interval) is None else int(interval)
    if seconds == 0:
        return "0"
    if seconds is None or times is None or _WHOLE.fullmatch(times) is None:
        return None
    return str(seconds * int(times))


def _passwords_by_pam(values: Sequence[Value]) -> Iterator[Value]:
    """``pam_passwords``: ``no`` where PAM alone cannot let anybody in by a keyboard-interactive login, else not known.

    Such a login is on by default and no matter of ``PasswordAuthentication``; whether PAM asks for more than a password is
    not said here. Where PAM is not used, nobody asks. At the line that says so, or that turns PAM on.
    """
    whole = {one.key: one for one in reversed(values) if one.origin != "conditional"}
    for section in dict.fromkeys((None, *(one.section for one in values if one.key in _INTERACTIVE))):
        own = {
            one.key: one for one in reversed(values) if one.section == section and one.origin == "conditional"
        }
        known = {**whole, **own}
        pam, methods = known.get("usepam"), known.get("authenticationmethods")
        if pam is None:
            continue
        stated = next((known[key] for key in _INTERACTIVE if key in known), None)
        is_off = "no" in ((one.value or "").lower() for one in (pam, *((stated,) if stated else ())))
        text = "no" if is_off or (methods is not None and _asks_for_more(methods.value)) else None
        place = stated or pam
        yield replace(place, key="pam_passwords", value=text, is_certain=place.is_certain and pam.is_certain)


def _asks_for_more(methods: str | None) -> bool:
    """Whether each of the lists of ``AuthenticationMethods`` asks for something besides what PAM answers."""
    lists = [one.split(",") for one in (methods or "any").lower().split()]
    return all(
        any(not one.startswith(("any", "keyboard-interactive", "password")) for one in few) for few in lists
    )


def _is_fragment(path: str) -> bool:
    return PurePosixPath(path).parent.name == "sshd_config.d"


class _Reading:
    """The directives of one main file in the order in which sshd meets them."""

    def __init__(self, files: Mapping[str, ReadFile], unread: Mapping[str, Text], others: Others) -> None:
        self._files, self._unread, self._others = files, unread, others
        self._met: list[tuple[str, Setting, bool]] = []
        self.missing: list[Text] = []
        self.refused: list[Text] = []
        self.seen: set[str] = set()

    def file(self, path: str, section: str | None, depth: int) -> None:
        """Adds the directives of a file; ``section`` is the Match block that includes it."""
        if depth > MAX_DEPTH:
            self.missing.append(
                Text(
                    f"{path}:引用嵌套超过 {MAX_DEPTH} 层", f"{path}: includes nested deeper than {MAX_DEPTH}"
                )
            )
            return
        self.seen.add(path)
        for setting in self._files[path].settings:
            limits = setting.section or section
            refused = refusal(setting, path, limits)
            if refused is not None and len(self.refused) < MAX_REFUSED:
                self.refused.append(refused)
            if setting.key == "include":
                for pattern in _words(setting.value):
                    self._include(pattern, path, limits, depth)
            else:
                # After a piece that is not there, a first value is not surely the first.
                self._met.append((path, replace(setting, section=limits), not self.missing))

    def _include(self, pattern: str, path: str, section: str | None, depth: int) -> None:
        absolute = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
        if pattern.endswith(("*", "?", "]")):
            reason = (
                f"{pattern} 还引用不以 .conf 结尾的文件,未读取",
                f"{pattern}: files without .conf are not read",
            )
            self.missing.append(Text(*reason))
        found = resolve(absolute, path, self._files, self._unread, others=self._others)
        if not found.files and not found.is_there and not pattern.startswith("/"):
            found = resolve(pattern, path, self._files, self._unread, others=self._others)
        if found.missing is not None:
            self.missing.append(found.missing)
        for name in found.files:
            if name in self.seen:
                self.missing.append(Text(f"{name} 被重复引用", f"{name} is included twice"))
            else:
                self.file(name, section, depth + 1)

    def values(self) -> Iterator[Value]:
        """The first of each key, the overrides for all, and what Match blocks say for some."""
        first: dict[str, int] = {}
        for wanted in (MATCH_ALL, None):
            for index, (_, setting, _) in enumerate(self._met):
                if setting.section == wanted:
                    first.setdefault(setting.key, index)
        for index, (path, setting, is_certain) in enumerate(self._met):
            if setting.section not in (None, MATCH_ALL):
                yield replace(read_value(setting, path), origin="conditional", is_certain=is_certain)
            elif setting.key in CUMULATIVE or first[setting.key] == index:
                yield replace(read_value(setting, path), is_certain=is_certain)


def _words(text: str | None) -> list[str]:
    try:
        return shlex.split(text or "")
    except ValueError:
        return [text or ""]
