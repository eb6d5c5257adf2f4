"""Kubernetes manifests, in YAML or JSON: objects that name their ``apiVersion`` and ``kind``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.json_comments import Json
from hiscomply_files.formats.yaml import Yaml

OBJECT = (
    re.compile(rb"""^(?:-[ ]+)?["']?apiVersion["']?[ \t]*:""", re.M),
    re.compile(rb"""^[ ]{0,4}["']?kind["']?[ \t]*:""", re.M),
)
JSON_OBJECT = (re.compile(rb'"apiVersion"\s*:'), re.compile(rb'"kind"\s*:'))
ACTION = re.compile(r"\{\{")
HELM = re.compile(  # no brace inside: else a line of braces costs its square
    r"\{\{[^{}\n]*(?:\.(?:Values|Release|Chart|Files|Capabilities)\b|\b(?:include|toYaml|tpl)\b)"
)
TEMPLATE = Text(
    "这是 Helm 模板,不是清单;请先用 helm template 渲染,再检查渲染结果",
    "a Helm template, not a manifest; render it with helm template and check what comes out",
)


class Kubernetes:
    """A manifest of one or more objects, each document, or a ``List`` of them."""

    name: ClassVar[str] = "kubernetes"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.yaml``, ``.yml`` and ``.json`` whose first lines
        name an ``apiVersion`` and a ``kind``."""
        lower = path.lower()
        if lower.endswith(".json"):
            return all(pattern.search(head) for pattern in JSON_OBJECT)
        return lower.endswith((".yaml", ".yml")) and all(pattern.search(head) for pattern in OBJECT)

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf of every document; the second and further ones have the section ``document 2`` and so on.

        Raises:
            FormatError: for bad syntax, and for templates: what they become depends on values that are not here.
        """
        is_template = HELM.search(text)
        if is_template:
            raise _template(text, is_template.start())
        reader = Json() if text.lstrip().startswith("{") and not ACTION.match(text.lstrip()) else Yaml()
        try:
            yield from reader.parse(text)
        except FormatError:
            action = ACTION.search(text)
            if action is None:
                raise
            raise _template(text, action.start()) from None


def _template(text: str, at: int) -> FormatError:
    return FormatError(TEMPLATE, text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1)
