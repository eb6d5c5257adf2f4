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
    own = dict(zip(OWN, own_of(asset, place), strict=True))
    return {**own, **effective_said(form, key, value, number)}


OWN = ("file", "asset_id")
"""The fields of ``effective_setting`` that tell assets apart."""


def own_of(asset: str, place: str) -> tuple[str, str]:
    """Their values."""
    return f"{asset}:{place}", asset


def effective_said(form: str, key: str, value: str | None, number: float | None = None) -> dict[str, Any]:
    """The other fields of ``effective_setting``, which many assets may have alike."""
    fields: dict[str, Any] = {
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
    }
    return fields if number is None else fields | {"number": number}
