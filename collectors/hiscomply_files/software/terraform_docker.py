"""A ``docker_container`` as the service of a Compose file that would say the same: Docker runs both alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hiscomply.configurations import Configuration, Value
from hiscomply.model import Text
from hiscomply_files.software.compose_fields import service_fields
from hiscomply_files.software.compose_values import DEFAULTS, service_values
from hiscomply_files.software.effective import with_defaults
from hiscomply_files.software.parts import Part, Placed, standing_at

NOT_KNOWN = "${expression}"
"""Stands for whatever is not written out; read as a variable without a value."""
_IMAGE = re.compile(r"\$\{docker_image\.([\w-]+)\.(?:image_id|name|latest|repo_digest)\}")
_SAME = (
    ("image", "image"), ("privileged", "privileged"), ("read_only", "read_only"), ("user", "user"), ("restart", "restart"),
    ("network_mode", "network_mode"), ("pid_mode", "pid"), ("ipc_mode", "ipc"), ("userns_mode", "userns_mode"),
    ("cgroupns_mode", "cgroup"), ("memory", "mem_limit"), ("security_opts", "security_opt"), ("env", "environment"),
)  # fmt: skip
"""Arguments of the provider, and the keys of Compose that mean the same."""
PUBLISHED = Text(
    "publish_all_ports 公开的端口由镜像决定", "which ports publish_all_ports opens is up to the image"
)


def container_configuration(
    resource: Part,
    images: Mapping[str, Part],
    file: str,
    address: str,
    line: int | None,
    missing: tuple[Text, ...],
) -> Configuration:
    """What Docker makes of it, in the keys of ``compose_service``.

    Args:
        images: the ``docker_image`` resources of the module by name: a container refers to one.
    """
    service = _service(resource)
    image = _image(resource, images)
    if image is not None:
        service.below["image"] = Part(leaf=image)
    fields = service_fields(service, file, {})
    if image is not None:
        fields["image"] = tuple(replace(one, file=image.file) for one in fields.get("image", ()))
    if any(NOT_KNOWN in (one.value or "") for one in fields.get("healthcheck.test", ())):
        fields["healthcheck.test"] = tuple(replace(one, value=None) for one in fields["healthcheck.test"])
    published = resource.scalar("publish_all_ports")
    if published is not None and published.value != "false":
        missing = (*missing, PUBLISHED)
    values: list[Value] = [*service_values(fields, {})]
    if not missing:
        values = [*standing_at(line, with_defaults(values, DEFAULTS, file))]
    return Configuration("compose_service", file, values, address, line, missing=missing)


def _image(resource: Part, images: Mapping[str, Part]) -> Placed | None:
    """The name that the image's own resource gives, where that is written."""
    match = _IMAGE.fullmatch(resource.text("image") or "")
    found = images.get(match[1]) if match else None
    name = found.scalar("name") if found is not None else None
    return None if name is None or "$" in (name.value or "") else name


def closed(part: Part) -> Part:
    """The same, with one mark in place of every expression."""
    leaf = part.leaf
    if leaf is not None and leaf.value is not None and "$" in leaf.value:
        leaf = replace(leaf, value=NOT_KNOWN)
    return Part(leaf, {name: closed(one) for name, one in part.below.items()})


def _service(resource: Part) -> Part:
    service = Part()
    for key, name in _SAME:
        one = resource.at(key)
        if one is not None and not _is_null(one):
            service.below[name] = closed(one)
    memory = service.scalar("mem_limit")
    if memory is not None and memory.value != NOT_KNOWN:
        service.below["mem_limit"] = Part(leaf=replace(memory, value=f"{memory.value}m"))
    _set(service, ("logging", "driver"), resource.at("log_driver"))
    for block in resource.elements("healthcheck"):
        _set(service, ("healthcheck", "test"), block.at("test"))
    for block in resource.elements("capabilities"):
        _set(service, ("cap_add",), block.at("add"))
        _set(service, ("cap_drop",), block.at("drop"))
    for name, elements in (("ports", _ports(resource)), ("volumes", _mounts(resource))):
        listed = {f"[{number}]": one for number, one in enumerate(elements)}
        if listed:
            service.below[name] = Part(below=listed)
    return service


def _is_null(part: Part) -> bool:
    return not part.below and (part.leaf is None or part.leaf.value is None)


def _set(service: Part, path: tuple[str, ...], value: Part | None) -> None:
    if value is None or _is_null(value):
        return
    part = service
    for name in path[:-1]:
        part = part.below.setdefault(name, Part())
    part.below[path[-1]] = closed(value)


def _renamed(block: Part, names: Mapping[str, str]) -> Part:
    return Part(below={new: closed(block.below[old]) for old, new in names.items() if old in block.below})


def _ports(resource: Part) -> Iterator[Part]:
    for block in resource.elements("ports"):
        yield _renamed(
            block, {"internal": "target", "external": "published", "ip": "host_ip", "protocol": "protocol"}
        )


def _mounts(resource: Part) -> Iterator[Part]:
    for block in resource.elements("volumes"):
        yield _renamed(block, {"volume_name": "source", "host_path": "source", "container_path": "target"})
    for block in resource.elements("mounts"):
        yield _renamed(block, {"source": "source", "target": "target", "type": "type"})
