"""Ansible's playbooks, lists of tasks, and the variables of roles: YAML whose place or first play says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply_files.formats.ansible_vars import FOLDERS
from hiscomply_files.formats.ansible_vault import encrypted
from hiscomply_files.formats.yaml import Yaml
from hiscomply_files.names import posix

LIST = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n|---[^\n]*\n)*-[ ]")
PLAY = re.compile(rb"""^(?:-[ ]+|[ ]+)["']?(?:hosts|(?:ansible\.builtin\.)?import_playbook)["']?:""", re.M)
TASKS = frozenset({"tasks", "handlers"})
OF_ROLES = frozenset({"defaults", "vars"})
YAML = (".yml", ".yaml")


class AnsiblePlaybook:
    """A list of plays, or a list of tasks below ``tasks`` or ``handlers``."""

    name: ClassVar[str] = "ansible_playbook"

    def recognises(self, path: str, head: bytes) -> bool:
        """By its first play, or its folder."""
        file = posix(path)
        if file.suffix not in YAML or LIST.match(head) is None:
            return False
        return not TASKS.isdisjoint(file.parts[:-1]) or PLAY.search(head) is not None

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf by its path; of a file that Vault encrypted as a whole there is ``ansible_vault``.

        Raises:
            FormatError: for bad syntax.
        """
        yield from _settings(text)


class AnsibleRoleVars:
    """``roles/his/defaults/main.yml``, ``roles/his/vars/main.yml`` and ``vars/prod.yml`` beside playbooks."""

    name: ClassVar[str] = "ansible_role_vars"

    def recognises(self, path: str, head: bytes) -> bool:
        """By its folder: ``vars``, or ``defaults`` below ``roles``; a list is none."""
        file = posix(path)
        folders = file.parts[:-1]
        if file.suffix not in YAML or not folders or not {*FOLDERS, "templates", "files"}.isdisjoint(folders):
            return False
        is_of_a_role = "roles" in folders[:-1] and not OF_ROLES.isdisjoint(folders)
        return (is_of_a_role or folders[-1] == "vars") and LIST.match(head) is None

    def parse(self, text: str) -> Iterator[Setting]:
        """As a playbook.

        Raises:
            FormatError: for bad syntax.
        """
        yield from _settings(text)


def _settings(text: str) -> Iterator[Setting]:
    whole = encrypted(text)
    if whole is not None:
        yield whole
    else:
        yield from Yaml().parse(text)
