"""What a container engine pulls for an image's name.

Source: the reference grammar of github.com/distribution/reference; without tag and digest the tag is ``latest``.
"""

from __future__ import annotations

import re

from hiscomply.patterns import late

_DIGEST = late(r"@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$")
_TAG = late(r":(?P<tag>[^/:@]+)$")
_BRACED = late(r"\$\{[^{}]*\}|\{\{[^{}]*\}\}")
_NESTED = 5
_VARIABLE = late(r"\$|\{\{|\}\}|__[A-Z0-9_]+__|<[A-Za-z_ -]+>")


def is_open(text: str) -> bool:
    """True if the text holds a variable or a template's place, so that its value is not known."""
    return _VARIABLE.search(text) is not None


def version(image: str) -> str | None:
    """Its digest if it has one, else its tag, ``latest`` without one; None where a variable decides it."""
    for _ in range(_NESTED):
        image = _BRACED.sub("$", image)  # a default in braces may hold a colon
    digest = _DIGEST.search(image)
    if digest:
        return digest["digest"]
    tag = _TAG.search(image)
    if tag:
        return None if is_open(tag["tag"]) else tag["tag"]
    return None if is_open(image) else "latest"


def repository(image: str) -> str:
    """Its name without registry default, tag and digest: ``debian`` for ``docker.io/library/debian:12``."""
    name = _TAG.sub("", image.partition("@")[0])
    return re.sub(r"^(?:docker\.io/)?(?:library/)?", "", name)


def without_registry(image: str) -> str:
    """Its name without any registry's host, tag and digest: ``his/app`` for ``registry.local:5000/his/app:1``."""
    name = repository(image)
    host, slash, rest = name.partition("/")
    return rest if slash and ("." in host or ":" in host or host == "localhost") else name
