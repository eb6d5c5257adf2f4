"""Ansible inventories: INI and YAML, both as the groups, hosts and variables that they name.

Source: ansible-core 2.19, plugins/inventory/ini.py and yaml.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply_files.formats.ansible_vars import FOLDERS
from hiscomply_files.formats.ansible_vault import MAGIC, encrypted
from hiscomply_files.names import posix

INVENTORY_FOLDERS = frozenset({"inventory", "inventories"})
NAME = re.compile(r"(?:hosts|inventory)(?:[_-][\w-]+)?(?:\.(?:ini|ya?ml|json))?")
_BLANK = rb"(?:[ \t]*(?:[#;][^\n]*)?\r?\n)*"
HEADER = re.compile(rb"^\[[^:\]\s]+(?::(?:vars|children))?\][ \t]*(?:#[^\n]*)?\r?$", re.M)
MARKED = re.compile(rb"^\[[^:\]\s]+:(?:vars|children)\]|\bansible_\w+[ \t]*=", re.M)
BARE_HOST = re.compile(
    rb"^\[[^:\]\s]+\][ \t]*(?:#[^\n]*)?\r?\n"
    + _BLANK
    + rb"[\w.:-]*[\w\]](?:\[[\w:]+\][\w.-]*)*[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)",
    re.M,
)
WORDS = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*+(?:[#;][^\n]*|[\w.-]+(?:\[[\w:]+\][\w.-]*)?)?[ \t]*+(?:\r?\n|\Z))+\Z"
)
HOST_LINE = re.compile(rb"^[\w.:-]+(?:\[[\w:]+\][\w.-]*)*(?:[ \t]+\w+=[^\s=]+)+[ \t]*\r?$", re.M)
YAML_GROUP = re.compile(
    rb"""^["']?[\w.-]+["']?:[ \t]*(?:\#[^\n]*)?\r?\n(?:[ \t]*(?:\#[^\n]*)?\r?\n)*[ ]+["']?(?:hosts|children|vars)["']?:""",
    re.M,
)
PROGRAM_NAME = re.compile(r"(?:hosts|[\w-]*inventory)(?:[_-][\w-]+)?(?:\.(?:py|sh|rb|pl))?")
JSON_GROUP = re.compile(
    rb"""\A\s*\{\s*"[\w.-]+"\s*:\s*\{\s*"(?:hosts|children|vars)"\s*:|\A\s*\{\s*"_meta"\s*:"""
)
PROGRAM = "#!"
PLUGIN = re.compile(rb"^plugin:[ \t]*\S", re.M)
YAML_START = re.compile(r"""\A(?:[ \t]*(?:\#[^\n]*)?\n)*(?:---|\{|["']?[\w.-]+["']?:(?:[ \t]|\n|\Z))""")


class AnsibleInventory:
    """``hosts``, ``inventory.ini``, ``inventories/prod/hosts.yml`` and the like, where their content agrees.

    Settings have the form ``web.hosts.db01.ansible_user``, ``web.vars.http_port`` and ``site.children.web`` in both
    languages. The section says what they are: ``web`` for a host, ``web:vars``, ``web:children``, and ``web:hosts:db01``
    for a host's variable, since names have dots in them.
    """

    name: ClassVar[str] = "ansible_inventory"

    def recognises(self, path: str, head: bytes) -> bool:
        """By its name or its folder, and by what stands in it: ``/etc/hosts`` is none."""
        file = posix(path.lower())
        is_named = NAME.fullmatch(file.name) is not None
        in_folder = not INVENTORY_FOLDERS.isdisjoint(file.parts[:-1])
        if not {*FOLDERS, "roles", "templates"}.isdisjoint(file.parts[:-1]):
            return False
        if head.startswith(PROGRAM.encode()):
            is_program = file.suffix in ("", ".py", ".sh", ".rb", ".pl")
            return is_program and (in_folder or PROGRAM_NAME.fullmatch(file.name) is not None)
        if not (is_named or in_folder):
            return False
        if head.startswith(MAGIC.encode()):
            return file.suffix in ("", ".ini", ".yml", ".yaml")
        if file.suffix == ".json":
            return JSON_GROUP.search(head) is not None
        if file.suffix in (".yml", ".yaml"):
            return YAML_GROUP.search(head) is not None or PLUGIN.search(head) is not None
        if file.suffix not in ("", ".ini") or file.name.startswith("."):
            return False
        if MARKED.search(head) or BARE_HOST.search(head):
            return True
        if HEADER.search(head) and (is_named or not file.suffix):
            return True
        if file.suffix:
            return False
        if YAML_GROUP.search(head) or HOST_LINE.search(head):
            return True
        return bool(head.strip()) and WORDS.match(head) is not None

    def parse(self, text: str) -> Iterator[Setting]:
        """What it says of groups, hosts and variables; ``plugin`` for one that fetches its hosts from elsewhere, and
        ``program`` for one that is run: what it prints is not in the file.

        Raises:
            FormatError: what Ansible would refuse.
        """
        if text.startswith(PROGRAM):
            yield Setting("program", text.partition("\n")[0].strip(), 1, 1)
            return
        whole = encrypted(text)
        if whole is not None:
            yield whole
        elif YAML_START.match(text):
            from hiscomply_files.formats.ansible_inventory_yaml import read

            yield from read(text)
        else:
            from hiscomply_files.formats.ansible_inventory_ini import read

            yield from read(text)
