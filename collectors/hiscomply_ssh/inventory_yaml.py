"""An Ansible inventory in YAML form. Pure."""

from __future__ import annotations

from typing import Any

import yaml

from hiscomply.model import Text
from hiscomply_ssh.inventory import Inventory, InventoryError, kept

_MAX_DEPTH = 50
_PARTS = ("hosts", "children", "vars")


class _Loader(yaml.SafeLoader):
    """Plain data; a tag that it does not know (``!vault``) becomes an empty value, unread."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping of which no key hides an earlier one: it may hold hosts that nobody would ask."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                told = Text(f"键 {key.value!r} 重复", f"the key {key.value!r} is there twice")
                raise InventoryError(told, key.start_mark.line + 1)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_constructor(None, lambda _loader, _node: None)


def read(text: str) -> Inventory:
    """The groups and hosts.

    Raises:
        InventoryError: it is no YAML, or no mapping of groups.
    """
    if "*" in text and "&" in text and any(token in text for token in ("<<:", ": *")):
        raise InventoryError(
            Text("不支持 YAML 别名,请展开", "aliases of YAML are not supported; write them out")
        )
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InventoryError(Text("不是有效的 YAML", "not valid YAML"), line) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise InventoryError(Text("不是有效的 YAML", "not valid YAML")) from None
    inventory = Inventory()
    for name, group in _mapping(data, "the inventory").items():
        _group(inventory, str(name), group, 0)
    return inventory


def _group(inventory: Inventory, name: str, data: Any, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise InventoryError(Text("组嵌套过深", "groups nested too deep"))
    group = inventory.group(name)
    parts = _mapping(data, f"group {name}")
    for key in parts:
        if key not in _PARTS:
            near = ", ".join(_PARTS)
            raise InventoryError(
                Text(f"组 {name} 中的 {key!r} 不是 {near} 之一", f"{key!r} in group {name} is none of {near}")
            )
    group.variables.update(kept(_mapping(parts.get("vars"), f"vars of {name}")))
    for host, variables in _mapping(parts.get("hosts"), f"hosts of {name}").items():
        inventory.add_hosts(name, str(host), _mapping(variables, f"host {host}"), None)
    for child, below in _mapping(parts.get("children"), f"children of {name}").items():
        group.children[str(child)] = None
        _group(inventory, str(child), below, depth + 1)


def _mapping(data: Any, what: str) -> dict[Any, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InventoryError(Text(f"应为映射:{what}", f"should be a mapping: {what}"))
    return data
