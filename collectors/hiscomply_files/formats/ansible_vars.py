"""Variables of Ansible's groups and hosts: what stands below ``group_vars`` and ``host_vars``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.ansible_vault import encrypted
from hiscomply_files.formats.json_comments import Json
from hiscomply_files.formats.yaml import Yaml
from hiscomply_files.names import posix

FOLDERS = ("group_vars", "host_vars")
EXTENSIONS = ("", ".yml", ".yaml", ".json")
"""In the order in which Ansible looks for them: the first that is there is the only one that it reads."""
OTHERS = frozenset({".md", ".txt", ".rst", ".j2", ".orig", ".bak", ".swp", ".retry", ".sh", ".py"})
"""Endings of what is no variables, where any other may be the end of a host's name (``db01.example.org``)."""
SECOND = Text(
    "变量文件只能有一个 YAML 文档,Ansible 拒绝读取第二个",
    "a file of variables is one YAML document, and Ansible refuses a second one",
)
NO_MAPPING = Text("变量文件的最外层必须是映射", "a file of variables is a mapping")


class AnsibleVars:
    """``group_vars/web.yml``, ``host_vars/db01/main.yaml``, ``group_vars/all``: YAML, JSON or encrypted by Vault.

    Source: ansible-core 2.19, plugins/vars/host_group_vars.py and parsing/dataloader.py.
    """

    name: ClassVar[str] = "ansible_vars"

    def recognises(self, path: str, head: bytes) -> bool:
        """By its folder and its ending; hidden files and backups are none."""
        file = posix(path)
        is_hidden = file.name.startswith(".") or file.name.endswith("~")
        if is_hidden or set(FOLDERS).isdisjoint(file.parts[:-1]):
            return False
        is_of_a_host = file.parent.name == "host_vars" and file.suffix not in OTHERS
        return is_of_a_host or file.suffix in EXTENSIONS

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf by its path. A value that is encrypted (``!vault``) begins with ``$ANSIBLE_VAULT;``; of a file that
        is encrypted as a whole there is ``ansible_vault``.

        Raises:
            FormatError: for bad syntax, and for what is no mapping.
        """
        whole = encrypted(text)
        if whole is not None:
            yield whole
            return
        settings = list((Json() if text.lstrip().startswith("{") and _is_json(text) else Yaml()).parse(text))
        for one in settings:
            if one.section is not None:
                raise FormatError(SECOND, one.line, one.column)
            if one.key == "." or one.key.startswith("["):
                if one.value == "{}":
                    continue
                raise FormatError(NO_MAPPING, one.line, one.column)
            yield one


def _is_json(text: str) -> bool:
    try:
        return any(True for _ in Json().parse(text))
    except FormatError:
        return False
