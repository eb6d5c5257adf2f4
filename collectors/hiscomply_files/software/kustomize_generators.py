"""ConfigMaps and Secrets that a kustomization makes out of literals and files, as kustomize puts them among its resources.

Source: The Kustomization File, configMapGenerator, secretGenerator and generatorOptions; kubectl's kustomize 5.5.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hiscomply.configurations import ReadFile
from hiscomply.frozen import dataclass
from hiscomply.model import Text
from hiscomply_files.software.kubernetes_environment import GENERATED, HELD, OPEN
from hiscomply_files.software.kustomization import Kustomization
from hiscomply_files.software.manifests import Object
from hiscomply_files.software.parts import Part, Placed

KINDS: Mapping[str, str] = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
ENV_FORMATS = frozenset({"dotenv", "properties"})
"""The formats in which a file of ``envs`` is read; of any other it is not known what it sets."""
_FIELDS = frozenset(
    {"name", "namespace", "behavior", "literals", "files", "envs", "env", "type", "options", "immutable"}
)


@dataclass(frozen=True, slots=True)
class Generated:
    """What one generator makes.

    Attributes:
        behavior: create, merge or replace; None for a word that kustomize does not know.
    """

    one: Object
    behavior: str | None
    place: Placed


def generated(one: Kustomization, files: Mapping[str, ReadFile]) -> Iterator[Generated]:
    """What each generator makes, in kustomize's order: ConfigMaps first."""
    for key, kind in KINDS.items():
        for part in one.part.elements(key):
            place = part.scalar("name") or part.first()
            if place is not None:
                yield _generated(one, kind, part, place, files)


def _generated(
    one: Kustomization, kind: str, part: Part, place: Placed, files: Mapping[str, ReadFile]
) -> Generated:
    data: dict[str, Part] = {}
    lost: list[Placed] = [
        first for name, below in part.below.items() if name not in _FIELDS and (first := below.first())
    ]
    for entry in _entries(part, "envs", "env"):
        path = posixpath.normpath(posixpath.join(one.folder, entry.value or ""))
        if path in files and files[path].format in ENV_FORMATS:
            data |= {leaf.key: Part(leaf=leaf) for leaf in _variables(files[path])}
        else:
            lost.append(entry)
    for entry in _entries(part, "files"):
        name, _, path = (entry.value or "").rpartition("=")
        name = name or posixpath.basename(path)
        data[name] = Part(leaf=replace(entry, key=name, value=None))  # what a file holds is not held here
    for entry in _entries(part, "literals"):
        name, equals, value = (entry.value or "").partition("=")
        if not equals:
            lost.append(entry)
            continue
        data[name] = Part(leaf=replace(entry, key=name, value=_unquoted(value)))
    space = part.text("namespace")
    body = Part(
        below={
            "apiVersion": Part(leaf=replace(place, key="apiVersion", value="v1")),
            "kind": Part(leaf=replace(place, key="kind", value=kind)),
            GENERATED: Part(below=data),
            **({OPEN: Part(leaf=lost[0])} if lost else {}),
        }
    )
    name = part.text("name") or ""
    found = Object(one.path, kind, name, space, body, frozenset({name}), frozenset({space or "default"}))
    behavior = (part.text("behavior") or "create").lower()
    known = behavior if behavior in {"create", "merge", "replace", "unspecified"} else None
    return Generated(found, "create" if known == "unspecified" else known, place)


def _entries(part: Part, *keys: str) -> Iterator[Placed]:
    for key in keys:
        own = part.scalar(key)
        listed = [element.leaf for element in part.elements(key)]
        for leaf in (own, *listed):
            if leaf is not None and leaf.value not in (None, "[]"):
                yield leaf


def _variables(file: ReadFile) -> Iterator[Placed]:
    """Those of a file; one without a value is taken from outside when kustomize runs."""
    for one in file.settings:
        value = f"$({one.key})" if one.value is None else one.value
        yield Placed(one.key, value, one.line, one.column, True, None, file.path)


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def taken_up(objects: list[Object], made: Generated) -> list[Object]:
    """The objects with what a generator makes, in place of or merged into the one of its name.

    What kustomize refuses (a merge into nothing, a second one of a name) is there, and not known.
    """
    meant = [
        one
        for one in objects
        if one.kind == made.one.kind
        and made.one.name in one.names
        and made.one.namespace in {None, *one.namespaces}
    ]
    if made.behavior == "create" and not meant:
        return [*objects, made.one]
    if made.behavior not in {"merge", "replace"} or len(meant) != 1:
        return [*objects, replace(made.one, missing=(_refused(made),), is_certain=False)]
    below = dict(meant[0].part.below)
    new = made.one.part.below
    own = new[GENERATED].below
    for key in HELD:
        kept = below.pop(key, None)
        if kept is not None and made.behavior == "merge":
            rest = {name: part for name, part in kept.below.items() if name not in own}
            below[key] = Part(kept.leaf, rest)
    under = below.get(GENERATED)
    below[GENERATED] = Part(below={**(under.below if under else {}), **own})
    if OPEN in new:
        below[OPEN] = new[OPEN]
    elif made.behavior == "replace":
        below.pop(OPEN, None)
    changed = replace(meant[0], part=Part(meant[0].part.leaf, below))
    return [changed if one is meant[0] else one for one in objects]


def _refused(made: Generated) -> Text:
    where = f"{made.place.file}:{made.place.line}"
    return Text(
        f"{where} 的 {made.one.kind} {made.one.name} 无法由 kustomize 生成",
        f"{made.one.kind} {made.one.name} at {where} is not one that kustomize can make",
    )
