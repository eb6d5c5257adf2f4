"""Which of an inventory's variables are in effect for some host, and where each of them stands.

A place that sets a variable is looked at once for all hosts that it holds for, so that what comes out grows with the
files and not with hosts times variables.

Source: ansible-core 2.19, vars/manager.py and the default of VARIABLE_PRECEDENCE.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hiscomply.configurations import Origin, Value
from hiscomply_files.software.ansible_connection import NAMES, Judged, Known, judged
from hiscomply_files.software.ansible_groups import Groups
from hiscomply_files.software.ansible_laying import Laying
from hiscomply_files.software.ansible_variables import Layer, Variable, VariableFiles


@dataclass(slots=True)
class Mark:
    """What became of one place that sets a variable.

    Attributes:
        wins: it is in effect for some host.
        is_sure: for one of them nothing that was not read may override it.
        loses: another place overrides it for some host.
    """

    wins: bool = False
    is_sure: bool = False
    loses: bool = False


@dataclass(slots=True)
class _Stack:
    """Variables laid over each other. What was there before an unread layer may be overridden by it.

    Attributes:
        is_merging: mappings are merged (``hash_behaviour``): of those in ``merged`` it is not known what is in effect.
    """

    said: dict[str, tuple[Variable, int]] = field(default_factory=dict)
    unread: int = 0
    is_merging: bool = False
    merged: list[Variable] = field(default_factory=list)

    def lay(self, layers: Iterable[Layer], lost: set[int]) -> None:
        """Lays layers over it, and notes the places that lose."""
        for layer in layers:
            if layer.unread is not None:
                self.unread += 1
            for name, variable in layer.variables.items():
                before = self.said.get(name)
                if self.is_merging and before is not None and before[0].is_mapping and variable.is_mapping:
                    self.merged += (before[0], variable)
                elif before is not None and before[0] is not variable:
                    lost.add(id(before[0]))
                self.said[name] = (variable, self.unread)

    def known(self, name: str) -> Known:
        """A variable that a connection depends on."""
        found = self.said.get(name)
        if found is None:
            return Known(None, not self.unread)
        return Known(found[0], found[1] == self.unread)


@dataclass(slots=True)
class _Class:
    """Hosts of the same groups: what their groups say is put together once."""

    groups: list[str]
    hosts: list[str] = field(default_factory=list)


class Effective:
    """What is in effect in one inventory.

    Args:
        here: the folders whose ``group_vars`` and ``host_vars`` stand beside the inventory.
        plays: the folders of playbooks that have them too; each is a run of its own.
        rules: how ``ansible.cfg`` has them laid over each other.
    """

    def __init__(
        self,
        groups: Groups,
        files: VariableFiles,
        here: str,
        plays: Sequence[str] = (),
        rules: Laying = Laying(),  # noqa: B008 - frozen
    ) -> None:
        self._groups, self._files, self._here, self._rules = groups, files, here, rules
        self._unsure: set[int] = set()
        self._layers: dict[tuple[str, str, str], list[Layer]] = {}
        self.marks: dict[int, Mark] = {}
        self.judged: dict[int, dict[Judged, bool]] = {}
        classes: dict[frozenset[str], _Class] = {}
        for name, host in groups.hosts.items():
            key = frozenset(host.groups)
            if key not in classes:
                classes[key] = _Class([one.name for one in groups.chain(host)])
            classes[key].hosts.append(name)
        for play in plays or (None,):
            for one in classes.values():
                self._class(one, play)

    def layers(self) -> Iterator[Layer]:
        """All that was laid, each once: of groups, then of hosts, in the order of the files."""
        yield from (group.layer for group in self._groups.groups.values())
        yield from (layer for found in self._layers.values() for layer in found)
        seen: set[int] = set()
        for host in self._groups.hosts.values():
            for layer in host.layers:
                if id(layer) not in seen:
                    seen.add(id(layer))
                    yield layer

    def values(self, layer: Layer) -> Iterator[Value]:
        """The values of a layer that are in effect for some host, and what is judged where they stand."""
        for variable in layer.variables.values():
            mark = self.marks.get(id(variable))
            if mark is None or not mark.wins:
                continue
            origin: Origin = "conditional" if mark.loses else "written"
            is_sure = mark.is_sure and id(variable) not in self._unsure and self._rules.is_known
            for leaf in variable.leaves:
                yield Value(leaf.key, leaf.value, leaf.file, leaf.line, leaf.column, origin, None, is_sure)
            for one, is_judged_surely in self.judged.get(id(variable), {}).items():
                at = variable.value
                is_sure = is_judged_surely and self._rules.is_known
                yield Value(one.key, one.value, at.file, at.line, at.column, origin, None, is_sure)

    def _class(self, one: _Class, play: str | None) -> None:
        lost: set[int] = set()
        base = _Stack(is_merging=self._rules.is_merging)
        base.lay(self._of_groups(one.groups, play), lost)
        overridden: Counter[str] = Counter()
        surely_overridden: Counter[str] = Counter()
        read = len(one.hosts)
        plain = 0
        for name in one.hosts:
            own = self._of_host(name, play)
            if not own:
                plain += 1
                continue
            top = _Stack(unread=base.unread, is_merging=base.is_merging)
            top.lay(own, lost)
            self._merge(top, base)
            if top.unread > base.unread:
                read -= 1
            for own_name, (over, at) in top.said.items():
                overridden[own_name] += 1
                if top.unread == base.unread:
                    surely_overridden[own_name] += 1
                self._win(over, at == top.unread)
            if top.unread > base.unread or not NAMES.isdisjoint(top.said):
                whole = _Stack({k: v for k, v in base.said.items() if k in NAMES}, base.unread)
                whole.lay(own, set())
                self._judge(whole)
            else:
                plain += 1
        for name, (variable, at) in base.said.items():
            if overridden[name]:
                lost.add(id(variable))
            if overridden[name] < len(one.hosts):
                self._win(variable, at == base.unread and surely_overridden[name] < read)
        if plain:
            self._judge(base)
        self._merge(base, base)
        for place in lost:
            self.marks.setdefault(place, Mark()).loses = True

    def _merge(self, top: _Stack, below: _Stack) -> None:
        """Marks what is in effect as a part of a mapping that several places make."""
        found = list(top.merged)
        for name, (variable, _) in top.said.items() if top.is_merging and top is not below else ():
            under = below.said.get(name)
            if under is not None and under[0].is_mapping and variable.is_mapping:
                found += (under[0], variable)
        for variable in found:
            self._win(variable, False)
            self._unsure.add(id(variable))

    def _judge(self, stack: _Stack) -> None:
        for variable, found, is_sure in judged(stack.known):
            kept = self.judged.setdefault(id(variable), {})
            kept[found] = kept.get(found, False) or is_sure

    def _win(self, variable: Variable, is_sure: bool) -> None:
        mark = self.marks.setdefault(id(variable), Mark())
        mark.wins = True
        mark.is_sure = mark.is_sure or is_sure

    def _of_groups(self, names: Sequence[str], play: str | None) -> Iterator[Layer]:
        groups = self._groups.groups
        yield groups["all"].layer
        yield from (groups[one].layer for one in names)
        for entities in (("all",), names):
            for base in (self._here, play):
                for one in entities:
                    yield from self._of(base, "group", one)

    def _of_host(self, name: str, play: str | None) -> list[Layer]:
        inline = [one for one in self._groups.hosts[name].layers if one.variables]
        return [*inline, *self._of(self._here, "host", name), *self._of(play, "host", name)]

    def _of(self, base: str | None, kind: str, name: str) -> list[Layer]:
        if base is None:
            return []
        key = (base, kind, name)
        if key not in self._layers:
            found = self._files.layers(base, kind, name)
            if not found:
                return []
            self._layers[key] = found
        return self._layers[key]
