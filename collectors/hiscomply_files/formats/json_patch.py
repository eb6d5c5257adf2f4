"""JSON Patch documents (RFC 6902), in YAML or JSON, as kustomizations name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply_files.formats.json_comments import Json
from hiscomply_files.formats.yaml import Yaml

_OPERATION = re.compile(
    rb"""\A\s*(?:(?:\#[^\n]*|---[ \t]*)\n\s*)*
    (?:-\s+\{?|\[\s*\{)\s*["']?(?:op|path|value|from)["']?\s*:""",
    re.X,
)
_IS_OPERATION = re.compile(rb"""["']?op["']?\s*:\s*["']?(?:add|replace|remove|move|copy|test)\b""")


class JsonPatch:
    """A list of operations, each with its path."""

    name: ClassVar[str] = "json_patch"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.yaml``, ``.yml`` and ``.json`` that begin with an operation in a list."""
        is_named = path.lower().endswith((".yaml", ".yml", ".json"))
        return is_named and bool(_OPERATION.match(head) and _IS_OPERATION.search(head))

    def parse(self, text: str) -> Iterator[Setting]:
        """Every leaf: ``[0].op``, ``[0].path``, ``[0].value`` and what is below it.

        Raises:
            FormatError: for bad syntax.
        """
        reader = Json() if text.lstrip().startswith("[") else Yaml()
        yield from reader.parse(text)
