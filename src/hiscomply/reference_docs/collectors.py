"""``collectors.md``: every collector that ships, with its options, from its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hiscomply.hookspecs import Collector
from hiscomply.model import Text
from hiscomply.reference_docs.tables import both, code, page, table

_TITLE = Text("采集器", "Collectors")
_INTRO = """\
A target in `hiscomply.yaml` names a `collector`, a `name`, a `timeout` (default `120 seconds`), and the options below.
`hiscomply collector show NAME` prints the whole schema. 目标除下列选项外还有 `collector`、`name` 和 `timeout`。"""


def collectors_page(collectors: Mapping[str, Collector]) -> str:
    """The whole page."""
    parts = [part for name in sorted(collectors) for part in _collector(collectors[name])]
    return page(_TITLE, _INTRO, *parts)


def _collector(collector: Collector) -> Iterator[str]:
    schema = collector.options_schema
    package = type(collector).__module__.partition(".")[0]
    yield f"## {collector.name}"
    yield f"**{both(collector.summary)}** ([README](../../collectors/{package}/README.md))"
    required = set(schema.get("required", ()))
    rows = [
        (code(name), _values(one), "yes" if name in required else "", one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]
    yield table(("option", "values", "required", "meaning"), rows)


def _values(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(code(str(one)) for one in schema["enum"])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(_values(one) for one in schema[word]))
    if schema.get("type") == "array":
        return f"list of {_values(schema.get('items', {}))}"
    if schema.get("type") == "object" and "properties" in schema:
        return "mapping with " + ", ".join(code(name) for name in schema["properties"])
    return str(schema.get("type", "value"))
