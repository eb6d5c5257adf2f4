"""The objects of Kubernetes manifests, as they are written or as a kustomization renders them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from hiscomply.configurations import ReadFile
from hiscomply.frozen import dataclass
from hiscomply.model import Text
from hiscomply_files.software.parts import Part, Placed, documents

MAX_LISTS = 8
TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job")
TEMPLATE = ("spec", "template", "spec")
POD_SPECS: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(TEMPLATED, TEMPLATE),
}
"""Where the specification of a pod is, by the kind of the object that makes it."""


@dataclass(frozen=True, slots=True)
class Object:
    """One object.

    Attributes:
        file: where it is written; what is laid over it may stand elsewhere.
        names: all that patches may call it; prefixes and suffixes of kustomizations give it more than one.
        namespaces: likewise; ``default`` for none.
        rendering: the folder of the kustomization that renders it; None for one that stands for itself.
        missing: why not all of it is known.
        is_certain: False if something that was not understood may override what it says.
    """

    file: str
    kind: str
    name: str
    namespace: str | None
    part: Part
    names: frozenset[str]
    namespaces: frozenset[str]
    rendering: str | None = None
    missing: tuple[Text, ...] = ()
    is_certain: bool = True

    @property
    def place(self) -> Placed | None:
        """Where it begins."""
        return self.part.first_in(self.file)

    @property
    def folder(self) -> str:
        """What it shares with the objects that it lives with: its rendering, else its file's folder."""
        return posixpath.dirname(self.file) if self.rendering is None else f"#{self.rendering}"

    @property
    def group(self) -> str:
        """The API group of its ``apiVersion``; empty for the core."""
        return (self.part.text("apiVersion") or "").rpartition("/")[0]


def objects(file: ReadFile) -> Iterator[Object]:
    """Each object of each document, also of a ``List``."""
    for document in documents(file):
        yield from objects_of(document, file.path)


def pod_spec(kind: str, part: Part) -> Part | None:
    """The specification of the pods that an object makes.

    Objects of other controllers (``DeploymentConfig``, ``Rollout``, ``CloneSet``, a ``Service`` of Knative) have a
    template where a ``Deployment`` has it, and are known by its containers.
    """
    path = POD_SPECS.get(kind)
    if path is not None:
        return part.at(*path)
    found = part.at(*TEMPLATE)
    return found if found is not None and found.elements("containers") else None


def objects_of(document: Part, file: str, depth: int = 0) -> Iterator[Object]:
    """The objects of one document: itself, or the items of a ``List``, which may be lists again."""
    kind = document.text("kind") or ""
    listed = document.elements("items") if kind.endswith("List") else [document]
    for part in listed:
        own = part.text("kind") or kind.removesuffix("List")
        if own.endswith("List") and part is not document and depth < MAX_LISTS:
            yield from objects_of(part, file, depth + 1)
            continue
        name = part.text("metadata", "name") or part.text("metadata", "generateName") or ""
        namespace = part.text("metadata", "namespace")
        spaces = frozenset({namespace or "default"})
        yield Object(file, own, name, namespace, part, frozenset({name}), spaces)
