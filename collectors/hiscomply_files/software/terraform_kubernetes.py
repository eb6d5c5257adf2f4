"""Resources of the kubernetes provider as the objects of Kubernetes that they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hiscomply.model import Text
from hiscomply_files.software.manifests import Object
from hiscomply_files.software.parts import Part, Placed

KINDS: Mapping[str, str] = {
    "kubernetes_pod": "Pod", "kubernetes_deployment": "Deployment", "kubernetes_stateful_set": "StatefulSet",
    "kubernetes_daemonset": "DaemonSet", "kubernetes_daemon_set": "DaemonSet", "kubernetes_job": "Job",
    "kubernetes_cron_job": "CronJob", "kubernetes_replication_controller": "ReplicationController",
    "kubernetes_role": "Role", "kubernetes_cluster_role": "ClusterRole", "kubernetes_role_binding": "RoleBinding",
    "kubernetes_cluster_role_binding": "ClusterRoleBinding", "kubernetes_ingress": "Ingress",
}  # fmt: skip
"""By type of resource, with or without ``_v1``."""
LISTS: Mapping[str, str] = {
    "container": "containers", "init_container": "initContainers", "volume": "volumes", "env": "env", "port": "ports",
    "volume_mount": "volumeMounts", "rule": "rules", "subject": "subjects", "tls": "tls", "toleration": "tolerations",
    "env_from": "envFrom", "image_pull_secrets": "imagePullSecrets", "path": "path",
}  # fmt: skip
"""Blocks that may stand several times, and the lists that they make."""
_SPECIAL = {"host_pid": "hostPID", "host_ipc": "hostIPC", "non_resource_urls": "nonResourceURLs"}
_OPEN = frozenset(
    {"limits", "requests", "add", "drop", "api_groups", "resources", "verbs", "non_resource_urls", "hosts"}
)
"""Arguments whose value is a list or a map: an expression there hides what is in it."""
_HIDDEN = Text("{0} 是表达式,内容未知", "{0} is an expression, and what is in it is not known")


def resource_object(resource: Part, kind: str, file: str, address: str, missing: tuple[Text, ...]) -> Object:
    """The object of a resource, with the resource's address for its name."""
    hidden = _hidden(leaf for leaf in resource.leaves() if leaf.key.rpartition(".")[2] in _OPEN)
    return _object(_converted(resource), KINDS[kind.removesuffix("_v1")], file, address, (*missing, *hidden))


def manifest_object(resource: Part, file: str, address: str, missing: tuple[Text, ...]) -> Object | None:
    """The object of a ``kubernetes_manifest``; None if it is not written out."""
    part = resource.at("manifest")
    kind = part.text("kind") if part is not None else None
    if part is None or kind is None or "$" in kind:
        return None
    return _object(part, kind, file, address, (*missing, *_hidden(part.leaves())))


def _hidden(leaves: Iterable[Placed]) -> Iterator[Text]:
    """Where an expression stands for what may be a list or a map."""
    for leaf in leaves:
        if leaf.value is not None and leaf.value.startswith("${"):
            yield Text(*(text.format(f"{leaf.file}:{leaf.line}") for text in (_HIDDEN.zh, _HIDDEN.en)))


def _object(part: Part, kind: str, file: str, address: str, missing: tuple[Text, ...]) -> Object:
    space = part.text("metadata", "namespace")
    return Object(
        file, kind, address, space, part, frozenset({address}), frozenset({space or "default"}), None, missing
    )


def _converted(part: Part) -> Part:
    if part.leaf is not None and not part.below:
        return Part(leaf=replace(part.leaf))
    result = Part()
    for name, one in part.below.items():
        blocks = [_converted(child) for key, child in one.below.items() if key[0] == "["]
        are_blocks = bool(blocks) and (any(child.below for child in blocks) or _is_empty_block(one))
        if are_blocks and name in LISTS:
            result.below[LISTS[name]] = Part(below={f"[{at}]": child for at, child in enumerate(blocks)})
        elif are_blocks:
            result.below[_camel(name)] = blocks[0]
        else:
            result.below[_camel(name)] = _converted(one)
    return result


def _is_empty_block(part: Part) -> bool:
    return any(child.leaf is not None and child.leaf.value == "{}" for child in part.below.values())


def _camel(name: str) -> str:
    if name[0] == "[":
        return name
    return _SPECIAL.get(name) or re.sub(r"_([a-z])", lambda match: match[1].upper(), name)
