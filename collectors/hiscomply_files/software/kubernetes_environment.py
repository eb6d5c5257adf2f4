"""The variables that a container takes from ConfigMaps and Secrets of the tree, and the published passwords in them.

Source: the API reference of Kubernetes 1.31, core/v1 EnvVarSource, EnvFromSource, ConfigMap and Secret.
"""

from __future__ import annotations

import base64
import binascii
import posixpath
from collections.abc import Iterable, Iterator, Mapping

from hiscomply.configurations import Value
from hiscomply.frozen import dataclass
from hiscomply_files.software.manifests import Object
from hiscomply_files.software.parts import Part, Placed
from hiscomply_files.software.published import is_judged, published

GENERATED, OPEN = "#generated", "#open"
"""What a generator puts into an object that it makes, and the place of what it takes and was not read."""
HELD = ("stringData", "secretData", "data", GENERATED)
"""Where an object holds what containers take from it; ``secretData`` is what the format calls a Secret's ``data``."""
_KINDS: Mapping[str, tuple[str, str]] = {
    "ConfigMap": ("configMapKeyRef", "configMapRef"),
    "Secret": ("secretKeyRef", "secretRef"),
}


@dataclass(frozen=True, slots=True)
class _Given:
    """A variable's value: None where it is not known."""

    text: str | None
    place: Placed


class Maps:
    """The ConfigMaps and Secrets of all that was found, by what lives together."""

    def __init__(self, found: Iterable[Object], open_: Iterable[str] = ()) -> None:
        """Args:
        open_: folders and renderings (``Object.folder``) of which a file could not be read: it may hold any map.
        """
        self._open = frozenset(open_)
        self._known: dict[tuple[str, str, str], list[Object]] = {}
        for one in found:
            if one.kind in _KINDS:
                for name in one.names:
                    self._known.setdefault((one.folder, one.kind, name), []).append(one)

    def passwords(self, one: Object, container: Part) -> Iterator[Value]:
        """``published_password`` for each variable that sets one and comes from a map, at its line there.

        None where a map is not known whole, or may stand in a file that could not be read; what is not in the tree at
        all is filled in from outside, and not judged.
        """
        image = container.text("image")
        for name, given in self._variables(one, container):
            if name is None or is_judged(name):
                text = given.text
                is_true = None if text is None or name is None else published(name, text, {}, image)
                place = given.place
                yield Value("published_password", is_true, place.file, place.line, place.column)

    def _variables(self, one: Object, container: Part) -> Iterator[tuple[str | None, _Given]]:
        """By name; no name for a map that may set any. What ``env`` sets goes before what ``envFrom`` takes."""
        own = {element.text("name") for element in container.elements("env")}
        for element in container.elements("env"):
            for kind, (by_key, _) in _KINDS.items():
                key = element.text("valueFrom", by_key, "key")
                for found in self._named(one, kind, element.text("valueFrom", by_key, "name")):
                    given = _held(found).get(key or "") or _open(found)
                    if given is not None:
                        yield element.text("name"), given
                place = element.scalar("valueFrom", by_key, "name")
                if place is not None and self._is_open(one):
                    yield element.text("name"), _Given(None, place)
        taken: dict[str | None, _Given] = {}
        for element in container.elements("envFrom"):
            prefix = element.text("prefix") or ""
            for kind, (_, whole) in _KINDS.items():
                for found in self._named(one, kind, element.text(whole, "name")):
                    taken |= {f"{prefix}{name}": given for name, given in _held(found).items()}
                    given = _open(found)
                    if given is not None:
                        taken[None] = given
                place = element.scalar(whole, "name")
                if place is not None and self._is_open(one):
                    taken[None] = _Given(None, place)
        yield from ((name, given) for name, given in taken.items() if name is None or name not in own)

    def _is_open(self, one: Object) -> bool:
        """Whether a file that could not be read may hold a map of this object's, or another of the same name."""
        return one.folder in self._open or posixpath.dirname(one.file) in self._open

    def _named(self, one: Object, kind: str, name: str | None) -> list[Object]:
        if name is None:
            return []
        found = self._known.get((one.folder, kind, name), [])
        return [other for other in found if other.namespaces & one.namespaces]


def _held(found: Object) -> dict[str, _Given]:
    """What an object holds, by key; the first place that has a key counts."""
    known: dict[str, _Given] = {}
    for key in HELD:
        part = found.part.at(key)
        for name, one in part.below.items() if part is not None else ():
            if one.leaf is not None and name not in known:
                is_encoded = found.kind == "Secret" and key in {"data", "secretData"}
                text = one.leaf.value if found.is_certain else None
                known[name] = _Given(_decoded(text) if is_encoded and text else text, one.leaf)
    return known


def held_texts(found: Object) -> dict[str, str | None]:
    """What an object holds, by key; None for what is not known."""
    return {name: given.text for name, given in _held(found).items()}


def _open(found: Object) -> _Given | None:
    place = found.part.scalar(OPEN)
    return None if place is None else _Given(None, place)


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
