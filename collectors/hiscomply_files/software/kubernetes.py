"""Kubernetes manifests: pods, their containers, and the objects that give rights or open ways in.

Source: the API reference of Kubernetes 1.31 (core/v1 PodSpec, Container, SecurityContext; rbac/v1; networking/v1).
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.software.kubernetes_environment import Maps
from hiscomply_files.software.kubernetes_objects import object_configurations
from hiscomply_files.software.kubernetes_pod import Pod, container_configurations, pod_configuration
from hiscomply_files.software.kustomization import Kustomization, is_kustomization
from hiscomply_files.software.kustomize import PATCH, Kustomizations
from hiscomply_files.software.kustomize_generators import ENV_FORMATS
from hiscomply_files.software.manifests import Object, objects, pod_spec
from hiscomply_files.software.parts import Part

SOFTWARE = (
    "kubernetes_container",
    "kubernetes_pod",
    "kubernetes_role",
    "kubernetes_role_binding",
    "kubernetes_ingress",
)
"""What a manifest may hold; a file that could not be read may hold any of them."""
_MANIFESTS = (".yaml", ".yml", ".json")


class Kubernetes:
    """All objects of a tree's manifests."""

    name: ClassVar[str] = "kubernetes"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the formats ``kubernetes`` and ``json_patch``, each kustomization, which need not say its kind, and
        the files with variables that one may take."""
        return file_format in {"kubernetes", "json_patch", *ENV_FORMATS} or is_kustomization(path)

    def neighbours(self, file: ReadFile) -> Sequence[str] | None:
        """What stands in its folder: an account there is its own. A kustomization or a patch may concern any other."""
        is_any = file.format not in {"kubernetes", *ENV_FORMATS} or is_kustomization(file.path)
        if is_any or any(one.value == "Kustomization" for one in file.settings):
            return None
        return (f"{posixpath.dirname(file.path)}/",)

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each pod, container, role, binding and ingress, named ``Deployment/his/web``.

        What a kustomization renders has its folder in the name, as seen from the object's file:
        ``Deployment/his/web (../overlays/prod)``. A file that could not be read, a template among them, is an
        incomplete one of each.
        """
        manifests = {
            path: reason
            for path, reason in unread.items()
            if path.endswith(_MANIFESTS) or is_kustomization(path)
        }
        for path, reason in manifests.items():
            yield from _of_each(path, "", None, reason)
        kustomizations = Kustomizations(files, unread)
        found = [*_alone(files, unread, kustomizations.used)]
        open_ = {posixpath.dirname(path) for path in manifests}
        for folder, built in kustomizations.rendered():
            open_ |= {f"#{folder}"} if built.lost else set()
            found += (replace(one, rendering=folder) for one in (*built.objects, *built.fragments))
            for place, reason in dict.fromkeys(built.lost):
                yield from _of_each(
                    place.file, f"{place.key}{_shown(folder, place.file)}", place.line, reason
                )
        # an account counts for what is rendered with it, or beside it: elsewhere it may be another cluster's
        accounts = {_account(one, one.name): one for one in found if one.kind == "ServiceAccount"}
        maps = Maps(found, open_)
        names: Counter[tuple[str, str, str]] = Counter()
        for one in found:
            for configuration in configurations_of(one, accounts, maps):
                key = configuration.software, configuration.file, configuration.name
                names[key] += 1
                again = f" ({names[key]})" if names[key] > 1 else ""
                yield replace(configuration, name=f"{configuration.name}{again}")


def _of_each(file: str, name: str, line: int | None, reason: Text) -> Iterator[Configuration]:
    for software in SOFTWARE:
        yield Configuration(software, file, (), name, line, missing=(reason,))


def _alone(files: Mapping[str, ReadFile], unread: Mapping[str, Text], used: Set[str]) -> Iterator[Object]:
    """The objects that no kustomization takes. Beside one that cannot be read, each may be a patch."""
    lost = {posixpath.dirname(path) for path in unread if is_kustomization(path)}
    found = [
        one
        for path, file in files.items()
        if path not in used and not is_kustomization(path)
        if file.format not in ENV_FORMATS
        for one in objects(file)
    ]
    patches = {
        patch.path
        for file in {one.file for one in found if one.kind == "Kustomization"}
        for patch in Kustomization(files[file]).all_patches()
    }
    for one in found:
        is_patch = one.file in patches or posixpath.dirname(one.file) in lost
        yield replace(one, missing=(PATCH,)) if is_patch else one


def _shown(folder: str, file: str) -> str:
    """The folder of a rendering as seen from a file; empty where it is the file's own."""
    seen = posixpath.relpath(folder or ".", posixpath.dirname(file) or ".")
    return "" if seen == "." else f" ({seen})"


def configurations_of(
    one: Object,
    accounts: Mapping[tuple[str, str | None, str], Object] | None = None,
    maps: Maps | None = None,
) -> Iterator[Configuration]:
    """What one object amounts to.

    Args:
        accounts: the service accounts that it may run under, by folder, namespace and name.
        maps: where its containers may take variables from.
    """
    place = one.place
    line = place.line if place else None
    shown = "" if one.rendering is None else _shown(one.rendering, one.file)
    for found in (
        *object_configurations(one.kind, one.name, one.file, line, one.part),
        *_of_pod(one, accounts or {}, maps or Maps(())),
    ):
        values = (
            found.values if one.is_certain else [replace(value, is_certain=False) for value in found.values]
        )
        missing = tuple(dict.fromkeys((*found.missing, *one.missing)))
        yield replace(found, name=f"{found.name}{shown}", values=values, missing=missing)


def _of_pod(
    one: Object, accounts: Mapping[tuple[str, str | None, str], Object], maps: Maps
) -> Iterator[Configuration]:
    spec = pod_spec(one.kind, one.part)
    if spec is None:
        return
    name = spec.text("serviceAccountName") or spec.text("serviceAccount")
    account = accounts.get(_account(one, name or "default"))
    missing = (*one.missing, *((PATCH,) if _is_fragment(spec) else ()))
    if account is not None and not account.is_certain:
        missing = (*missing, *account.missing)
    pod = Pod(
        one.file,
        f"{one.kind}/{one.name}",
        spec,
        one.kind,
        name,
        account.part if account else None,
        missing,
        lambda container: maps.passwords(one, container),
    )
    yield pod_configuration(pod, one.place)
    yield from container_configurations(pod)


def _account(one: Object, name: str) -> tuple[str, str | None, str]:
    return one.folder, one.namespace, name


def _is_fragment(spec: Part) -> bool:
    """A pod without containers, or with one without image, cannot run: something is to be laid under it."""
    containers = spec.elements("containers")
    return not containers or any(one.at("image") is None for one in containers)
