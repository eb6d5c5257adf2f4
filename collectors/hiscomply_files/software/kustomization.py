"""One kustomization file: what it takes, what it lays over that, and what of it is not understood.

Source: The Kustomization File, the reference of kubectl's kustomize (kustomize 5).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hiscomply.configurations import ReadFile
from hiscomply.frozen import dataclass
from hiscomply.hookspecs import FormatError
from hiscomply.model import Text
from hiscomply_files.formats.yaml import Yaml
from hiscomply_files.software.kustomize_merge import is_list
from hiscomply_files.software.parts import Part, Placed, documents

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
UNDERSTOOD = frozenset({
    "apiVersion", "kind", "metadata", "resources", "bases", "patches", "patchesStrategicMerge", "patchesJson6902",
    "images", "namespace", "namePrefix", "nameSuffix",
    "configMapGenerator", "secretGenerator",
    # these change nothing that is judged: labels, annotations, numbers of copies, the names of generated objects
    "commonLabels", "commonAnnotations", "labels", "buildMetadata", "sortOptions", "replicas", "crds",
    "generatorOptions",
})  # fmt: skip
ONLY_ALTER = frozenset({"replacements", "vars", "configurations", "openapi"})
"""Not understood, but they add no object."""
ONLY_ADD = frozenset({"helmCharts", "helmGlobals", "helmChartInflationGenerator", "generators"})
"""Not understood, but they leave the objects of others as they are."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch, strategic merge or JSON.

    Attributes:
        place: where the kustomization names it, or holds it.
        target: which objects it is for; None if it names its object itself.
        path: of its file; None for one that is written in the kustomization.
        has_options: it may change the kind or name of its object.
    """

    place: Placed
    target: Part | None
    path: str | None
    has_options: bool = False


class Kustomization:
    """A kustomization that was read."""

    def __init__(self, file: ReadFile) -> None:
        self.path = file.path
        self.folder = posixpath.dirname(file.path)
        self.part = next(documents(file), Part())

    def resources(self) -> Iterator[tuple[Placed, str | None]]:
        """What it takes, with its path in the tree; None for what is fetched from elsewhere."""
        for key in ("resources", "bases"):
            for one in self.part.elements(key):
                if one.leaf is not None and one.leaf.value is not None:
                    yield one.leaf, self._inside(one.leaf.value)

    def folders(self) -> Iterator[str]:
        """Where kustomizations that it takes, or components of it, would be."""
        for key in ("resources", "bases", "components"):
            for one in self.part.elements(key):
                path = self._inside(one.text() or "")
                if path is not None:
                    yield path

    def not_understood(self) -> Iterator[Placed]:
        """The first place of each key whose effect is not known."""
        for key, part in self.part.below.items():
            first = part.first()
            if key not in UNDERSTOOD and not part.is_empty() and first is not None:
                yield replace(first, key=key)

    def merge_patches(self) -> Iterator[Patch]:
        """Those of ``patchesStrategicMerge``: paths, or patches themselves."""
        for one in self.part.elements("patchesStrategicMerge"):
            if one.leaf is not None and one.leaf.value is not None:
                text = one.leaf.value
                yield Patch(one.leaf, None, None if "\n" in text or ":" in text else self._inside(text))

    def patches(self, key: str = "patches") -> Iterator[Patch]:
        """Those of ``patches`` or ``patchesJson6902``."""
        for one in self.part.elements(key):
            place = one.scalar("path") or one.scalar("patch")
            if place is not None:
                path = self._inside(place.value or "") if one.scalar("path") is not None else None
                yield Patch(place, one.at("target"), path, one.at("options") is not None)

    def all_patches(self) -> Iterator[Patch]:
        """Every one, in the order in which they are applied."""
        yield from self.merge_patches()
        yield from self.patches()
        yield from self.patches("patchesJson6902")

    def reason(self, place: Placed) -> Text:
        """That something of it is not understood, and where it stands."""
        key = place.key.partition("[")[0]
        where = f"{self.path}:{place.line}"
        return Text(
            f"{where} 的 {key} 没有解读,它可能改变或增加对象",
            f"{key} at {where} is not understood: it may change or add objects",
        )

    def _inside(self, text: str) -> str | None:
        if (
            "://" in text
            or text.startswith(("git@", "git::", "github.com/", "/"))
            or "?" in text
            or "$" in text
        ):
            return None
        return posixpath.normpath(posixpath.join(self.folder, text))


def is_kustomization(path: str) -> bool:
    """Only by its name: it need not say its kind."""
    return posixpath.basename(path) in NAMES


def patch_documents(patch: Patch, files: Mapping[str, ReadFile]) -> list[Part] | None:
    """The patch's objects, or the lists of its operations; None if it was not read.

    Lines of a patch inside of a kustomization are counted as in a block of literal text, which it is in practice.
    """
    if patch.path is not None:
        return list(documents(files[patch.path])) if patch.path in files else None
    text = patch.place.value or ""
    if patch.place.key.endswith("path"):
        return None
    try:
        settings = list(Yaml().parse(text))
    except FormatError:
        return None
    before = patch.place.line if "\n" in text.strip() or text.endswith("\n") else patch.place.line - 1
    moved = [replace(one, line=one.line + before) for one in settings]
    return list(documents(ReadFile(patch.place.file, "yaml", moved)))


def is_json_patch(documents: list[Part]) -> bool:
    """A list of operations, not an object."""
    return len(documents) == 1 and is_list(documents[0])
