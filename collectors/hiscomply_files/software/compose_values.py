"""What Docker makes of a service: the values that are judged, with Docker's own defaults."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from hiscomply.configurations import Value
from hiscomply_files.software.compose_fields import NETWORK, Fields
from hiscomply_files.software.effective import Default, boolean, size_bytes
from hiscomply_files.software.image_reference import version
from hiscomply_files.software.published import MARK, of_image

_SPEC = "Compose specification, 05-services.md"
DEFAULTS: Mapping[str, Default] = {
    "privileged": Default("false", _SPEC),
    "read_only": Default("false", "docker container run --read-only"),
    "no_new_privileges": Default("false", "dockerd --no-new-privileges, off unless the daemon says otherwise"),
    "cap_drop_all": Default("false", "Docker keeps 14 capabilities unless they are dropped: docker run reference"),
    "seccomp": Default("default", "Docker's default profile: Seccomp security profiles for Docker"),
    "apparmor": Default("default", "docker-default: AppArmor security profiles for Docker"),
    "memory_limit": Default("0", "no limit: Docker, Resource constraints"),
    "restart": Default("no", _SPEC),
    "logging.driver": Default("json-file", "Docker, Configure logging drivers"),
}  # fmt: skip
"""By key. The user and the health check of a service without them come from its image: not known here."""

ENGINE_SOCKET = "/var/run/docker.sock"
"""What ``use_api_socket`` mounts."""
_BOOLEANS = ("privileged", "read_only")
_PLAIN = (
    ("user", "user"), ("network_mode", "network_mode"), ("pid", "pid"), ("ipc", "ipc"), ("uts", "uts"),
    ("userns_mode", "userns_mode"), ("cgroup", "cgroup"), ("cap_add", "cap_add"), ("cap_drop", "cap_drop"),
    ("devices", "devices"), ("profiles", "profiles"), ("logging.driver", "logging.driver"), ("ports", "ports"),
    ("env_file", "env_file"),
)  # fmt: skip
_OPTION = re.compile(r"(?P<name>no-new-privileges|seccomp|apparmor|systempaths)(?:[:=](?P<value>.*))?")
_LOOPBACK = re.compile(r"(?:127\.[0-9.]+|localhost|::1):")


def service_values(
    fields: Fields, devices: Mapping[str, str | None], host_networks: Collection[str] = ()
) -> Iterator[Value]:
    """The values in effect, without defaults.

    Args:
        devices: the folder of the host that a named volume stands for, by its name.
        host_networks: the networks of the project that are the host's own.
    """
    for key in _BOOLEANS:
        for value in fields.get(key, ()):
            yield replace(value, value=boolean(value.value))
    for key, shown in _PLAIN:
        for value in fields.get(key, ()):
            yield _port(value) if key == "ports" else replace(value, key=shown)
    for value in fields.get("use_api_socket", ()):
        if boolean(value.value) != "false":
            is_known = boolean(value.value) == "true"
            yield replace(value, key="volumes.source", value=ENGINE_SOCKET if is_known else None)
    yield from _image(fields)
    yield from _security(fields)
    yield from _limits(fields)
    yield from _health(fields)
    image = next((one.value for one in fields.get("image", ())), None)
    for key, (value, *_) in fields.items():
        if key.startswith("volumes["):
            source = value.value
            yield replace(value, key="volumes.source", value=devices.get(source or "", source))
        elif key.startswith(NETWORK) and value.value in host_networks:
            yield replace(value, key="network_mode", value="host")
        elif key.endswith(MARK):
            variable = key.removeprefix("environment.").removesuffix(f".{MARK}")
            yield replace(value, key="published_password", value=of_image(variable, value.value, image))
        elif key.startswith("environment."):
            yield value


def _port(value: Value) -> Value:
    """Not known where it counts: the address, or the port inside unless only this host can reach it."""
    text = value.value or ""
    address, _, target = text.rpartition(":")
    is_open = "?" in target and not _LOOPBACK.match(text)
    return replace(value, value=None if is_open or "?" in address.rpartition(":")[0] else text)


def _image(fields: Fields) -> Iterator[Value]:
    for value in fields.get("image", ()):
        text = value.value or ""
        yield replace(value, value=text)
        yield replace(value, key="image.version", value=version(text))
    if "image" not in fields and "build" in fields:
        yield replace(fields["build"][0], key="image.version", value="built")


def _security(fields: Fields) -> Iterator[Value]:
    stated: dict[str, Value] = {}
    for value in fields.get("security_opt", ()):
        if value.value is None:
            for name in ("no_new_privileges", "seccomp", "apparmor", "systempaths"):
                stated[name] = replace(value, key=name)
            continue
        match = _OPTION.fullmatch(value.value)
        if match:
            name = match["name"].replace("-", "_")
            text = match["value"] or "true" if name == "no_new_privileges" else match["value"]
            stated[name] = replace(value, key=name, value=text)
    yield from stated.values()
    for value in fields.get("cap_drop", ()):
        if value.value is None or value.value.upper() in {"ALL", "CAP_ALL"}:
            yield replace(value, key="cap_drop_all", value=None if value.value is None else "true")
            break


def _limits(fields: Fields) -> Iterator[Value]:
    for key in ("deploy.resources.limits.memory", "mem_limit"):
        if key in fields:
            value = fields[key][0]
            text = None if value.value is None else size_bytes(value.value)
            yield replace(value, key="memory_limit", value=text)
            break
    for key in ("deploy.restart_policy.condition", "restart"):
        if key in fields:
            value = fields[key][0]
            text = boolean(value.value) if value.value in {"no", "false"} else value.value
            yield replace(value, key="restart", value="no" if text in {"false", "none"} else text)
            break


def _health(fields: Fields) -> Iterator[Value]:
    disabled = fields.get("healthcheck.disable", ())
    for value in disabled:
        if boolean(value.value) == "true":
            yield replace(value, key="healthcheck", value="none")
            return
    for value in fields.get("healthcheck.test", ()):
        yield replace(value, key="healthcheck", value="none" if value.value == "NONE" else value.value)
