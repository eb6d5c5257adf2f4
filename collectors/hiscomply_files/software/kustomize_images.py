"""The ``images`` of a kustomization: other names, tags and digests for images that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hiscomply_files.software.kustomize_merge import as_list
from hiscomply_files.software.manifests import POD_SPECS, TEMPLATE, Object
from hiscomply_files.software.parts import Part, Placed

_NAME = re.compile(r"[\w./:-]+", re.ASCII)
_IMAGE = re.compile(r"(?P<name>[^@]+?)(?P<tag>:[^/:@]+)?(?P<digest>@.+)?")
_KNOWN = frozenset({"name", "newName", "newTag", "digest"})


class NewImages:
    """What is to stand in place of images.

    Attributes:
        not_understood: the first entry that may mean more images than it names, if there is one.
    """

    def __init__(self, entries: Sequence[Part]) -> None:
        self._by_name: dict[str, Part] = {}
        self.not_understood: Placed | None = None
        for entry in entries:
            name = entry.text("name") or ""
            if _NAME.fullmatch(name) and set(entry.below) <= _KNOWN and name not in self._by_name:
                self._by_name[name] = entry
            else:
                self.not_understood = self.not_understood or entry.first()

    def applied(self, found: Object) -> Object:
        """The object with its images, each where the kustomization writes it."""
        path = POD_SPECS.get(found.kind, TEMPLATE)
        if not self._by_name:
            return found
        part = found.part
        for key in ("containers", "initContainers"):
            if part.at(*path, key) is not None:
                part = self._within(part, (*path, key))
        return replace(found, part=part)

    def _within(self, part: Part, path: tuple[str, ...]) -> Part:
        if not path:
            return as_list([self._container(one) for one in part.elements()]) if part.elements() else part
        below = dict(part.below)
        below[path[0]] = self._within(below[path[0]], path[1:])
        return Part(below=below)

    def _container(self, container: Part) -> Part:
        image = container.scalar("image")
        match = _IMAGE.fullmatch(image.value or "") if image is not None else None
        entry = self._by_name.get(match["name"]) if match else None
        if entry is None or match is None:
            return container
        name, tag, digest = (entry.scalar(key) for key in ("newName", "newTag", "digest"))
        place = digest or tag or name
        if place is None:
            return container
        text = (name.value if name else None) or match["name"]
        if tag is not None or digest is not None:
            text += f":{tag.value}" if tag else ""
            text += f"@{digest.value}" if digest else ""
        else:
            text += (match["tag"] or "") + (match["digest"] or "")
        return Part(below={**container.below, "image": Part(leaf=replace(place, value=text))})
