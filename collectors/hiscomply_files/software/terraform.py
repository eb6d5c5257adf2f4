"""Terraform: containers of the docker provider and objects of the kubernetes provider, judged as those they make.

Source: the registry's references of kreuzwerker/docker 3 and hashicorp/kubernetes 2; Terraform language, files and folders.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.software.kubernetes import SOFTWARE as KUBERNETES
from hiscomply_files.software.kubernetes import configurations_of
from hiscomply_files.software.parts import Part, Placed, documents
from hiscomply_files.software.terraform_docker import container_configuration
from hiscomply_files.software.terraform_kubernetes import KINDS, manifest_object, resource_object

DOCKER = ("compose_service",)
IN_JSON = Text("这种写法的 Terraform 文件没有解读", "Terraform files in JSON are not understood")
CHART = Text("Helm chart 渲染出的对象不在检查范围内", "what a Helm chart renders was not read")
MANIFEST = Text("manifest 不是直接写出的对象", "the manifest is not written out as an object")
OVERRIDDEN = Text(
    "override 文件也设置了这个资源,没有合并",
    "an override file says something of this resource too; it is not merged",
)
NOT_MADE_HERE = Text("dynamic 块生成的内容没有解读", "what a dynamic block makes is not understood")


@dataclass(frozen=True, slots=True)
class Resource:
    """One ``resource`` block.

    Attributes:
        missing: why not all of it is known.
        is_certain: False if another file may override what it says.
    """

    file: str
    kind: str
    name: str
    part: Part
    missing: tuple[Text, ...] = ()
    is_certain: bool = True

    @property
    def address(self) -> str:
        """As Terraform names it."""
        return f"{self.kind}.{self.name}"

    @property
    def place(self) -> Placed | None:
        """Its first argument."""
        return self.part.first()


class Terraform:
    """The resources of all modules of a tree. Each folder is a module."""

    name: ClassVar[str] = "terraform"

    def wants(self, path: str, file_format: str) -> bool:
        """``.tf`` in either syntax; what values of variables are is not looked for."""
        lower = path.lower()
        return lower.endswith(".tf.json") or (file_format == "hcl" and lower.endswith(".tf"))

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each container and object, named by its resource: ``main.tf#docker_container.his``.

        What a file that cannot be read, a chart or a module from elsewhere holds is an incomplete one of each.
        """
        lost = {**{path: IN_JSON for path in files if path.lower().endswith(".json")}, **unread}
        for path, reason in lost.items():
            yield from _of_each((*DOCKER, *KUBERNETES), path, "", None, reason)
        folders: dict[str, list[Part]] = {}
        for path, file in files.items():
            if path not in lost:
                folders.setdefault(posixpath.dirname(path), []).extend(documents(file))
        for folder, parts in folders.items():
            resources = [*_resources(parts)]
            for one in resources:
                yield from _of_resource(one, resources)
            if any(one.kind.startswith(("docker_", "kubernetes_", "helm_")) for one in resources):
                yield from _modules(folder, parts, folders)


def _of_each(
    software: tuple[str, ...], file: str, name: str, line: int | None, reason: Text
) -> Iterator[Configuration]:
    for one in software:
        yield Configuration(one, file, (), name, line, missing=(reason,))


def _resources(parts: list[Part]) -> Iterator[Resource]:
    found: list[Resource] = []
    for part in parts:
        kinds = part.at("resource")
        for kind, named in kinds.below.items() if kinds else ():
            for name, one in named.below.items():
                place = one.first()
                if place is not None and name[0] != "[":
                    missing = (NOT_MADE_HERE,) if has_dynamic(one) else ()
                    found.append(Resource(place.file, kind, name, one, missing))
    overridden = {resource.address for resource in found if _is_override(resource.file)}
    for resource in found:
        if resource.address in overridden:
            is_certain = _is_override(resource.file)
            yield replace(resource, missing=(*resource.missing, OVERRIDDEN), is_certain=is_certain)
        else:
            yield resource


def _is_override(path: str) -> bool:
    name = posixpath.basename(path)
    return name == "override.tf" or name.endswith("_override.tf")


def has_dynamic(part: Part) -> bool:
    """Some block of it is made by an expression."""
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if "dynamic" in one.below:
            return True
        waiting.extend(one.below.values())
    return False


def _of_resource(one: Resource, resources: list[Resource]) -> Iterator[Configuration]:
    for found in _as_written(one, resources):
        values = (
            found.values if one.is_certain else [replace(value, is_certain=False) for value in found.values]
        )
        yield replace(found, values=values)


def _as_written(one: Resource, resources: list[Resource]) -> Iterator[Configuration]:
    line = one.place.line if one.place else None
    if one.kind == "docker_container":
        images = {other.name: other.part for other in resources if other.kind == "docker_image"}
        yield container_configuration(one.part, images, one.file, one.address, line, one.missing)
    elif one.kind == "helm_release":
        yield from _of_each(KUBERNETES, one.file, one.address, line, CHART)
    elif one.kind == "kubernetes_manifest":
        found = manifest_object(one.part, one.file, one.address, one.missing)
        if found is None:
            yield from _of_each(KUBERNETES, one.file, one.address, line, MANIFEST)
        else:
            yield from configurations_of(found)
    elif one.kind.removesuffix("_v1") in KINDS:
        yield from configurations_of(resource_object(one.part, one.kind, one.file, one.address, one.missing))


def _modules(folder: str, parts: list[Part], folders: Mapping[str, list[Part]]) -> Iterator[Configuration]:
    """Modules that are not in the tree may hold any object."""
    for part in parts:
        modules = part.at("module")
        for name, one in modules.below.items() if modules else ():
            source = one.text("source") or ""
            inside = posixpath.normpath(posixpath.join(folder, source))
            place = one.first()
            if place is not None and not (
                source.startswith(".") and ("" if inside == "." else inside) in folders
            ):
                reason = Text(f"模块 {source} 不在检查范围内", f"the module {source} was not read")
                yield from _of_each((*DOCKER, *KUBERNETES), place.file, f"module.{name}", place.line, reason)
