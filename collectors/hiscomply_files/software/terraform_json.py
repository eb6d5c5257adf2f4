"""Terraform in JSON, put into the shape of its native syntax.

Source: Terraform language, JSON configuration syntax: a block may be an object or a list of objects, a text is a template.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hiscomply_files.software.parts import Part
from hiscomply_files.software.terraform_kubernetes import LISTS

_BLOCKS = frozenset({*LISTS, "ports", "volumes", "mounts", "healthcheck", "capabilities"})
_LABELS = {"resource": 2, "module": 1, "variable": 1}


def native(document: Part) -> Part:
    """The same document as if it were written in the native syntax."""
    result = Part()
    for name, one in document.below.items():
        if name in _LABELS:
            result.below[name] = _labelled(one, _LABELS[name])
        else:
            result.below[name] = _body(one)
    return result


def _labelled(part: Part, labels: int) -> Part:
    if labels == 0:
        bodies = [*_objects(part)]
        return _body(bodies[0] if len(bodies) == 1 else part)
    result = Part()
    for one in _objects(part):
        for label, below in one.below.items():
            if label in result.below and labels > 1:
                for inner, body in _labelled(below, labels - 1).below.items():
                    result.below[label].below[inner] = body
            elif label != "//":
                result.below[label] = _labelled(below, labels - 1)
    return result


def _objects(part: Part) -> Iterator[Part]:
    listed = [one for name, one in part.below.items() if name[0] == "["]
    yield from listed or [part]


def _body(part: Part) -> Part:
    leaf = part.leaf
    if leaf is not None and leaf.value is not None and "%{" in leaf.value and "${" not in leaf.value:
        leaf = replace(leaf, value=f"${{{leaf.value}}}")
    result = Part(leaf)
    for name, one in part.below.items():
        if name == "//":
            continue
        below = _body(one)
        is_object = bool(below.below) and not any(key[0] == "[" for key in below.below)
        result.below[name] = Part(below={"[0]": below}) if name in _BLOCKS and is_object else below
    return result
