"""What is wrong with an option of a target: where, which, and what is expected; never the value, which may be a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hiscomply.errors import ConfigError, nearest
from hiscomply.hookspecs import Collector
from hiscomply.option_texts import meaning
from hiscomply.yaml_source import Path_, YamlDocument

_TYPES: Final = {
    "string": "text / 文本",
    "integer": "a whole number / 整数",
    "number": "a number / 数字",
    "boolean": "true or/或 false",
    "array": "a list / 列表",
    "object": "a mapping / 映射(key: value)",
    "null": "nothing / 空",
}
_BOUNDS: Final = {
    "minimum": "at least / 不小于",
    "exclusiveMinimum": "more than / 大于",
    "maximum": "at most / 不大于",
    "exclusiveMaximum": "less than / 小于",
    "minItems": "number of entries at least / 条目数不少于",
    "maxItems": "number of entries at most / 条目数不多于",
    "minProperties": "number of keys at least / 键数不少于",
    "maxProperties": "number of keys at most / 键数不多于",
    "minLength": "number of characters at least / 字符数不少于",
    "maxLength": "number of characters at most / 字符数不多于",
}


def option_error(error: Any, collector: Collector, yaml: YamlDocument, path: Path_) -> ConfigError:
    """The error for a mismatch that jsonschema found.

    Args:
        error: its ``ValidationError``. Its message quotes values, so it is not used.
        path: where the target's options stand in the document.
    """
    error = _closest(error)
    where = (*path, *error.absolute_path)
    option = ".".join(map(str, error.absolute_path))
    named = f"{collector.name}: {option}" if option else collector.name
    if any(isinstance(part, Mapping) and part.get("x-secret") for part in _schemas_on(error, collector)):
        return ConfigError(
            f"{named}: a secret is never written into the project file / 密钥不得写入项目文件",
            place=yaml.place(where),
            hint="name where it is / 请写明其所在: {env: NAME}, {file: PATH} or/或 {command: [PROGRAM]}",
        )
    if error.validator == "additionalProperties":
        return _unknown(error, yaml, where)
    wants = f"expected / 应为: {expected(error)}"
    hint = (
        _about(error.schema)
        or f"`hiscomply collector show {collector.name}` lists the options / 可列出全部选项"
    )
    return ConfigError(f"{named}: {wants}", place=yaml.place(where), hint=hint)


def expected(error: Any) -> str:
    """What a mismatch asks for, from the schema alone."""
    wanted = error.validator_value
    match error.validator:
        case "type":
            return _type(wanted)
        case "enum":
            return "one of / 以下之一: " + ", ".join(map(str, wanted))
        case "const":
            return str(wanted)
        case "pattern":
            return f"text of the form / 符合格式 {wanted}"
        case "format":
            return f"a / 格式 {wanted}"
        case "uniqueItems":
            return "no entry twice / 条目不重复"
        case "required":
            missing = [name for name in wanted if name not in error.instance]
            return "also / 还需要 " + ", ".join(missing)
        case "dependentRequired":
            return _dependent(wanted, error.instance)
        case "oneOf" | "anyOf":
            return _alternatives(wanted, is_one=error.validator == "oneOf")
        case bound if bound in _BOUNDS:
            return f"{_BOUNDS[bound]} {wanted}"
        case _:
            return f"another form / 其他形式 ({error.validator})"


def _about(schema: Any) -> str:
    """What the option means, in both languages; once if its schema has one only."""
    about = meaning(schema if isinstance(schema, Mapping) else {})
    return about.en if about.zh == about.en else f"{about.en} / {about.zh}"


def _unknown(error: Any, yaml: YamlDocument, where: Path_) -> ConfigError:
    known = list(error.schema.get("properties", {}))
    unknown = next(key for key in error.instance if key not in known)
    return ConfigError(
        f"unknown option {unknown!r} / 未知的选项",
        place=yaml.key_place((*where, unknown)),
        hint=nearest(str(unknown), known) or "known / 可用: " + ", ".join(known),
    )


def _type(wanted: str | Sequence[str]) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    return ", ".join(_TYPES.get(name, name) for name in names)


def _dependent(wanted: Mapping[str, Sequence[str]], given: Mapping[str, Any]) -> str:
    name, missing = next(
        (name, [one for one in needed if one not in given])
        for name, needed in wanted.items()
        if name in given and not set(needed) <= set(given)
    )
    return f"with / 使用 {name!r} also / 还需要 {', '.join(missing)}"


def _alternatives(schemas: Sequence[Mapping[str, Any]], *, is_one: bool) -> str:
    """Which options, or which types, exclude or replace each other."""
    if all(set(one) == {"required"} for one in schemas):
        names = " | ".join(" + ".join(one["required"]) for one in schemas)
        return (f"exactly one of / 恰好一项: {names}") if is_one else (f"one of / 至少一项: {names}")
    return " | ".join(_type(one["type"]) if "type" in one else "another form / 其他形式" for one in schemas)


def _closest(error: Any) -> Any:
    """Of alternatives that differ by type, the mismatch inside the one of the value's own type."""
    branches: dict[Any, list[Any]] = {}
    for one in error.context or ():
        branches.setdefault(one.schema_path[0], []).append(one)
    fitting = [
        found
        for found in branches.values()
        if not any(one.validator in ("type", "not") and not one.path for one in found)
    ]
    if len(fitting) == 1 and len(branches) > 1:
        return _closest(fitting[0][0])
    return error


def _schemas_on(error: Any, collector: Collector) -> Iterator[Any]:
    """The schemas on the way to the one that an option does not fit, itself included."""
    at: Any = collector.options_schema
    for part in error.absolute_schema_path:
        yield at
        at = at[part]
