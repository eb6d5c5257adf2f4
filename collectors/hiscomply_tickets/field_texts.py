"""What the fields of a queue mean, as the evidence kinds say it, and how a written value is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from hiscomply.model import Text
from hiscomply.paths import schemas_dir
from hiscomply_kit.options import Schema, means
from hiscomply_tickets.values import CHOICES, DATES, FREE_TEXT, NUMBERS, PEOPLE, SWITCHES, TIMES

RECORDS: Final = ("ticket", "change", "alert")
_READ: Final[Mapping[frozenset[str], Text]] = {
    FREE_TEXT: Text("只记是否填写，不取内容", "only whether it is filled in is kept, never the text"),
    PEOPLE: Text("人员姓名或账户，不超过 40 个字符", "name or login of a person, 40 characters at most"),
    TIMES: Text(
        "ISO 8601 时间，不带时区则按项目的时区", "ISO 8601 time, in the project's zone if it names none"
    ),
    DATES: Text("ISO 8601 日期", "ISO 8601 date"),
    NUMBERS: Text("数字", "a number"),
    SWITCHES: Text("是、true、yes、1 或否、false、no、0", "true, yes, 1, '是' or false, no, 0, '否'"),
}
_REFERENCE: Final = Text("编号或短词，不超过 40 个字符", "an id or short word, 40 characters at most")


def evidence_fields() -> dict[str, Schema]:
    """The fields of the kinds that tickets become, with the schema of each."""
    fields: dict[str, Schema] = {}
    for kind in RECORDS:
        file = schemas_dir() / "evidence" / f"{kind}.schema.json"
        fields |= json.loads(file.read_text(encoding="utf-8"))["properties"]
    return fields


def set_text(name: str, fields: Mapping[str, Schema]) -> Schema:
    """What ``set`` says of a field."""
    title, one_of = _title(name, fields), _values(name, fields)
    return means(f"{title.zh}{one_of.zh}。", f"{title.en}{one_of.en}.")


def column_text(name: str, fields: Mapping[str, Schema]) -> Schema:
    """What ``fields`` says of a field."""
    if name in CHOICES:
        return set_text(name, fields)
    title = _title(name, fields)
    read = next((text for names, text in _READ.items() if name in names), _REFERENCE)
    return means(f"{title.zh}：{read.zh}。", f"{title.en}: {read.en}.")


def _title(name: str, fields: Mapping[str, Schema]) -> Text:
    title = fields[name]["x-title"]
    if fields[name].get("x-unit") == "minute":
        return Text(f"{title['zh']}（分钟）", f"{title['en']} (minutes)")
    return Text(title["zh"], title["en"])


def _values(name: str, fields: Mapping[str, Schema]) -> Text:
    words = [one for one in fields[name].get("enum", ()) if one]
    return Text(f"：{'、'.join(words)} 之一", f": one of {', '.join(words)}") if words else Text("", "")
