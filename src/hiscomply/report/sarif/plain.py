"""sarif-om objects to plain dictionaries with SARIF's property names."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import attr

_RENAMED: Final = {("Suppression", "state"): "status"}
"""sarif-om 1.0.4 follows a draft here; the schema of the standard says ``status``."""


def to_plain(item: Any) -> Any:
    """The object as dictionaries, lists and scalars; absent properties (None, index -1) are left out."""
    cls: Any = type(item)
    if attr.has(cls):
        pairs = ((name, getattr(item, field), default) for field, name, default in _fields(cls))
        return {name: to_plain(value) for name, value, default in pairs if _is_given(value, default)}
    if isinstance(item, dict):
        return {key: to_plain(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [to_plain(value) for value in item]
    return item


def _is_given(value: Any, default: Any) -> bool:
    is_absent_number = default in (-1, -1.0) and value == default
    return value is not None and not is_absent_number


@cache
def _fields(cls: type) -> tuple[tuple[str, str, Any], ...]:
    return tuple(
        (
            field.name,
            _RENAMED.get((cls.__name__, field.name), field.metadata["schema_property_name"]),
            None if isinstance(field.default, attr.Factory) else field.default,  # type: ignore[arg-type]  # a class at run time
        )
        for field in attr.fields(cls)
    )
