"""What one place of an Ansible repository says: variables of a group or host, and the files that hold them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hiscomply.configurations import ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.ansible_vars import EXTENSIONS, FOLDERS
from hiscomply_files.formats.ansible_vault import ENCRYPTED, MAGIC

FORMAT = "ansible_vars"
TOP = re.compile(r"[^.\[]+")
TEMPLATE = re.compile(r"\{\{|\{%|\{#")
VAULTED = Text(
    "由 Ansible Vault 整体加密,其中有哪些变量未知;请改为逐个加密变量的值(!vault)",
    "encrypted by Ansible Vault as a whole, so that its variables are not known; encrypt single values (!vault) instead",
)


@dataclass(slots=True, eq=False)
class Variable:
    """A variable as one place sets it.

    Attributes:
        scope: what it is set for: ``group web``, ``host db01``.
        leaves: its value; one, unless it is a mapping or a list.
        written: the first of them as it is written, with what is to be filled in.
    """

    name: str
    scope: str
    leaves: list[Value] = field(default_factory=list)
    written: str | None = None

    @property
    def value(self) -> Value:
        """Its first value, which stands for its place."""
        return self.leaves[0]

    @property
    def is_mapping(self) -> bool:
        """Its value is a mapping."""
        return self.value.key.startswith(f"{self.name}.") or self.written == "{}"

    @property
    def text(self) -> str | None:
        """Its value if it is one and known."""
        return self.leaves[0].value if len(self.leaves) == 1 else None


@dataclass(slots=True, eq=False)
class Layer:
    """Variables that one source sets; a source that was not read has the reason instead."""

    scope: str
    variables: dict[str, Variable] = field(default_factory=dict)
    unread: Text | None = None

    def add(self, key: str, setting: Setting, file: str) -> None:
        """Adds a setting of a variable; a later one of the same name replaces what another place of the file said."""
        if not setting.is_effective:
            return
        found = TOP.match(key)
        name = found[0] if found else key
        value = Value(key, known(setting.value), file, setting.line, setting.column)
        variable = self.variables.get(name)
        if variable is None or key == name or key in {one.key for one in variable.leaves[:1]}:
            self.variables[name] = Variable(name, self.scope, [value], setting.value)
        else:
            variable.leaves.append(value)


def known(text: str | None) -> str | None:
    """A value that the file itself holds; None for a template or one that is encrypted."""
    return None if text is None or TEMPLATE.search(text) or text.startswith(MAGIC) else text


def is_encrypted(file: ReadFile) -> bool:
    """True for a file that Vault encrypted as a whole."""
    return len(file.settings) == 1 and file.settings[0].key == ENCRYPTED


class VariableFiles:
    """The files below ``group_vars`` and ``host_vars``, as Ansible finds them by the name of a group or host."""

    def __init__(self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]) -> None:
        self._files, self._unread = files, unread
        self._found: dict[tuple[str, str], dict[str, list[str]]] = {}
        lost = (path for path in unread if _parted(path) is not None)
        for path in (*(one for one in files if files[one].format == FORMAT), *lost):
            parted = _parted(path)
            if parted is not None:
                base, kind, rest = parted
                entity = self._found.setdefault((base, kind), {})
                entity.setdefault(rest.partition("/")[0], []).append(path)

    @property
    def bases(self) -> list[str]:
        """The folders that have such a folder, in their order."""
        return list(dict.fromkeys(base for base, _ in self._found))

    def entities(self, base: str) -> Iterator[tuple[str, str]]:
        """The kinds (``group``, ``host``) and names of all that the files of a folder are for."""
        for kind in FOLDERS:
            names = self._found.get((base, kind), {})
            stems = (
                _stem(one) if paths == [f"{base}/{kind}/{one}".lstrip("/")] else one
                for one, paths in names.items()
            )
            for name in dict.fromkeys(stems):
                yield kind.removesuffix("_vars"), name

    def layers(self, base: str, kind: str, name: str) -> list[Layer]:
        """What the files of a folder say of a group or host, later ones above.

        Of ``web``, ``web.yml``, ``web.yaml`` and ``web.json`` Ansible reads the first that is there.
        """
        names = self._found.get((base, f"{kind}_vars"))
        if names is None:
            return []
        entry = next((name + one for one in EXTENSIONS if name + one in names), None)
        if entry is None:
            return []
        paths = sorted(names[entry], key=lambda one: one.split("/"))
        return [self._layer(path, f"{kind} {name}") for path in paths if not _is_passed_over(path)]

    def _layer(self, path: str, scope: str) -> Layer:
        if path in self._unread:
            reason = self._unread[path]
            return Layer(scope, unread=Text(f"{path}:{reason.zh}", f"{path}: {reason.en}"))
        if is_encrypted(self._files[path]):
            return Layer(scope, unread=Text(f"{path}:{VAULTED.zh}", f"{path}: {VAULTED.en}"))
        layer = Layer(scope)
        for setting in self._files[path].settings:
            layer.add(setting.key, setting, path)
        return layer


def _parted(path: str) -> tuple[str, str, str] | None:
    """The folder, ``group_vars`` or ``host_vars``, and what is below; None for any other path."""
    parts = path.split("/")
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] in FOLDERS:
            return "/".join(parts[:at]), parts[at], "/".join(parts[at + 1 :])
    return None


def _stem(name: str) -> str:
    stem, ending = posixpath.splitext(name)
    return stem if ending in EXTENSIONS else name


def _rest(path: str) -> str:
    parted = _parted(path)
    return parted[2] if parted else path


def _is_passed_over(path: str) -> bool:
    """A folder with a dot in its name is none of Ansible's."""
    return any("." in one for one in _rest(path).split("/")[1:-1])


def reasons(layers: Iterable[Layer]) -> tuple[Text, ...]:
    """Why some of them were not read."""
    return tuple(one.unread for one in layers if one.unread is not None)
