"""What the options of a collector mean, in the reader's language.

A schema says it as the evidence schemas do, ``"x-description": {"zh": …, "en": …}``. One with JSON Schema's own
``description`` alone, as a plugin may have it, says the same in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiscomply.model import Text

_BOTH = "x-description"


def meaning(schema: Mapping[str, Any]) -> Text:
    """What an option means; empty if its schema does not say."""
    plain = str(schema.get("description", ""))
    given = schema.get(_BOTH, {})
    return Text(given.get("zh", plain), given.get("en", plain))


def in_language(schema: Any, language: str | None) -> Any:
    """The schema, and all inside it, with ``description`` in ``language`` in place of both; None for neither."""
    if isinstance(schema, list | tuple):
        return [in_language(one, language) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    told = {key: in_language(one, language) for key, one in schema.items() if key != _BOTH}
    if language is not None and _BOTH in schema:
        told["description"] = meaning(schema).to(language)
    return told
