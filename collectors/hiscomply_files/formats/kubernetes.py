"""Kubernetes manifests, in YAML or JSON: objects that name their ``kind``, and their ``apiVersion`` or ``metadata``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.fetch import HEAD_BYTES
from hiscomply_files.formats.json_comments import Json
from hiscomply_files.formats.yaml import Yaml

OBJECT = (
    re.compile(rb"""^(?:(?:-[ ]+)?["']?apiVersion|[ ]{0,4}["']?metadata)["']?[ \t]*:""", re.M),
    re.compile(rb"""^[ ]{0,4}["']?kind["']?[ \t]*:""", re.M),
)
FLOW = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s|#[^\n]*\n|---)*\{")
FLOW_OBJECT = (
    re.compile(rb"""["'{,\s](?:apiVersion|metadata)["']?\s*:"""),
    re.compile(rb"""["'{,\s]kind["']?\s*:"""),
)
LONG_OBJECT = re.compile(rb"^apiVersion[ \t]*:[^\n]*\n(?:binaryData|data|rules|spec|stringData)[ \t]*:", re.M)
"""With keys in the order of the alphabet, as programs write them, much may stand before the ``kind``."""
JSON_OBJECT = (re.compile(rb'"(?:apiVersion|metadata)"\s*:'), re.compile(rb'"kind"\s*:'))
ACTION = re.compile(r"\{\{")
HELM = re.compile(  # no brace inside: else a line of braces costs its square
    r"\{\{[^{}\n]*(?:\.(?:Values|Release|Chart|Files|Capabilities)\b|\b(?:include|toYaml|tpl)\b)"
)
LISTED_ITEM = re.compile(r"items\[\d+\]\.")
LISTED_KIND = re.compile(r"items\[\d+\]\.kind")
PUBLIC = re.compile(r"\.(?:crt|pub|pem\.pub)$|^(?:namespace|ca\.pem)$")
TEMPLATE = Text(
    "这是 Helm 模板,不是清单;请先用 helm template 渲染,再检查渲染结果",
    "a Helm template, not a manifest; render it with helm template and check what comes out",
)


class Kubernetes:
    """A manifest of one or more objects, each document, or a ``List`` of them."""

    name: ClassVar[str] = "kubernetes"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.yaml``, ``.yml`` and ``.json`` whose first lines name a ``kind`` and an ``apiVersion``, or the
        ``metadata`` that every object has: one with a slip in the other is a manifest all the same. Where the head is
        full of data, the ``kind`` may come after it."""
        lower = path.lower()
        if lower.endswith(".json"):
            return all(pattern.search(head) for pattern in JSON_OBJECT)
        if not lower.endswith((".yaml", ".yml")):
            return False
        if len(head) >= HEAD_BYTES and LONG_OBJECT.search(head) is not None:
            return True
        return all(pattern.search(head) for pattern in OBJECT) or (
            FLOW.match(head) is not None and all(pattern.search(head) for pattern in FLOW_OBJECT)
        )

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf of every document; the second and further ones have the section ``document 2`` and so on.

        What a Secret holds (``data``, in Base64, which hides nothing) has the key ``secretData``, certificates excepted,
        so that it is taken for what it is.

        Raises:
            FormatError: for bad syntax, and for templates: what they become depends on values that are not here.
        """
        is_template = HELM.search(text)
        if is_template:
            raise _template(text, is_template.start())
        reader = Json() if text.lstrip().startswith("{") and not ACTION.match(text.lstrip()) else Yaml()
        try:
            yield from _secrets_named(list(reader.parse(text)))
        except FormatError:
            action = ACTION.search(text)
            if action is None:
                raise
            raise _template(text, action.start()) from None


def _secrets_named(settings: list[Setting]) -> Iterator[Setting]:
    secrets = {
        (one.section, one.key.removesuffix("kind"))
        for one in settings
        if one.value == "Secret" and (one.key == "kind" or LISTED_KIND.fullmatch(one.key))
    }
    for one in settings if secrets else ():
        item = LISTED_ITEM.match(one.key)
        prefix = item[0] if item else ""
        name = one.key.removeprefix(f"{prefix}data.")
        if (one.section, prefix) in secrets and name != one.key and not PUBLIC.search(name):
            yield replace(one, key=f"{prefix}secretData.{name}")
        else:
            yield one
    if not secrets:
        yield from settings


def _template(text: str, at: int) -> FormatError:
    return FormatError(TEMPLATE, text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1)
