"""What Ansible's variables of connections amount to, for one host: the part of an inventory that policies judge.

Source: the plugins ssh, winrm and psrp of ansible-core 2.19 and httpapi of ansible.netcommon; of several variables for one
option the last that the plugin lists wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hiscomply_files.formats.ansible_vault import MAGIC
from hiscomply_files.software.ansible_variables import TEMPLATE, Variable
from hiscomply_files.software.effective import boolean

HOST_KEYS, LOGIN, TRANSPORT = "host-keys", "login-user", "transport"
CERTIFICATE, TEMPORARY = "server-certificate", "temporary-files"
"""Keys of what is judged: no variable of Ansible has a dash in its name."""
CHECKED = ("ansible_host_key_checking", "ansible_ssh_host_key_checking")
OF_PYTHON = {
    "ansible_paramiko_host_key_checking": frozenset({"paramiko", "paramiko_ssh", "network_cli", "netconf"}),
    "ansible_libssh_host_key_checking": frozenset({"libssh", "network_cli", "netconf"}),
}
"""The switch of each library that stands in for ssh, and the connections that may use it."""
ARGUMENTS = ("ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args")
READABLE = "ansible_shell_allow_world_readable_temp"
OF_WINRM = {
    "port": ("ansible_port", "ansible_winrm_port"),
    "scheme": ("ansible_winrm_scheme",),
    "auth": ("ansible_winrm_transport",),
    "user": ("ansible_user", "ansible_winrm_user"),
    "encryption": ("ansible_winrm_message_encryption",),
}
OF_PSRP = {
    "port": ("ansible_port", "ansible_psrp_port"),
    "scheme": ("ansible_psrp_protocol",),
    "auth": ("ansible_psrp_auth",),
    "user": ("ansible_user", "ansible_psrp_user"),
    "encryption": ("ansible_psrp_message_encryption",),
}
CERTIFICATES = {
    "ansible_winrm_server_cert_validation": "winrm",
    "ansible_psrp_cert_validation": "psrp",
    "ansible_httpapi_validate_certs": "httpapi",
}
USE_TLS = "ansible_httpapi_use_ssl"
CONNECTION = "ansible_connection"
SSH_USERS = ("ansible_user", "ansible_ssh_user")
SSH = frozenset({"ssh", "smart", "paramiko", "paramiko_ssh", "libssh", "network_cli", "netconf"})
NAMES = frozenset(
    {CONNECTION, USE_TLS, READABLE, *CHECKED, *OF_PYTHON, *ARGUMENTS, *CERTIFICATES, *SSH_USERS}
    | {name for table in (OF_WINRM, OF_PSRP) for names in table.values() for name in names}
)
"""All variables that something here depends on."""
_REFUSES_NONE = re.compile(r"StrictHostKeyChecking[\s=]+[\"']?(?:no|off|false)\b", re.I)
_LEARNS = re.compile(r"StrictHostKeyChecking[\s=]+[\"']?accept-new\b", re.I)
_FORGETS = re.compile(r"UserKnownHostsFile[\s=]+[\"']?(?:/dev/null|none)\b", re.I)
_PROTECTED = frozenset({"kerberos", "ntlm", "credssp", "negotiate"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged, and what is so; None where it cannot be told."""

    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """A variable in effect; None if it is not set. Not sure where an unread source may say otherwise."""

    variable: Variable | None
    is_sure: bool

    @property
    def text(self) -> str | None:
        """Its value; None if that is not known, or it is not set."""
        return None if self.variable is None else self.variable.text


Look = Callable[[str], Known]
Found = Iterator[tuple[Variable, Judged, bool]]


def judged(look: Look) -> Found:
    """All that is judged of one host, with the variable that decides it, and whether that is sure."""
    connection = look(CONNECTION)
    kind = (connection.text or "").rpartition(".")[2].lower() if connection.variable is not None else None
    is_template = connection.variable is not None and not kind
    if kind is None or kind in SSH or is_template:
        yield from _host_keys(look, is_template)
        for name, kinds in OF_PYTHON.items():
            known = look(name) if kind in kinds else Known(None, True)
            if known.variable is not None:
                yield known.variable, Judged(HOST_KEYS, checking(known.text)), known.is_sure
        yield from _login(look, is_template)
    if kind == "winrm":
        yield from _windows(look, connection, OF_WINRM)
    elif kind == "psrp":
        yield from _windows(look, connection, OF_PSRP)
    elif kind == "httpapi":
        yield from _httpapi(look, connection)
    elif kind == "telnet" and connection.variable is not None:
        yield connection.variable, Judged(TRANSPORT, "cleartext"), connection.is_sure
    elif is_template and connection.variable is not None:
        yield connection.variable, Judged(TRANSPORT, None), connection.is_sure
    for name, owner in CERTIFICATES.items():
        if kind in (None, "", owner):
            yield from _certificate(look(name), owner)
    readable = look(READABLE)
    if readable.variable is not None:
        word = boolean(readable.text)
        shown = {"true": "readable", "false": "private"}.get(word or "")
        yield readable.variable, Judged(TEMPORARY, shown), readable.is_sure


def host_key_arguments(text: str | None) -> str | None:
    """What arguments of ssh make of host keys: ``checked`` or ``unchecked``.

    What a template fills in may loosen them, so that None is all that is known of one that does not do so itself.
    """
    if text is None:
        return None
    if _REFUSES_NONE.search(text) or (_LEARNS.search(text) and _FORGETS.search(text)):
        return "unchecked"
    return None if TEMPLATE.search(text) or text.startswith(MAGIC) else "checked"


def checking(text: str | None) -> str | None:
    """The same of a switch."""
    return {"true": "checked", "false": "unchecked"}.get(boolean(text) or "")


def _last(look: Look, names: tuple[str, ...]) -> Known:
    """The last that is set; where none is, not sure if one of them is not."""
    found = [look(name) for name in names]
    is_sure = all(one.is_sure for one in found)
    variable = next((one.variable for one in reversed(found) if one.variable is not None), None)
    return Known(variable, is_sure)


def _written(look: Look, names: tuple[str, ...]) -> Known:
    """The last that is set, as sure as that is itself: what is in effect as it is written stays so beside others."""
    found = [look(name) for name in names]
    return next((one for one in reversed(found) if one.variable is not None), Known(None, True))


def _host_keys(look: Look, is_template: bool) -> Found:
    switch = _written(look, CHECKED)
    if switch.variable is not None:
        value = None if is_template else checking(switch.text)
        yield switch.variable, Judged(HOST_KEYS, value), switch.is_sure
    for known in map(look, ARGUMENTS):
        if known.variable is not None:
            value = None if is_template else host_key_arguments(known.variable.written)
            yield known.variable, Judged(HOST_KEYS, value), known.is_sure


def _login(look: Look, is_template: bool) -> Found:
    user = _written(look, SSH_USERS)
    if user.variable is not None:
        value = None if is_template else user.text
        yield user.variable, Judged(LOGIN, value), user.is_sure


def _windows(look: Look, connection: Known, table: dict[str, tuple[str, ...]]) -> Found:
    parts = {name: _last(look, names) for name, names in table.items()}
    scheme, port = parts["scheme"], parts["port"]
    deciding = scheme if scheme.variable is not None else port if port.variable is not None else connection
    assert deciding.variable is not None
    value, used = _protection(parts, table is OF_PSRP)
    is_sure = connection.is_sure and all(parts[name].is_sure for name in used)
    yield deciding.variable, Judged(TRANSPORT, value), is_sure


def _protection(parts: dict[str, Known], is_psrp: bool) -> tuple[str | None, tuple[str, ...]]:
    """``encrypted`` or ``cleartext``, None where it cannot be told; and what that rests on."""
    scheme = _word(parts["scheme"])
    used: tuple[str, ...] = ("scheme",)
    if scheme == "":
        port, used = _word(parts["port"]), ("scheme", "port")
        scheme = None if port is None else "http" if port == "5985" else "https"
    if scheme is None:
        return None, used
    if scheme != "http":
        return ("encrypted" if scheme == "https" else None), used
    used = (*used, "auth", "encryption", "user")
    words = [_word(parts[name]) for name in ("auth", "encryption", "user")]
    if any(one is None for one in words):
        return None, used
    auth, encryption, user = (one or "" for one in words)
    if encryption == "never":
        return "cleartext", used
    if not auth:
        auth = "negotiate" if is_psrp else "kerberos" if "@" in user else "basic"
    offered = set(re.split(r"[\s,\[\]'\"]+", auth)) - {""}
    return ("encrypted" if offered <= _PROTECTED else "cleartext"), used


def _word(known: Known) -> str | None:
    """In lower case; empty if it is not set; None if it is not known."""
    if known.variable is None:
        return ""
    return None if known.text is None else known.text.strip().lower()


def _httpapi(look: Look, connection: Known) -> Found:
    use = look(USE_TLS)
    assert connection.variable is not None
    if use.variable is None:
        yield connection.variable, Judged(TRANSPORT, "cleartext"), connection.is_sure and use.is_sure
        return
    value = {"true": "encrypted", "false": "cleartext"}.get(boolean(use.text) or "")
    yield use.variable, Judged(TRANSPORT, value), connection.is_sure and use.is_sure


def _certificate(known: Known, owner: str) -> Found:
    if known.variable is None:
        return
    word = boolean(known.text) if owner == "httpapi" else (known.text or "").strip().lower() or None
    value = {"true": "verified", "false": "ignored", "validate": "verified", "ignore": "ignored"}.get(
        word or ""
    )
    yield known.variable, Judged(CERTIFICATE, value), known.is_sure
