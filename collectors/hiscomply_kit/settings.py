"""The fields of a setting that is in effect, as a system told it (format ``…_effective``)."""

from __future__ import annotations

from typing import Any


def effective_setting(
    asset: str, place: str, form: str, key: str, value: str | None, number: float | None = None
) -> dict[str, Any]:
    """The fields of one ``setting`` that nothing overrides; a caller that knows more overrides them.

    Args:
        asset: id of the asset. The natural key of a setting has no asset, so the file carries it.
        place: file or address that it is of.
        value: None for a key without value.
        number: the value as a number, where it is one.
    """
    fields: dict[str, Any] = {
        "file": f"{asset}:{place}",
        "format": form,
        "key": key,
        "occurrence": 1,
        "value": value,
        "value_empty": not value,
        "value_length": len(value or ""),
        "is_secret": False,
        "is_placeholder": False,
        "parent": key.rpartition(".")[0] or None,
        "is_effective": True,
        "section": None,
        "asset_id": asset,
    }
    return fields if number is None else fields | {"number": number}
