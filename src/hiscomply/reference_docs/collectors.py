"""``collectors.md``: every collector that ships, with its options, from its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from hiscomply.hookspecs import Collector
from hiscomply.model import Text
from hiscomply.option_texts import meaning
from hiscomply.reference_docs.options import Schema, option_rows, shape
from hiscomply.reference_docs.tables import both, page, table
from hiscomply.reference_docs.text import Markup, code, escape

_TITLE = Text("采集器", "Collectors")
_INTRO = """\
A target in `hiscomply.yaml` names a `collector`, a `name`, a `timeout` (default `120 seconds`), and the options below.
`hiscomply collector show NAME` prints the whole schema. 目标除下列选项外还有 `collector`、`name` 和 `timeout`。

`a?` optional 可选 · `T[]` list of T 列表 · `A | B` either 任一 · `{a, b?}` mapping 映射 ·
`*` any name 任意名称 · `/…/` pattern 正则."""
_HEADER = ("option 选项", "values 取值", "required 必填", "default 默认值", "含义", "meaning")
_IN_TABLE = frozenset({"type", "properties", "required", "additionalProperties", "$schema", "$id", "title"})


def collectors_page(collectors: Mapping[str, Collector]) -> str:
    """The whole page."""
    parts = [part for name in sorted(collectors) for part in _collector(collectors[name])]
    return page(_TITLE, _INTRO, *parts)


def _collector(collector: Collector) -> Iterator[str]:
    schema = collector.options_schema
    package = type(collector).__module__.partition(".")[0]
    yield f"## {collector.name}"
    readme = f"../../collectors/{package}/README"
    yield f"**{escape(both(collector.summary))}** ([README]({readme}.md) · [中文]({readme}.zh.md))"
    yield options_table(schema)
    if schema.get("additionalProperties", True) is False:
        yield "Other options are refused. 不接受其他选项。"
    rules = {name: value for name, value in schema.items() if name not in _IN_TABLE}
    if rules:
        written = json.dumps(rules, ensure_ascii=False, sort_keys=True)
        yield f"Rule over all options 选项之间的规则: {code(written)}"


def options_table(schema: Schema) -> Markup:
    """A row for each option of a schema, with what it means in both languages."""
    rows = [_row(name, is_required, one) for name, (is_required, one) in option_rows(schema).items()]
    return table(_HEADER, rows)


def _row(name: str, is_required: bool, schema: Schema) -> tuple[object, ...]:
    default = json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else ""
    told = meaning(schema)
    zh = "" if told.zh == told.en else told.zh
    return code(name), code(shape(schema)), "yes 是" if is_required else "", code(default), zh, told.en
