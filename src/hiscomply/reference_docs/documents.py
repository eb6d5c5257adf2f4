"""The JSON Schemas of the documents that people write, from the pydantic models."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from hiscomply.config.document import ProjectDocument, WaiversDocument
from hiscomply.policy.document import CasesDocument, PolicyDocument
from hiscomply.policy_mutants.explanations import MutantsDocument

MODELS: dict[str, type[BaseModel]] = {
    "project": ProjectDocument,
    "policy": PolicyDocument,
    "cases": CasesDocument,
    "mutants": MutantsDocument,
    "waivers": WaiversDocument,
}


def document_schema(name: str) -> str:
    """The schema of one document, as JSON text."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://hiscomply.example/schemas/{name}.schema.json",
        "$comment": "Made by python -m hiscomply.reference_docs from the pydantic models; do not edit.",
    }
    schema |= MODELS[name].model_json_schema(by_alias=True)
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
