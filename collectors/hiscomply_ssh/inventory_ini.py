"""An Ansible inventory in INI form. Pure."""

from __future__ import annotations

import re
import shlex

from hiscomply.model import Text
from hiscomply_ssh.inventory import Inventory, InventoryError, kept

_SECTION = re.compile(r"\[([^:\]\s]+)(?::(hosts|vars|children))?\]\s*(?:#.*)?")
_WITH_PORT = re.compile(r"([^:]+(?:\[[^\]]*\][^:]*)*):([0-9]{1,5})")


def read(text: str) -> Inventory:
    """The groups and hosts.

    Raises:
        InventoryError: a line that is no part of an inventory.
    """
    inventory = Inventory()
    group, part = "ungrouped", "hosts"
    children: dict[str, int] = {}
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if (section := _SECTION.fullmatch(line)) is not None:
            group, part = section[1], section[2] or "hosts"
            inventory.group(group)
        elif part == "vars":
            name, equals, value = (piece.strip() for piece in line.partition("="))
            if not equals:
                raise InventoryError(Text("不是变量赋值", "no assignment of a variable"), number)
            inventory.group(group).variables.update(kept({name: value.strip("'\"")}))
        elif part == "children":
            child = line.split()[0]
            inventory.group(group).children[child] = None
            children.setdefault(child, number)
        else:
            _host(inventory, group, line, number)
    for child, number in children.items():
        if child not in inventory.groups:
            raise InventoryError(Text(f"没有组 {child!r}", f"no group {child!r}"), number)
    return inventory


def _host(inventory: Inventory, group: str, line: str, number: int) -> None:
    try:
        name, *words = shlex.split(line, comments=True)
    except ValueError:
        raise InventoryError(Text("引号不成对", "a quote that never ends"), number) from None
    variables: dict[str, str] = {}
    for word in words:
        variable, equals, value = word.partition("=")
        if not equals:
            # The text itself is not shown: it may be the end of a password with a blank in it.
            raise InventoryError(
                Text("主机行中有无法理解的词", "a word in a host's line that is no k=v"), number
            )
        variables[variable] = value
    if (match := _WITH_PORT.fullmatch(name)) is not None:
        name, variables = match[1], {"ansible_port": match[2], **variables}
    inventory.add_hosts(group, name, variables, number)
