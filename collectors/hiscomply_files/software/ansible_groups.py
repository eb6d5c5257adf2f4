"""The groups and hosts of one inventory, of one file or of all files of a folder.

Source: ansible-core 2.19, inventory/data.py, inventory/group.py and inventory/helpers.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hiscomply.configurations import ReadFile
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.ansible_hosts import MAX_HOSTS, RangeError, expanded
from hiscomply_files.software.ansible_variables import VAULTED, Layer, is_encrypted

PRIORITY = "ansible_group_priority"
FETCHED = Text(
    "动态清单(plugin),其主机不在文件里", "a dynamic inventory (plugin), whose hosts are not in the file"
)
RUN = Text(
    "由程序给出的清单,其主机和变量不在文件里",
    "an inventory that a program prints; its hosts and variables are not in the file",
)
EMPTY = Text("清单里没有主机", "the inventory names no host")
CYCLE = Text("组互相包含", "groups contain each other")


@dataclass(slots=True, eq=False)
class Group:
    """A group with what the inventory itself says of it."""

    name: str
    layer: Layer
    parents: set[str] = field(default_factory=set)
    priority: int = 1
    depth: int = 0
    line: int | None = None


@dataclass(slots=True, eq=False)
class Host:
    """A host, the groups that it is named in, and what each line that names it says, later ones above."""

    groups: set[str] = field(default_factory=set)
    layers: list[Layer] = field(default_factory=list)


class Groups:
    """What an inventory names.

    Attributes:
        missing: why it is not complete.
        lines: where a group or a host's pattern stands first in the main file, by scope.
    """

    def __init__(
        self, paths: Iterable[str], files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> None:
        self.groups: dict[str, Group] = {}
        self.hosts: dict[str, Host] = {}
        self.missing: list[Text] = []
        self.lines: dict[str, int] = {}
        self._left = MAX_HOSTS
        self._main = True
        self._open: Layer | None = None
        for name in ("all", "ungrouped"):
            self._group(name)
        for path in paths:
            self._read(path, files, unread)
            self._main = False
        if not self.hosts and not self.missing:
            self.missing.append(EMPTY)
        self._settle()

    def chain(self, host: Host) -> list[Group]:
        """The groups that a host is in, but ``all``, the weakest first."""
        named = host.groups - {"all", "ungrouped"} or {"ungrouped"}
        seen: set[str] = set()
        waiting = [*named]
        while waiting:
            name = waiting.pop()
            if name not in seen and name != "all":
                seen.add(name)
                waiting.extend(self.groups[name].parents)
        found = [self.groups[name] for name in seen]
        return sorted(found, key=lambda one: (one.depth, one.priority, one.name))

    def _read(self, path: str, files: Mapping[str, ReadFile], unread: Mapping[str, Text]) -> None:
        reason = unread.get(path)
        if reason is None and is_encrypted(files[path]):
            reason = VAULTED
        if reason is not None:
            self.missing.append(Text(f"{path}:{reason.zh}", f"{path}: {reason.en}"))
            return
        for setting in files[path].settings:
            try:
                self._setting(setting, path)
            except RangeError as error:
                self._open = None
                place = f"{path}:{setting.line}"
                self.missing.append(Text(f"{place}:{error.reason.zh}", f"{place}: {error.reason.en}"))

    def _setting(self, setting: Setting, path: str) -> None:
        if setting.section is None:
            reason = RUN if setting.key == "program" else FETCHED
            place = f"{path}:{setting.line}"
            self.missing.append(Text(f"{place}:{reason.zh}", f"{place}: {reason.en}"))
            return
        group_name, _, rest = setting.section.partition(":")
        kind, _, pattern = rest.partition(":")
        group = self._group(group_name)
        if kind == "children":
            child = self._group(setting.key.removeprefix(f"{group_name}.children."))
            child.parents.add(group_name)
        elif kind == "vars":
            key = setting.key.removeprefix(f"{group_name}.vars.")
            if key == PRIORITY:
                group.priority = _number(setting.value)
            else:
                group.layer.add(key, setting, path)
            self._stands(group.layer.scope, setting.line)
        elif kind == "hosts":
            if self._open is not None:
                self._open.add(setting.key.removeprefix(f"{group_name}.hosts.{pattern}."), setting, path)
        elif setting.key == f"{group_name}.hosts":
            self._stands(group.layer.scope, setting.line)
        else:
            self._named(group_name, setting)

    def _named(self, group: str, setting: Setting) -> None:
        """A host's line or key; its variables follow."""
        pattern = setting.key.removeprefix(f"{group}.hosts.")
        names = expanded(pattern, self._left)
        layer = self._open = Layer(f"host {pattern}")
        self._stands(layer.scope, setting.line)
        for name in names:
            host = self.hosts.get(name)
            if host is None:
                host = self.hosts[name] = Host()
                self._left -= 1
            host.groups.add(group)
            host.layers.append(layer)

    def _group(self, name: str) -> Group:
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = Group(name, Layer(f"group {name}"))
        return group

    def _stands(self, scope: str, line: int) -> None:
        if self._main:
            self.lines.setdefault(scope, line)

    def _settle(self) -> None:
        """Every group is below ``all``, and knows how deep: its longest way from there."""
        children: dict[str, list[Group]] = {}
        waits: dict[str, int] = {}
        for group in self.groups.values():
            group.parents.discard(group.name)
            if group.name == "all":
                group.parents.clear()
            elif not group.parents:
                group.parents.add("all")
            waits[group.name] = len(group.parents)
            for parent in group.parents:
                children.setdefault(parent, []).append(group)
        ready = [self.groups["all"]]
        settled = 0
        while ready:
            one = ready.pop()
            settled += 1
            for child in children.get(one.name, ()):
                child.depth = max(child.depth, one.depth + 1)
                waits[child.name] -= 1
                if not waits[child.name]:
                    ready.append(child)
        if settled < len(self.groups):
            self.missing.append(CYCLE)


def _number(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        return 1
