"""``ansible.cfg``: what it says of host keys, certificates, log-ins, temporary files and the password of the vault.

Source: ansible-core 2.19, config/base.yml and the plugins ssh and shell_common.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.ansible_cfg import AnsibleCfg as Format
from hiscomply_files.formats.ansible_vault import SCRIPT, is_password_file
from hiscomply_files.software.ansible_connection import (
    CERTIFICATE,
    HOST_KEYS,
    LOGIN,
    TEMPORARY,
    checking,
    host_key_arguments,
)
from hiscomply_files.software.ansible_variables import TEMPLATE, is_encrypted
from hiscomply_files.software.effective import boolean, value_of

VAULT = "vault-unlock"
SWITCHES = ("defaults.host_key_checking", "ssh_connection.host_key_checking")
OF_PYTHON = ("paramiko_connection.host_key_checking", "libssh_connection.host_key_checking")
ARGUMENTS = tuple(f"ssh_connection.{one}" for one in ("ssh_args", "ssh_common_args", "ssh_extra_args"))
IGNORE_CERTS = "galaxy.ignore_certs"
VALIDATE_CERTS = re.compile(r"galaxy_server\.[^.]+\.validate_certs")
READABLE = "defaults.allow_world_readable_tmpfiles"
PASSWORD_FILE, IDENTITIES = "defaults.vault_password_file", "defaults.vault_identity_list"
FROM_ELSEWHERE = re.compile(r"^(?:/|~|\$|[A-Za-z]:)")
CWD = "{{CWD}}/"


class AnsibleCfg:
    """Each ``ansible.cfg``."""

    name: ClassVar[str] = "ansible_cfg"

    def wants(self, path: str, file_format: str) -> bool:
        """``ansible.cfg``, and files with the password of a vault."""
        return file_format in {"ansible_cfg", "ansible_vault_password"}

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file, in the order of the names."""
        for path in sorted({*files, *unread}):
            if not Format().recognises(path, b""):
                continue
            if path in unread:
                yield Configuration(self.name, path, (), missing=(unread[path],))
                continue
            settings = {one.key: one for one in files[path].settings if one.is_effective}
            values = [_known(one, path) for one in settings.values()]
            values += _judged(settings, path)
            values += _vault(settings, path, files, unread)
            yield Configuration(self.name, path, values)


def _known(setting: Setting, path: str) -> Value:
    value = value_of(setting, path)
    is_template = setting.value is not None and TEMPLATE.search(setting.value)
    return replace(value, value=None) if is_template else value


def _judged(settings: Mapping[str, Setting], path: str) -> Iterator[Value]:
    switch = next((settings[key] for key in reversed(SWITCHES) if key in settings), None)
    if switch is not None:
        yield _says(switch, path, HOST_KEYS, checking(switch.value))
    for key in OF_PYTHON:
        if key in settings:
            yield _says(settings[key], path, HOST_KEYS, checking(settings[key].value))
    for key in ARGUMENTS:
        if key in settings:
            yield _says(settings[key], path, HOST_KEYS, host_key_arguments(settings[key].value))
    if "defaults.remote_user" in settings:
        yield replace(_known(settings["defaults.remote_user"], path), key=LOGIN)
    for key, one in settings.items():
        if key == IGNORE_CERTS:
            yield _says(one, path, CERTIFICATE, _switched(one, "ignored", "verified"))
        elif VALIDATE_CERTS.fullmatch(key):
            yield _says(one, path, CERTIFICATE, _switched(one, "verified", "ignored"))
        elif key == READABLE:
            yield _says(one, path, TEMPORARY, _switched(one, "readable", "private"))


def _switched(setting: Setting, on: str, off: str) -> str | None:
    return {"true": on, "false": off}.get(boolean(setting.value) or "")


def _says(setting: Setting, path: str, key: str, value: str | None) -> Value:
    return replace(value_of(setting, path), key=key, value=value)


def _vault(
    settings: Mapping[str, Setting], path: str, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
) -> Iterator[Value]:
    for key in (PASSWORD_FILE, IDENTITIES):
        setting = settings.get(key)
        for entry in (setting.value or "").split(",") if setting is not None else ():
            target = entry.strip().rpartition("@")[2] if key == IDENTITIES else entry.strip()
            if setting is not None and target:
                yield _says(setting, path, VAULT, _where(target, posixpath.dirname(path), files, unread))


def _where(target: str, folder: str, files: Mapping[str, ReadFile], unread: Mapping[str, Text]) -> str | None:
    """``outside`` of the tree, or ``committed`` to it, a ``script``, or ``encrypted``; None where it cannot be told."""
    target = target.strip("\"'").replace("{{ CWD }}", "{{CWD}}").removeprefix(CWD)
    if target in {"prompt", "prompt_ask_vault_pass"} or FROM_ELSEWHERE.match(target):
        return "outside"
    place = posixpath.normpath(posixpath.join(folder, target))
    if TEMPLATE.search(target) or place in unread:
        return None
    if place.startswith("../"):
        return "outside"
    file = files.get(place)
    if file is None:
        # A file of another name is read by another format, or by none: whether it is there cannot be told.
        return "outside" if is_password_file(place) else None
    if is_encrypted(file):
        return "encrypted"
    if not file.settings:
        return "outside"
    return "script" if file.settings[0].key == SCRIPT else "committed"
