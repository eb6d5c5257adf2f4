"""The JSON Schema of a target's options: what is offered, and refused before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import means
from hiscomply_tables.numbers import UNITS

_TEXTS: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_REFERENCE: Final = {
    "anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}, _TEXTS],
    **means(
        "表头、可接受的表头列表，或从 1 起的列号", "Header, list of accepted headers, or column number from 1"
    ),
}
_FORMATS: Final = {
    "anyOf": [{"type": "string", "minLength": 1}, _TEXTS],
    **means(
        "日期和时间的写法：auto（默认）、excel、excel-1904、unix、unix-ms 或 strptime 格式，一个或列表。"
        "时长字段写 h:mm 或 m:ss。",
        "How dates and times are written: auto (default), excel, excel-1904, unix, unix-ms or a strptime "
        "format, one or a list. For durations h:mm or m:ss.",
    ),
}
_EMPTY: Final = {"type": "array", "items": {"type": "string"}}

_COLUMN: Final = {
    **means(
        "此字段取自哪一列：表头、可接受的表头列表、从 1 起的列号，或写明 column 或 value 的映射。",
        "Column that this field is taken from: a header, a list of accepted headers, a number from 1, or "
        "a mapping with column or value.",
    ),
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "integer", "minimum": 1},
        _TEXTS,
        {
            "type": "object",
            "additionalProperties": False,
            "oneOf": [{"required": ["column"]}, {"required": ["value"]}],
            "properties": {
                "column": _REFERENCE,
                "value": means("每一行都相同的固定值", "A constant for every row"),
                "values": {
                    "type": "object",
                    "minProperties": 1,
                    **means(
                        "导出中的词：字段的值。文本、列表和枚举字段中，既不在其中、"
                        "也不是字段自身取值的词使该行被拒绝。yes、on 之类的键须加引号。",
                        "Word of the export: value of the field. For text, lists and enums a word that "
                        "is neither in it nor a value of the field itself rejects the row. Quote keys "
                        "such as yes and on.",
                    ),
                },
                "other": means(
                    "values 中没有、字段也不认识的词所代表的值；不写则该行被拒绝。",
                    "What a word stands for that is not in values and that the field does not know; "
                    "without it the row is rejected.",
                ),
                "when_empty": means(
                    "空单元格所代表的值；不写则为已知没有（字段允许时），否则为未知。",
                    "What an empty cell stands for; without it known to be none where the field allows "
                    "that, else not known.",
                ),
                "empty_values": {
                    **_EMPTY,
                    **means(
                        "此列中表示没有内容的写法，代替目标的 empty_values。",
                        "What an empty cell of this column looks like, in place of the target's "
                        "empty_values.",
                    ),
                },
                "format": _FORMATS,
                "unit": {
                    "enum": list(UNITS),
                    **means(
                        "不带单位的数字以什么计，并换算成字段的单位；kb 至 tb 各为 1024 倍。",
                        "What a number without a unit counts; it is converted to the unit of the field. "
                        "kb to tb are 1024 each.",
                    ),
                },
                "separator": {
                    "type": "string",
                    "minLength": 1,
                    **means(
                        "列表字段：元素之间的分隔符；不写则为顿号、逗号、分号（含全角）和换行中的任一个。",
                        "Lists: what separates elements; without it any of 、 , ; (full width too) and "
                        "line breaks.",
                    ),
                },
                "optional": {
                    "type": "boolean",
                    **means(
                        "true：文件中可以没有此表头，字段随之未知。默认 false：没有即采集失败。",
                        "true: the header may be missing from the file; the field is then not known. "
                        "Default false: without it the collection fails.",
                    ),
                },
                "digest": {
                    "type": "boolean",
                    **means(
                        "true：只保存文本的带密钥摘要，不保存原文；用于工号之类。默认 false，"
                        "仅用于文本字段。",
                        "true: keep a keyed digest of the text and never the text itself, as for staff "
                        "numbers. Default false; text fields only.",
                    ),
                },
            },
        },
    ],
}

_CONDITION: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["column"],
    "oneOf": [{"required": ["in"]}, {"required": ["not_in"]}],
    "properties": {
        "column": _REFERENCE,
        "in": {
            "type": "array",
            "minItems": 1,
            **means(
                "只取此列为其中之一的行；按文本比较。",
                "Only rows with one of these in the column; compared as text.",
            ),
        },
        "not_in": {
            "type": "array",
            "minItems": 1,
            **means(
                "略过此列为其中之一的行；按文本比较。",
                "Pass over rows with one of these in the column; compared as text.",
            ),
        },
    },
}


def _one(key: str, value: Mapping[str, Any], **more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key],
        "properties": {key: value, **more},
    }


OPTIONS_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["path", "kind", "columns"],
    "properties": {
        "path": {
            "type": "string",
            "minLength": 1,
            **means("文件或其通配符，从项目文件夹算起", "File or glob, from the project folder"),
        },
        "kind": {
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]*$",
            **means(
                "每一行的证据类型，如 asset、person；`hiscomply evidence list` 列出全部类型。",
                "Kind of evidence of every row, such as asset or person; `hiscomply evidence list` lists "
                "all kinds.",
            ),
        },
        "format": {
            "enum": ["auto", "csv", "tsv", "xlsx", "json", "jsonl"],
            **means(
                "文件的格式；不写即 auto，按内容和文件名判断。",
                "Format of the file; auto without it, which goes by content and file name.",
            ),
        },
        "sheet": {
            "anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}],
            **means(
                "Excel：工作表的名称、从 1 起的序号，或以 * 表示全部非空的工作表；不写则为第 1 张。",
                "Excel: the sheet by name, by number from 1, or * for all that are not blank; the first "
                "without it.",
            ),
        },
        "header_row": {
            "type": "integer",
            "minimum": 0,
            **means("0：文件没有表头", "0: the file has no headers"),
        },
        "encoding": {
            "type": "string",
            "minLength": 1,
            **means(
                "CSV、JSON：Python 的编码名称；不写即 auto，依次试字节序标记、UTF-8、GB18030。",
                "CSV, JSON: name of a Python codec; auto without it: by byte order mark, else UTF-8, "
                "else GB18030.",
            ),
        },
        "delimiter": {
            "type": "string",
            "pattern": "^(auto|.|\\t)$",
            **means(
                "CSV：分隔列的一个字符；不写即 auto，取逗号、分号、制表符、竖线中能找到表头的那一个；TSV "
                "为制表符。",
                "CSV: the character between columns; auto without it: the one of comma, semicolon, tab "
                "and bar with which the headers are found. For TSV a tab.",
            ),
        },
        "records": {
            "type": "string",
            "pattern": "^(/.*)?$",
            **means("指向行数组的 JSON 指针", "JSON pointer to the array of rows"),
        },
        "observed_at": {
            "anyOf": [
                # A YAML date arrives as a date, which is no JSON type; the collector reads it either way.
                {"not": {"type": ["object", "array", "boolean", "number", "null"]}},
                _one("column", _REFERENCE, format=_FORMATS),
                _one(
                    "cell",
                    {
                        "type": "string",
                        "pattern": "^[A-Za-z]{1,3}[1-9][0-9]*$",
                        **means(
                            "写有时间的单元格，如 B1；CSV 按列和行号计。",
                            "Cell that holds the time, such as B1; in CSV by column and line.",
                        ),
                    },
                    match={
                        "type": "string",
                        **means(
                            "正则表达式，从单元格的文本中取出时间：第一个分组，没有分组则为相符的全部。",
                            "Regular expression that cuts the time out of the text of the cell: its "
                            "first group, or all that fits where it has none.",
                        ),
                    },
                ),
                _one(
                    "filename",
                    {
                        "type": "string",
                        "minLength": 1,
                        **means(
                            "正则表达式，在文件名中查找；取其第一个分组，没有分组则取相符的全部。",
                            "Regular expression, searched in the name of the file; its first group "
                            "counts, or all that fits where it has none.",
                        ),
                    },
                ),
            ],
            **means(
                "导出的时间：写日期或时间，或说明它在哪里（column 列、cell 单元格、filename 文件名）；"
                "不写则为文件的修改时间。",
                "When the export was made: a date or time, or where it stands (column, cell or "
                "filename); the file's own time without it.",
            ),
        },
        "empty_values": {
            **_EMPTY,
            **means(
                "表示没有内容的写法；默认为空、-、--、—、——、/、N/A、无。",
                "What an empty cell looks like; default: nothing, -, --, —, ——, /, N/A, '无'.",
            ),
        },
        "skip_rows": {
            "type": "string",
            "minLength": 1,
            **means(
                "正则表达式，在一行的第一个非空单元格中查找；相符的行略过并计数，如合计行和表注。",
                "Regular expression, searched in the first cell of a row that is not empty; rows that "
                "match are passed over and counted: totals, notes.",
            ),
        },
        "where": {
            "anyOf": [_CONDITION, {"type": "array", "items": _CONDITION, "minItems": 1}],
            **means(
                "采用哪些行：一个条件，或须全部成立的条件列表；不写则采用所有行。",
                "Which rows count: a condition, or a list of conditions that must all hold; all rows "
                "without it.",
            ),
        },
        "allow_empty": {
            "type": "boolean",
            **means(
                "true：一行也没有也算答案。默认 false：没有行即采集失败，因为空的导出证明不了什么。",
                "true: no row at all is an answer. Default false: it fails the collection, since an "
                "empty export proves nothing.",
            ),
        },
        "columns": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": _COLUMN,
            **means(
                "证据字段：文件的列；须含该类型的主键字段，没有写的字段为未知。",
                "Field of the evidence: column of the file; the key fields of the kind must be there, "
                "and fields left out are not known.",
            ),
        },
    },
}
