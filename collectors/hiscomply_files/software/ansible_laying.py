"""How ``ansible.cfg`` has variables laid over each other, where it is not as Ansible does it by itself.

Source: ansible-core 2.19, config/base.yml: DEFAULT_HASH_BEHAVIOUR, VARIABLE_PRECEDENCE.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from hiscomply.configurations import ReadFile
from hiscomply.model import Text
from hiscomply_files.formats.ansible_cfg import AnsibleCfg

MERGING, PRECEDENCE = "defaults.hash_behaviour", "defaults.precedence"
USUAL = (
    "all_inventory",
    "groups_inventory",
    "all_plugins_inventory",
    "all_plugins_play",
    "groups_plugins_inventory",
    "groups_plugins_play",
)


@dataclass(frozen=True, slots=True)
class Laying:
    """What holds for one inventory.

    Attributes:
        is_merging: mappings of the same name are merged and do not replace each other.
        unknown: why the order in which variables override each other is not the usual one.
    """

    is_merging: bool = False
    unknown: tuple[Text, ...] = ()

    @property
    def is_known(self) -> bool:
        """The order is the usual one."""
        return not self.unknown


def laying(files: Mapping[str, ReadFile], unread: Mapping[str, Text], inventory: str) -> Laying:
    """What the ``ansible.cfg`` of the inventory's folder and of those above say: with any of them Ansible may be run.

    Args:
        inventory: its folder.
    """
    is_merging = False
    unknown = [
        Text(f"{path}:{reason.zh}", f"{path}: {reason.en}")
        for path, reason in unread.items()
        if is_cfg(path) and _is_above(path, inventory)
    ]
    for path, file in files.items():
        if file.format != AnsibleCfg.name or not _is_above(path, inventory):
            continue
        for one in file.settings:
            value = (one.value or "").strip().lower()
            if one.is_effective and one.key == MERGING and value != "replace":
                is_merging = True
            elif one.is_effective and one.key == PRECEDENCE and _order(value) != USUAL:
                place = f"{path}:{one.line}"
                unknown.append(
                    Text(
                        f"{place}:precedence 改变了变量互相覆盖的次序",
                        f"{place}: precedence changes in which order variables override each other",
                    )
                )
    return Laying(is_merging, tuple(unknown))


def is_cfg(path: str) -> bool:
    """Whether it is an ``ansible.cfg``, which its name alone says."""
    return AnsibleCfg().recognises(path, b"")


def _is_above(path: str, inventory: str) -> bool:
    folder = posixpath.dirname(path)
    return not folder or inventory == folder or inventory.startswith(f"{folder}/")


def _order(text: str) -> tuple[str, ...]:
    return tuple(one.strip(" []'\"") for one in text.split(","))
