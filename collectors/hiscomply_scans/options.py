"""The JSON Schema of a target's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import TEXT, means, options_schema

KINDS: Final = ("vuln", "config_result", "scan")
FILE_TIME: Final = "file time"

OPTIONS_SCHEMA: Final[Mapping[str, Any]] = options_schema(
    {
        "path": {
            **TEXT,
            **means(
                "结果文件或其通配符，从项目文件夹算起。", "Result file or glob, from the project folder."
            ),
        },
        "kinds": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": list(KINDS)},
            **means(
                "文件应给出哪些证据；其中的其他内容不生成记录。",
                "What the files are to give; of anything else that stands in them no record is made.",
            ),
        },
        "asset_id": {
            **TEXT,
            **means(
                "被扫描的资产；用于只涉及一台设备的文件，或格式中不写设备的文件。",
                "The asset that was scanned, for files about one system (or whose format names none).",
            ),
        },
        "assets": {
            "type": "object",
            "additionalProperties": {
                **TEXT,
                **means(
                    "以此名称或地址扫描的资产在资产清单中的编号。",
                    "Id in the asset register of the asset that was scanned by this name or address.",
                ),
            },
            **means(
                "按扫描工具使用的名称或地址列出资产编号；其余的保持原样。",
                "Asset ids by the name or address that the scanner uses; others keep theirs.",
            ),
        },
        "scan_type": {
            "enum": ["internal", "external", "web"],
            **means(
                "扫描工具所处的位置，任何格式都不写明。不写则扫描类型为未知。",
                "Where the scanner stood, which no format says. Without it the type is not known.",
            ),
        },
        "observed_at": {
            **TEXT,
            **means(
                "ISO 8601 时间，或以 'file time' 表示文件的修改时间：仅用于文件自身不写明扫描时间时。",
                "ISO 8601, or 'file time' for the file's time of change: only used where the file itself does "
                "not say when the scan was made.",
            ),
        },
    },
    required=("path", "kinds"),
)
