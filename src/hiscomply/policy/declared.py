"""A policy's parameters as it declares them: defaults by profile, bounds, source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiscomply.errors import nearest
from hiscomply.model import Source, Text
from hiscomply.parameters import PROFILES, ParameterSpec, bindings, key_text, keyed_rows
from hiscomply.policy.document import ParameterDocument, SourceDocument
from hiscomply.policy.draft import Draft
from hiscomply.policy.expression import is_plain_word
from hiscomply.yaml_source import Path_

_KEY_TYPES: Mapping[str, type] = {"integer": int, "text": str, "boolean": bool}


def parameter_spec(draft: Draft, name: str, document: ParameterDocument) -> ParameterSpec:
    """One parameter as plain data.

    Raises:
        PolicyError: its name is a word of SQL, or a default, bound or key is not of its type.
    """
    path: Path_ = ("parameters", name)
    if not is_plain_word(name):
        raise draft.error(
            path, f"{name!r} is a word of SQL, choose another name / 该名称是 SQL 关键字,请换一个名称"
        )
    defaults = _by_profile(document.default)
    if "tertiary" not in defaults:
        raise draft.error(
            (*path, "default"), "a default for the profile tertiary is missing / 缺少 tertiary 默认值"
        )
    if document.type in ("duration", "number", "integer", "percent") and document.tighter is None:
        raise draft.error(path, "say which direction asks more: tighter: lower or higher / 请注明 tighter")
    spec = ParameterSpec(
        name=name,
        type=document.type,
        keys=tuple(document.key),
        defaults=defaults,
        minimum=document.min,
        maximum=document.max,
        tighter=document.tighter,
        source=_source(document.source),
        title=Text(zh=document.title.zh, en=document.title.en) if document.title else None,
        place=str(draft.yaml.place(path)),
        unit=document.unit,
        key_sources={key_text((key,)): _source(one) for key, one in document.sources.items()},
    )
    keys = {key_text(one) for one in spec.all_keys()} if spec.key_sources and spec.keys else set()
    for key in spec.key_sources:
        if key not in keys:
            what = f"{key!r} is no key of {name} / 不是该参数的键"
            raise draft.error((*path, "sources"), what, nearest(key, keys))
    for profile in defaults:
        try:
            _check_keys(spec, defaults[profile])
            bindings(spec, defaults[profile])
        except ValueError as error:
            raise draft.error((*path, "default", profile), f"{error} / 默认值不正确") from error
    return spec


def _check_keys(spec: ParameterSpec, written: Any) -> None:
    for key in keyed_rows(written) if spec.keys else ():
        if [type(part) for part in key] != [_KEY_TYPES[type_] for type_ in spec.keys]:
            raise ValueError(f"the key {'/'.join(map(str, key))} is not of the types {', '.join(spec.keys)}")


def _by_profile(default: Any) -> dict[str, Any]:
    if isinstance(default, dict) and default and set(default) <= set(PROFILES):
        return dict(default)
    return {"tertiary": default}


def _source(document: SourceDocument) -> Source:
    ref = document.ref
    return Source(document.id, Text(ref.zh, ref.en) if ref else Text("", ""), document.strength)
