"""Kubernetes manifests: pods, their containers, and the objects that give rights or open ways in.

Source: the API reference of Kubernetes 1.31 (core/v1 PodSpec, Container, SecurityContext; rbac/v1; networking/v1).
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.software.kubernetes_objects import object_configurations
from hiscomply_files.software.kubernetes_pod import Pod, container_configurations, pod_configuration
from hiscomply_files.software.parts import Part, documents

TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job")
POD_SPECS: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(TEMPLATED, ("spec", "template", "spec")),
}
SOFTWARE = (
    "kubernetes_container",
    "kubernetes_pod",
    "kubernetes_role",
    "kubernetes_role_binding",
    "kubernetes_ingress",
)
"""What a manifest may hold; a file that could not be read may hold any of them."""
PATCH = Text(
    "这是 kustomize 补丁,它所修改的清单没有合并进来",
    "a kustomize patch: what it is laid over is not put together with it",
)


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a manifest."""

    file: str
    kind: str
    name: str
    namespace: str | None
    part: Part

    @property
    def line(self) -> int | None:
        """Where it begins."""
        first = self.part.first()
        return first.line if first else None


class Kubernetes:
    """All objects of a tree's manifests."""

    name: ClassVar[str] = "kubernetes"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``kubernetes``, and each kustomization, which need not say its kind."""
        return file_format == "kubernetes" or _is_kustomization(path)

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each pod, container, role, binding and ingress, named ``Deployment/his/web``.

        A file that could not be read, a template among them, is an incomplete one of each.
        """
        # what a kustomization that cannot be read lays over what is not known: all beside it may be patches
        lost = {posixpath.dirname(path) for path in unread if _is_kustomization(path)}
        for path, reason in unread.items():
            for software in SOFTWARE:
                yield Configuration(software, path, (), missing=(reason,))
        found = [one for file in files.values() for one in _objects(file)]
        patches = {
            path
            for one in found
            if _is_kustomization(one.file) or one.kind == "Kustomization"
            for path in _patches(one)
        }
        # an account counts for the manifests beside it: elsewhere in the tree it may be another cluster's
        accounts = {_account(one, one.name): one.part for one in found if one.kind == "ServiceAccount"}
        names: Counter[tuple[str, str, str]] = Counter()
        for one in found:
            for configuration in _of_object(
                one, accounts, one.file in patches or posixpath.dirname(one.file) in lost
            ):
                key = configuration.software, configuration.file, configuration.name
                names[key] += 1
                again = f" ({names[key]})" if names[key] > 1 else ""
                yield replace(configuration, name=f"{configuration.name}{again}")


def _is_kustomization(path: str) -> bool:
    return posixpath.basename(path) in ("kustomization.yaml", "kustomization.yml", "Kustomization")


def _objects(file: ReadFile) -> Iterator[Object]:
    for document in documents(file):
        kind = document.text("kind") or ""
        listed = document.elements("items") if kind.endswith("List") else [document]
        for part in listed:
            own = part.text("kind") or kind.removesuffix("List")
            name = part.text("metadata", "name") or part.text("metadata", "generateName") or ""
            yield Object(file.path, own, name, part.text("metadata", "namespace"), part)


def _patches(kustomization: Object) -> Iterator[str]:
    folder = posixpath.dirname(kustomization.file)
    listed = kustomization.part.elements("patchesStrategicMerge")
    named = [one.text() for one in listed] + [
        one.text("path") for one in kustomization.part.elements("patches")
    ]
    for path in named:
        if path is not None and "\n" not in path:
            yield posixpath.normpath(posixpath.join(folder, path))


def _of_object(
    one: Object, accounts: Mapping[tuple[str, str | None, str], Part], is_patch: bool
) -> Iterator[Configuration]:
    yield from object_configurations(one.kind, one.name, one.file, one.line, one.part)
    path = POD_SPECS.get(one.kind)
    spec = one.part.at(*path) if path else None
    if spec is None:
        return
    account = spec.text("serviceAccountName") or spec.text("serviceAccount")
    pod = Pod(
        one.file,
        f"{one.kind}/{one.name}",
        spec,
        one.kind,
        account,
        accounts.get(_account(one, account or "default")),
        (PATCH,) if is_patch or _is_fragment(spec) else (),
    )
    yield pod_configuration(pod, one.line)
    yield from container_configurations(pod)


def _account(one: Object, name: str) -> tuple[str, str | None, str]:
    return posixpath.dirname(one.file), one.namespace, name


def _is_fragment(spec: Part) -> bool:
    """A pod without containers, or with one without image, cannot run: something is to be laid under it."""
    containers = spec.elements("containers")
    return not containers or any(one.at("image") is None for one in containers)
