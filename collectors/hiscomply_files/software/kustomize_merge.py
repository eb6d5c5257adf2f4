"""Strategic merge patches, laid over an object as kustomize does it; what is not sure is refused.

Source: Kubernetes, Update API Objects in Place Using kubectl patch; the ``patchMergeKey`` of the API types of
Kubernetes 1.31; sigs.k8s.io/kustomize, kyaml/yaml/merge2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiscomply_files.software.parts import Part

MERGE_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "port", "protocol"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "resourceClaims": ("name",),
}
"""By the key of a list, what its elements are told apart by. All other lists are replaced as a whole."""
NATIVE_GROUPS: Final = frozenset({"", "apps", "batch", "autoscaling", "policy"})
"""API groups without a dot whose types are known; with one, those that end in ``.k8s.io``."""
IDENTITY = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
MAX_DEPTH = 120
_DIRECTIVE = "$patch"


class NotUnderstood(Exception):
    """What a patch does to an object is not sure."""


def is_native(group: str) -> bool:
    """Lists of types that are not Kubernetes' own are replaced, whatever their name."""
    return group in NATIVE_GROUPS or group.endswith(".k8s.io")


def laid_over(base: Part, patch: Part, *, by_key: bool = True) -> Part | None:
    """The object with the patch laid over it; None if the patch deletes it. Neither is changed.

    Args:
        by_key: elements of Kubernetes' own lists are merged; else every list is replaced.

    Raises:
        NotUnderstood: a directive or a list whose effect is not sure.
    """
    if patch.leaf is not None or is_list(patch):
        raise NotUnderstood
    return _merged(base, patch, (), by_key)


def _merged(base: Part | None, over: Part, path: tuple[str, ...], by_key: bool) -> Part | None:
    if len(path) > MAX_DEPTH:
        raise NotUnderstood
    if path in IDENTITY and base is not None:
        return base  # what names the object stays where it is written
    if over.leaf is not None and over.below:
        raise NotUnderstood
    if over.leaf is not None:
        return _scalar(base, over, path, by_key)
    if is_list(over):
        return _list(base, over, path, by_key)
    directive = over.text(_DIRECTIVE)
    if directive == "delete":
        return None
    if directive not in {None, "merge", "replace"} or any(_is_directive(one) for one in over.below):
        raise NotUnderstood
    is_under = directive != "replace" and base is not None and not is_list(base)
    result = Part(below=dict(base.below)) if is_under and base is not None else Part()
    for name, child in over.below.items():
        if name == _DIRECTIVE:
            continue
        merged = _merged(result.below.get(name), child, (*path, name), by_key)
        if merged is None:
            result.below.pop(name, None)
        else:
            result.below[name] = merged
    return result


def _is_directive(name: str) -> bool:
    return name.startswith("$") and name != _DIRECTIVE


def _scalar(base: Part | None, over: Part, path: tuple[str, ...], by_key: bool) -> Part | None:
    value = over.leaf.value if over.leaf else None
    if value is None:
        return None
    is_keyed = by_key and bool(path) and path[-1] in MERGE_KEYS
    if value == "{}" and base is not None and base.below and not is_list(base):
        return base
    if value == "[]" and is_keyed and base is not None:
        raise NotUnderstood
    return over


def is_list(part: Part) -> bool:
    """Its children are elements."""
    return next(iter(part.below), "").startswith("[")


def as_list(elements: list[Part]) -> Part:
    """A list of these elements."""
    return Part(below={f"[{number}]": one for number, one in enumerate(elements)})


def _list(base: Part | None, over: Part, path: tuple[str, ...], by_key: bool) -> Part:
    elements = list(over.below.values())
    kept = [one for one in elements if set(one.below) != {_DIRECTIVE}]
    alone = {one.text(_DIRECTIVE) for one in elements if one not in kept}
    if alone - {"replace"}:
        raise NotUnderstood
    keys = MERGE_KEYS.get(path[-1]) if by_key and path else None
    below = [] if base is None or alone or keys is None else list(base.below.values())
    if base is not None and base.leaf is not None and not base.is_empty():
        raise NotUnderstood
    if keys is None or not below:
        fresh = (_merged(None, one, (*path, "[]"), by_key) for one in kept)
        return as_list([one for one in fresh if one is not None])
    return _by_key(below, kept, keys, path)


def _by_key(below: list[Part], over: list[Part], keys: tuple[str, ...], path: tuple[str, ...]) -> Part:
    """Each element over the one of its key; new ones go first, as kustomize puts them."""
    named: dict[tuple[str | None, ...], Part | None] = {}
    for one in below:
        key = _key(one, keys)
        if key in named:
            raise NotUnderstood
        named[key] = one
    new: list[Part] = []
    for one in over:
        key = _key(one, keys)
        known = named.get(key)
        result = _merged(known, one, (*path, "[]"), by_key=True)
        if known is not None and result is not None:
            # what tells it apart stays where it is written
            result.below.update({name: part for name, part in known.below.items() if name in keys})
        if key in named:
            named[key] = result
        elif result is not None:
            new.append(result)
    return as_list([*new, *(one for one in named.values() if one is not None)])


def _key(element: Part, keys: tuple[str, ...]) -> tuple[str | None, ...]:
    found = tuple(element.text(one) for one in keys)
    if all(one is None for one in found):
        raise NotUnderstood
    return found
