"""An Ansible inventory in YAML: groups with ``hosts``, ``children`` and ``vars``, nested.

Source: ansible-core 2.19, plugins/inventory/yaml.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.ansible_inventory_ini import WITH_PORT
from hiscomply_files.formats.ansible_vars import SECOND
from hiscomply_files.formats.tree import MAX_DEPTH, Flattener, Node, too_deep
from hiscomply_files.formats.yaml import syntax_errors

NO_GROUPS = Text("清单的最外层必须是组的映射", "an inventory is a mapping of groups")
NO_MAPPING = Text("组的 hosts、children、vars 必须是映射", "hosts, children and vars of a group are mappings")
NO_VARIABLES = Text("主机的变量必须是映射", "the variables of a host are a mapping")


def read(text: str) -> Iterator[Setting]:
    """See ``AnsibleInventory``."""
    from hiscomply_files.formats.yaml_events import read_documents

    with syntax_errors():
        roots = list(read_documents(text))
    for extra in roots[1:]:
        raise FormatError(SECOND, extra.line, extra.column)
    if not roots:
        return
    if roots[0].entries is None:
        raise FormatError(NO_GROUPS, roots[0].line, roots[0].column)
    reader = _Reader(len(text))
    plugin = next((node for name, node in roots[0].entries if name == "plugin" and node.value), None)
    if plugin is not None:
        reader.flattener.walk(plugin, "plugin")
    else:
        for name, node in roots[0].entries:
            reader.group(name, node, 0)
    yield from reader.flattener.settings


class _Reader:
    def __init__(self, size: int) -> None:
        self.flattener = Flattener(size)

    def say(self, key: str, node: Node, section: str) -> None:
        """A setting without a value."""
        self.flattener.section = section
        self.flattener.walk(Node(node.line, node.column), key)

    def group(self, name: str, node: Node, depth: int) -> None:
        """Adds a group with all below it; what Ansible skips is skipped."""
        if depth > MAX_DEPTH:
            raise too_deep(node.line, node.column)
        if node.entries is None:
            if node.value is None and node.items is None:
                self.say(f"{name}.hosts", node, name)
            return
        self.say(f"{name}.hosts", node, name)
        for kind, below in node.entries:
            if kind not in ("hosts", "children", "vars"):
                continue
            for child, value in _entries(below):
                if kind == "hosts":
                    self.host(name, child, value)
                elif kind == "vars":
                    self.variable(f"{name}.vars.{child}", value, f"{name}:vars")
                else:
                    self.say(f"{name}.children.{child}", value, f"{name}:children")
                    self.group(child, value, depth + 1)

    def host(self, group: str, pattern: str, node: Node) -> None:
        """Adds a host with its variables."""
        match = WITH_PORT.fullmatch(pattern)
        host = match["host"] if match else pattern
        key, section = f"{group}.hosts.{host}", f"{group}:hosts:{host}"
        self.say(key, node, group)
        if match:
            self.variable(f"{key}.ansible_port", Node(node.line, node.column, match["port"]), section)
        if node.items is not None or (node.entries is None and node.value is not None):
            raise FormatError(NO_VARIABLES, node.line, node.column)
        entries = node.entries or []
        last = {name: at for at, (name, _) in enumerate(entries)}
        for at, (name, value) in enumerate(entries):
            self.variable(f"{key}.{name}", value, section, last[name] == at)

    def variable(self, key: str, node: Node, section: str, is_effective: bool = True) -> None:
        """Adds the leaves of a variable."""
        self.flattener.section = section
        self.flattener.walk(node, key, is_effective)


def _entries(node: Node) -> list[tuple[str, Node]]:
    """The entries of a section; a name alone is one. Of duplicates the last."""
    if node.items is not None:
        raise FormatError(NO_MAPPING, node.line, node.column)
    if node.value is not None:
        return [(node.value, Node(node.line, node.column))]
    return list(dict(node.entries or ()).items())
