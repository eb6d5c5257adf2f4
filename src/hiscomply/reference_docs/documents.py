"""The documents that people write: their JSON Schemas, from the pydantic models, and ``documents.md``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from hiscomply.config import document_texts as project_texts
from hiscomply.config.document import ProjectDocument, WaiversDocument
from hiscomply.model import Text
from hiscomply.policy import document_texts as policy_texts
from hiscomply.policy.document import CasesDocument, PolicyDocument
from hiscomply.policy_mutants.explanations import MutantsDocument
from hiscomply.reference_docs.collectors import options_table
from hiscomply.reference_docs.options import Schema
from hiscomply.reference_docs.tables import page

MODELS: dict[str, type[BaseModel]] = {
    "project": ProjectDocument,
    "policy": PolicyDocument,
    "cases": CasesDocument,
    "mutants": MutantsDocument,
    "waivers": WaiversDocument,
}
_FILES: Final = {
    "project": "hiscomply.yaml",
    "waivers": "waivers.yaml",
    "policy": "policy.yaml",
    "cases": "cases.yaml",
    "mutants": "mutants.yaml",
}
_TEXTS: Final = {**project_texts.TEXTS, **policy_texts.TEXTS}
_TITLE = Text("由人编写的文件", "Documents that people write")
_INTRO = """\
Editors can use the JSON Schemas in `schemas/`, which say the same. 编辑器可使用 `schemas/` 中的 JSON Schema，内容相同。
Guides 指南: [audit](../guides/audit-your-hospital.md) [审计](../guides/audit-your-hospital.zh.md) ·
[policies](../guides/write-a-policy.md) [策略](../guides/write-a-policy.zh.md) · [policy language](../policy-language.md).

`a?` optional 可选 · `T[]` list of T 列表 · `A | B` either 任一 · `{a, b?}` mapping 映射 ·
`*` any name 任意名称 · `/…/` pattern 正则."""


def document_schema(name: str) -> str:
    """The schema of one document, as JSON text. What a key means stands there by language, and in both for editors."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://hiscomply.example/schemas/{name}.schema.json",
        "$comment": "Made by python -m hiscomply.reference_docs from the pydantic models; do not edit.",
    }
    schema |= _explained(name)
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def documents_page() -> str:
    """The whole page."""
    parts = []
    for name, file in _FILES.items():
        parts += [f"## {file}", options_table(document_options(name))]
    return page(_TITLE, _INTRO, *parts)


def document_options(name: str) -> Schema:
    """The schema of one document as a collector has it: without references, and without what pydantic says of null."""
    schema = _explained(name)
    return _plain(schema, schema.get("$defs", {}))


def _explained(name: str) -> dict[str, Any]:
    schema = MODELS[name].model_json_schema(by_alias=True)
    for one in (schema, *schema.get("$defs", {}).values()):
        texts = _TEXTS[one["title"]]
        for path, part in _parts(one):
            if text := texts.get(path):
                part["x-description"] = {"zh": text.zh, "en": text.en}
                part["description"] = f"{text.en} / {text.zh}"
    return schema


def _parts(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The keys of a model by name, and ``name.*`` for what stands under any key of a mapping."""
    for name, one in schema.get("properties", {}).items():
        yield name, one
        yield from _parts(one, f"{name}.")
    others = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
    yield from ((f"{path}*", one) for one in others if isinstance(one, dict))


def _plain(schema: Schema, models: Mapping[str, Schema]) -> Schema:
    if "$ref" in schema:
        schema = {**models[schema["$ref"].rpartition("/")[2]], **schema}
    plain: dict[str, Any] = {key: one for key, one in schema.items() if key not in ("$ref", "$defs", "title")}
    if plain.get("default", True) in (None, [], {}):
        del plain["default"]
    for key in ("properties", "patternProperties"):
        if key in plain:
            plain[key] = {name: _plain(one, models) for name, one in plain[key].items()}
    if "patternProperties" in plain:
        (plain["additionalProperties"],) = plain.pop("patternProperties").values()
    for key in ("items", "additionalProperties"):
        if isinstance(plain.get(key), Mapping):
            plain[key] = _plain(plain[key], models)
    choices = [_plain(one, models) for one in plain.pop("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        return {**choices[0], **plain}
    return {**plain, "anyOf": choices} if choices else plain
