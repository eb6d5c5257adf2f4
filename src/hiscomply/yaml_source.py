"""YAML documents that know where each of their values stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from hiscomply.errors import ConfigError, HiscomplyError, Place, nearest
from hiscomply.text_source import ErrorType, read_text
from hiscomply.yaml_bounds import find_excess

Path_ = tuple[str | int, ...]

_WANTED = {
    "dict": "映射(key: value)",
    "model": "映射(key: value)",
    "list": "列表",
    "tuple": "列表",
    "string": "文本",
    "int": "整数",
    "float": "数字",
    "bool": " true 或 false",
}
"""What a value is to be, by the first word of pydantic's type of error."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class _Mark:
    line: int
    column: int
    start: int
    end: int


@dataclass(slots=True)
class YamlDocument:
    """A parsed document.

    Attributes:
        value: plain dicts, lists, str, int, float, bool, None. Times stay text.
        name: how errors call the file.
    """

    name: str
    text: str
    value: Any
    marks: dict[Path_, _Mark] = field(default_factory=dict)
    key_marks: dict[Path_, _Mark] = field(default_factory=dict)
    parts: dict[Path_, tuple[YamlDocument, Path_]] = field(default_factory=dict)
    """Values that came from another document, with the path that they have there."""

    def place(self, path: Path_ = (), offset: int | None = None) -> Place:
        """Where the value at ``path`` stands, or the character ``offset`` inside a text value.

        A path that does not exist gives the place of its nearest existing parent.
        """
        foreign = self._foreign(path)
        if foreign is not None:
            return foreign[0].place(foreign[1], offset)
        while path and path not in self.marks:
            path = path[:-1]
        mark = self.marks.get(path)
        if mark is None:
            return Place(self.name, 1, 1)
        if offset is None:
            return Place(self.name, mark.line, mark.column)
        return self._place_inside(path, mark, offset)

    def key_place(self, path: Path_) -> Place:
        """Where the key that ends ``path`` stands."""
        foreign = self._foreign(path)
        if foreign is not None:
            return foreign[0].key_place(foreign[1])
        mark = self.key_marks.get(path)
        return Place(self.name, mark.line, mark.column) if mark else self.place(path)

    def _foreign(self, path: Path_) -> tuple[YamlDocument, Path_] | None:
        """The document that a value came from, and its path there, if that is another document."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.parts:
                document, base = self.parts[path[:length]]
                return document, base + path[length:]
        return None

    def _place_inside(self, path: Path_, mark: _Mark, offset: int) -> Place:
        """Counts characters that are not white space, which folding and indenting never change."""
        value = self.value
        for part in path:
            value = value[part]
        solid = sum(1 for character in str(value)[:offset] if not character.isspace())
        position = mark.start
        raw = self.text
        if position < mark.end and raw[position] in "|>":
            position = raw.find("\n", position) + 1
        elif position < mark.end and raw[position] in "'\"":
            position += 1
        while position < mark.end and (raw[position].isspace() or solid):
            solid -= 0 if raw[position].isspace() else 1
            position += 1
        line = raw.count("\n", 0, position) + 1
        column = position - (raw.rfind("\n", 0, position) + 1) + 1
        return Place(self.name, line, column)


def load_yaml(file: Path, name: str | None = None, error_type: ErrorType = ConfigError) -> YamlDocument:
    """Reads and parses one YAML file.

    Raises:
        error_type: unreadable, not UTF-8, too large, malformed, duplicate keys, too deep, or it
            expands to too many values (a YAML bomb).
    """
    label = name or str(file)
    return parse_yaml(read_text(file, label, error_type), label, error_type)


def _endless(name: str, mark: yaml.Mark, error_type: ErrorType) -> HiscomplyError:
    return error_type(
        "the document expands without end (too many or too deep values) / 文档展开后过大或过深",
        place=Place(name, mark.line + 1, mark.column + 1),
        hint="remove repeated aliases and deep nesting / 请删除重复的别名引用与过深的嵌套",
    )


def parse_yaml(text: str, name: str, error_type: ErrorType = ConfigError) -> YamlDocument:
    """Parses YAML text; see ``load_yaml``."""
    try:
        excess = find_excess(text, _Loader)
        if excess is not None:
            raise _endless(name, excess, error_type)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # PyYAML >= 6.0.4 stops at a depth of its own, before ours is reached
        if mark and "nesting depth" in str(getattr(error, "problem", "")):
            raise _endless(name, mark, error_type) from error
        raise error_type(
            f"not valid YAML: {getattr(error, 'problem', None) or error} / 不是有效的 YAML",
            place=Place(name, mark.line + 1, mark.column + 1) if mark else Place(name),
            hint="often a missing quote, a tab, or indentation / 常见原因:缺少引号、制表符或缩进错误",
        ) from error
    document = YamlDocument(name=name, text=text, value=None)
    if root is not None:
        document.value = _Builder(document, error_type).build(root, ())
    return document


class _Builder:
    """Turns composed nodes into plain values, noting marks, within bounds."""

    def __init__(self, document: YamlDocument, error_type: ErrorType) -> None:
        self._document = document
        self._error_type = error_type
        self._constructor = _Loader("")

    def build(self, node: Any, path: Path_) -> Any:
        """The node as a plain value."""
        start, end = node.start_mark, node.end_mark
        self._document.marks[path] = _Mark(start.line + 1, start.column + 1, start.index, end.index)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, number)) for number, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: Any, path: Path_) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._error_type("a key must be a word / 键必须是单个词", place=self._place(key_node))
            key = self._scalar(key_node)
            if key in result:
                raise self._error_type(f"key {key!r} is given twice / 键重复", place=self._place(key_node))
            child = (*path, key)
            mark = key_node.start_mark
            self._document.key_marks[child] = _Mark(
                mark.line + 1, mark.column + 1, mark.index, key_node.end_mark.index
            )
            result[key] = self.build(value_node, child)
        return result

    def _scalar(self, node: Any) -> Any:
        tag = node.tag.rpartition(":")[2]
        try:
            match tag:
                case "null":
                    return None
                case "bool":
                    return self._constructor.construct_yaml_bool(node)
                case "int":
                    return self._constructor.construct_yaml_int(node)
                case "float":
                    return self._constructor.construct_yaml_float(node)
                case "str" | "timestamp" | "value" | "merge":
                    return node.value
        except ValueError as error:
            raise self._error_type(
                "this looks like a number and is none / 形似数字但不是数字",
                place=self._place(node),
                hint="text goes in quotes / 文本请加引号",
            ) from error
        # Not which: it may be a password that begins so.
        raise self._error_type(
            "a tag (a word that begins with !) is not allowed / 不允许使用标签(以 ! 开头的词)",
            place=self._place(node),
            hint="text that begins with ! goes in quotes / 以 ! 开头的文本请加引号",
        )

    def _place(self, node: Any) -> Place:
        return Place(self._document.name, node.start_mark.line + 1, node.start_mark.column + 1)


def validate(model: Any, document: YamlDocument, error_type: ErrorType) -> Any:
    """The document as an instance of a pydantic model.

    Raises:
        Problems: every mismatch, each with its place and, for an unknown key, the nearest known one.
    """
    from pydantic import ValidationError

    from hiscomply.errors import Problems

    try:
        return model.model_validate(document.value if document.value is not None else {})
    except ValidationError as error:
        problems = [_problem(item, model, document, error_type) for item in error.errors()]
        raise Problems(problems) if len(problems) > 1 else problems[0] from None


def _problem(item: Any, model: Any, document: YamlDocument, error_type: ErrorType) -> HiscomplyError:
    path = tuple(part for part in item["loc"] if (isinstance(part, str | int)))
    trail = ".".join(str(part) for part in path)
    if item["type"] == "extra_forbidden":
        known = _known_keys(_model_at(model, path[:-1]))
        return error_type(
            f"unknown key {path[-1]!r} / 未知的键",
            place=document.key_place(path),
            hint=nearest(str(path[-1]), known) or "known / 可用: " + ", ".join(sorted(known)),
        )
    place, hint = document.place(path), _about(model, path)
    if item["type"] == "missing":
        return error_type(f"key {trail!r} is missing / 缺少必填的键", place=place, hint=hint)
    return error_type(f"{trail}: {item['msg']} / {_wanted(item)}", place=place, hint=hint)


def _about(model: Any, path: Path_) -> str:
    """What a key means, in both languages: a module ``document`` has its texts beside it, and no run needs them."""
    import importlib

    owner = _model_at(model, path[:-1])
    if not path or not getattr(owner, "__module__", "").endswith(".document"):
        return ""
    texts = importlib.import_module(f"{owner.__module__}_texts").TEXTS
    text = texts[owner.__name__].get(path[-1])
    return f"{text.en} / {text.zh}" if text else ""


def _wanted(item: Any) -> str:
    """What pydantic says in English, in Chinese."""
    sort, given = str(item["type"]), item.get("ctx", {})
    if sort == "literal_error":
        return f"应为 {str(given['expected']).replace(' or ', ' 或 ')}"
    if sort == "string_pattern_mismatch":
        return f"应符合 {given['pattern']}"
    wanted = _WANTED.get(sort.split("_", maxsplit=1)[0])
    return f"应为{wanted}" if wanted and sort.endswith(("_type", "_parsing")) else "值不正确"


def _known_keys(model: Any) -> list[str]:
    """Its keys as they are written."""
    return [info.alias or name for name, info in getattr(model, "model_fields", {}).items()]


def _model_at(model: Any, path: Path_) -> Any:
    """The (nested) model at a path, as far as types tell; something else where there is none."""
    import types
    import typing

    current: Any = model
    for part in path:
        field_info = getattr(current, "model_fields", {}).get(part)
        annotation = field_info.annotation if field_info else None
        if annotation is None and typing.get_args(current):
            annotation = typing.get_args(current)[-1]
        while typing.get_origin(annotation) in (list, dict, tuple, typing.Union, types.UnionType):
            arguments = [one for one in typing.get_args(annotation) if one not in (type(None), Ellipsis)]
            if typing.get_origin(annotation) in (dict, list, tuple):
                break
            annotation = next((one for one in arguments if hasattr(one, "model_fields")), arguments[0])
        current = annotation
        if typing.get_origin(current) in (dict, list, tuple) and not isinstance(part, int):
            continue
    return current
