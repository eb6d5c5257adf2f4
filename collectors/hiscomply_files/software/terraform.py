"""Terraform: containers of the docker provider and objects of the kubernetes provider, judged as those they make.

Source: the registry's references of kreuzwerker/docker 3 and hashicorp/kubernetes 2; Terraform language, files and folders.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.software.kubernetes import SOFTWARE as KUBERNETES
from hiscomply_files.software.kubernetes import configurations_of
from hiscomply_files.software.parts import Part, Placed, documents
from hiscomply_files.software.terraform_docker import container_configuration
from hiscomply_files.software.terraform_json import native
from hiscomply_files.software.terraform_kubernetes import KINDS, manifest_object, resource_object
from hiscomply_files.software.terraform_values import Call, Module, instances, is_values, values_of

DOCKER = ("compose_service",)
MAX_NESTED = 20
CHART = Text("Helm chart 渲染出的对象不在检查范围内", "what a Helm chart renders was not read")
SERVICE = Text("Swarm 服务,未读取", "a service of a swarm, which is not read")
_TEXTS = frozenset({"kubectl_manifest", "kustomization_resource", "k8s_manifest"})
"""Resources of other providers that hold a manifest as a text."""
MANIFEST = Text("manifest 不是直接写出的对象", "the manifest is not written out as an object")
OVERRIDDEN = Text(
    "override 文件也设置了这个资源,没有合并",
    "an override file says something of this resource too; it is not merged",
)
HOW_MANY = Text(
    "count 或 for_each 是表达式,是否创建未知",
    "count or for_each is an expression, so whether it is made is not known",
)
NOT_MADE_HERE = Text("dynamic 块生成的内容没有解读", "what a dynamic block makes is not understood")


@dataclass(frozen=True, slots=True)
class Resource:
    """One ``resource`` block.

    Attributes:
        missing: why not all of it is known.
        place: its first argument.
        is_certain: False if another file may override what it says, or it may not be made at all.
    """

    place: Placed
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
    def file(self) -> str:
        """Where it stands."""
        return self.place.file


class Terraform:
    """The resources of all modules of a tree. Each folder is a module."""

    name: ClassVar[str] = "terraform"

    def wants(self, path: str, file_format: str) -> bool:
        """``.tf``, OpenTofu's ``.tofu`` and ``.tfvars`` in either syntax."""
        lower = path.lower()
        return lower.endswith((".tf.json", ".tofu.json", ".tfvars.json")) or file_format == "hcl"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each container and object, named by its resource: ``main.tf#docker_container.his``.

        What a file that cannot be read, a chart or a module from elsewhere holds is an incomplete one of each.
        """
        for path, reason in unread.items():
            if not is_values(path):
                yield from _of_each((*DOCKER, *KUBERNETES), path, "", None, reason)
        folders = _folders(files)
        overridable = {posixpath.dirname(path) for path in unread if _is_override(path)}
        for folder, module in _modules(folders, files, unread).items():
            if module is None:
                continue
            resources = [*_resources(module, is_overridable=folder in overridable)]
            for one in resources:
                yield from _of_resource(one, resources)
            if any(one.kind.startswith(("docker_", "kubernetes_", "helm_", "kubectl_")) for one in resources):
                yield from _from_elsewhere(folder, module.parts, folders)


def _of_each(
    software: tuple[str, ...], file: str, name: str, line: int | None, reason: Text
) -> Iterator[Configuration]:
    for one in software:
        yield Configuration(one, file, (), name, line, missing=(reason,))


def _folders(files: Mapping[str, ReadFile]) -> dict[str, list[Part]]:
    folders: dict[str, list[Part]] = {}
    for path, file in files.items():
        if not is_values(path):
            parts = folders.setdefault(posixpath.dirname(path), [])
            parts += map(native, documents(file)) if path.lower().endswith(".json") else documents(file)
    return folders


def _modules(
    folders: Mapping[str, list[Part]], files: Mapping[str, ReadFile], unread: Mapping[str, Text]
) -> dict[str, Module | None]:
    """The module of each folder, callers first; None for one that is called, and made nowhere."""
    made: dict[str, Module | None] = {}
    # a file that cannot be read may take any folder as a module, and hand it other values
    are_all_read = all(map(is_values, unread))
    callers: dict[str, list[tuple[str, Part]]] = {}
    for folder, parts in folders.items():
        for _, block in _calls(parts):
            inside = _inside(folder, block)
            if inside is not None and inside in folders:
                callers.setdefault(inside, []).append((folder, block))

    def module(folder: str, waiting: tuple[str, ...]) -> Module | None:
        if folder not in made:
            if folder in waiting or len(waiting) > MAX_NESTED:
                return Module(folders[folder], is_known=False)
            made[folder] = _module(folder, waiting)
        return made[folder]

    def _module(folder: str, waiting: tuple[str, ...]) -> Module | None:
        if folder not in callers:
            given, named, is_known = values_of(folder, files, unread)
            return Module(folders[folder], given, named, is_known=is_known and are_all_read)
        calls = []
        for caller, block in callers[folder]:
            outer = module(caller, (*waiting, folder))
            values = outer.resolved(block) if outer is not None else block
            many = instances(values)
            if outer is not None and many != "none":
                calls.append(Call(values, outer.is_made and many == "some"))
        # with values of its own it is applied by itself too, and what it is called with is not all
        given, _, is_known = values_of(folder, files, unread)
        is_known = is_known and not given and are_all_read
        return Module(folders[folder], calls=calls, is_known=is_known) if calls else None

    return {folder: module(folder, ()) for folder in folders}


def _calls(parts: Sequence[Part]) -> Iterator[tuple[str, Part]]:
    for part in parts:
        modules = part.at("module")
        yield from modules.below.items() if modules else ()


def _inside(folder: str, block: Part) -> str | None:
    """The folder of the repository that a module is taken from; None if it comes from elsewhere."""
    source = block.text("source") or ""
    if not source.startswith("."):
        return None
    inside = posixpath.normpath(posixpath.join(folder, source))
    return "" if inside == "." else inside


def _resources(module: Module, *, is_overridable: bool) -> Iterator[Resource]:
    """The resources of a module.

    Args:
        is_overridable: an override file that could not be read may say something of each.
    """
    found: list[Resource] = []
    for part in module.parts:
        kinds = part.at("resource")
        for kind, named in kinds.below.items() if kinds else ():
            for name, written in named.below.items():
                place = written.first()
                if place is None or name[0] == "[":
                    continue
                one = module.resolved(written)
                many = instances(one)
                if many != "none":
                    is_made = module.is_made and many == "some"
                    missing = (
                        *((NOT_MADE_HERE,) if has_dynamic(one) else ()),
                        *(() if is_made else (HOW_MANY,)),
                    )
                    found.append(Resource(place, kind, name, one, missing, is_made))
    overridden = {resource.address for resource in found if _is_override(resource.file)}
    for resource in found:
        if is_overridable or resource.address in overridden:
            is_certain = resource.is_certain and _is_override(resource.file)
            yield replace(resource, missing=(*resource.missing, OVERRIDDEN), is_certain=is_certain)
        else:
            yield resource


def _is_override(path: str) -> bool:
    name = posixpath.basename(path).removesuffix(".json")
    return name in {"override.tf", "override.tofu"} or name.endswith(("_override.tf", "_override.tofu"))


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
    line = one.place.line
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
    elif one.kind in _TEXTS:
        yield from _of_each(KUBERNETES, one.file, one.address, line, MANIFEST)
    elif one.kind == "docker_service":
        yield from _of_each(DOCKER, one.file, one.address, line, SERVICE)
    elif one.kind.removesuffix("_v1") in KINDS:
        yield from configurations_of(resource_object(one.part, one.kind, one.file, one.address, one.missing))


def _from_elsewhere(
    folder: str, parts: Sequence[Part], folders: Mapping[str, list[Part]]
) -> Iterator[Configuration]:
    """Modules that are not in the tree may hold any object."""
    for name, one in _calls(parts):
        place = one.first()
        if place is not None and _inside(folder, one) not in folders:
            source = one.text("source") or ""
            reason = Text(f"模块 {source} 不在检查范围内", f"the module {source} was not read")
            yield from _of_each((*DOCKER, *KUBERNETES), place.file, f"module.{name}", place.line, reason)
