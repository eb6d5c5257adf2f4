"""JSON Schemas of the documents that people write, from the pydantic models."""

from __future__ import annotations

import json

from pydantic import BaseModel

from hiscomply.config.document import ProjectDocument, WaiversDocument
from hiscomply.policy.document import CasesDocument, PolicyDocument

DOCUMENTS: dict[str, type[BaseModel]] = {
    "project": ProjectDocument,
    "policy": PolicyDocument,
    "cases": CasesDocument,
    "waivers": WaiversDocument,
}


def document_schemas() -> dict[str, str]:
    """File name to text."""
    made = {}
    for name, model in DOCUMENTS.items():
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **model.model_json_schema(by_alias=True),
            "title": name,
        }
        made[f"{name}.schema.json"] = json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    return made
