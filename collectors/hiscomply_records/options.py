"""The JSON Schema of a target's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import means

OPTIONS_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kinds"],
    "oneOf": [{"required": ["path"]}, {"required": ["command"]}],
    "properties": {
        "path": {
            "type": "string",
            "minLength": 1,
            **means(
                ".jsonl 文件或其通配符，从项目文件夹算起",
                "File or glob of .jsonl files, from the project folder",
            ),
        },
        "command": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"},
            **means(
                "程序及其参数；不经 shell；在项目文件夹中运行",
                "Program and arguments; no shell; runs in the project folder",
            ),
        },
        "kinds": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
            **means(
                "应给出的证据类型；其他类型的记录不予接受",
                "Evidence kinds that it must give; records of others are refused",
            ),
        },
        "env": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            **means(
                "除 PATH、HOME、LANG 外，传给程序的环境变量的名称",
                "Names of environment variables that the program gets besides PATH, HOME, LANG",
            ),
        },
        "observed_at": {
            "type": "string",
            "minLength": 10,
            **means(
                "没有 _observed_at 的记录于何时属实；默认为文件时间，或程序启动的时间",
                "When records without _observed_at were true; default: the file's time, or when the program "
                "was started",
            ),
        },
        "complete": {
            "enum": ["required", "optional"],
            **means(
                "是否必须有结束行；默认为 required（必须）",
                "Whether the end line must be there; default: required",
            ),
        },
    },
    "dependentRequired": {"env": ["command"]},
}
