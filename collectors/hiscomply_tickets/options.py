"""The options of a ``tickets`` target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply.model import Text
from hiscomply_kit.options import (
    CLEARTEXT,
    HTTP_URL,
    SECRET,
    STEP_TIMEOUT,
    TEXT,
    TLS,
    Schema,
    means,
    options_schema,
)
from hiscomply_tickets.field_texts import RECORDS, column_text, evidence_fields, set_text
from hiscomply_tickets.values import CHOICES, FIELDS, REFERENCES, SWITCHES

PRODUCTS: Final = ("request_tracker", "redmine", "glpi", "itop")
_FIELDS: Final = evidence_fields()


def _named(names: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": names}


def _meaning(values: tuple[str, ...], each: Text, zh: str, en: str) -> Schema:
    return {
        "type": "object",
        "additionalProperties": {"enum": list(values), **means(each.zh, each.en)},
        **means(zh, en),
    }


QUEUE: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["queue", "record"],
    "properties": {
        "queue": {
            **TEXT,
            "pattern": r"^[^/?#%\n]+$",
            **means(
                "RT 的队列、Redmine 的跟踪标签、GLPI 的条目类型或 iTop 的类。",
                "RT queue, Redmine tracker, GLPI item type or iTop class.",
            ),
        },
        "project": {
            "type": "string",
            "pattern": "^[a-z0-9_-]+$",
            **means("Redmine：某一个项目的标识。", "Redmine: the identifier of one project."),
        },
        "record": {
            "enum": list(RECORDS),
            **means("其中的工单属于哪种证据类型。", "The kind of evidence that its tickets are."),
        },
        "set": {
            **_named(
                {name: {**TEXT, **set_text(name, _FIELDS)} for name in sorted(CHOICES | REFERENCES)}
                | {name: {"type": "boolean", **set_text(name, _FIELDS)} for name in sorted(SWITCHES)}
            ),
            **means(
                "此队列的每个工单都相同的字段。", "Fields that are the same for every ticket of this queue."
            ),
        },
        "fields": {
            **_named({name: {**TEXT, **column_text(name, _FIELDS)} for name in sorted(FIELDS)}),
            **means(
                "证据字段：存放其值的自定义字段的名称（GLPI 为搜索列的编号，iTop 为属性）。",
                "Field of the evidence: name of the custom field that holds it (GLPI: number of the search "
                "column, iTop: attribute).",
            ),
        },
    },
}

OPTIONS: Final[dict[str, Any]] = options_schema(
    {
        "product": {
            "enum": list(PRODUCTS),
            **means(
                "工单系统的产品；glpi 的 url 以 /apirest.php 结尾。",
                "Product of the service desk; for glpi the url ends in /apirest.php.",
            ),
        },
        "url": HTTP_URL,
        "user": {
            **TEXT,
            **means(
                "登录工单系统的账户，与 password 一起使用；使用 token 时不需要。",
                "Account that logs in to the service desk, with password; not needed with token.",
            ),
        },
        "password": {
            **SECRET,
            **means(
                "账户 user 的口令的所在：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。",
                "Where the password of user is: {env: NAME}, {file: PATH} or {command: [PROGRAM]}.",
            ),
        },
        "token": {
            **SECRET,
            **means(
                "代替用户和口令：RT 的令牌、Redmine 的 API 密钥、GLPI 的用户令牌。",
                "Instead of user and password: RT token, Redmine API key, GLPI user token.",
            ),
        },
        "app_token": {**SECRET, **means("仅用于 GLPI。", "GLPI only.")},
        "queues": {
            "type": "array",
            "minItems": 1,
            "items": QUEUE,
            **means("读取哪些内容；其他一律不读。", "What to read; nothing else is."),
        },
        "states": _meaning(
            ("open", "resolved", "closed", "approved", "started"),
            Text(
                "此状态的含义；approved 与 started 用于变更，对工单即未结束。",
                "What this status means; approved and started are for changes, and open for tickets.",
            ),
            "每种状态的含义，另加于工单系统自带的状态。未列出的状态为未知。",
            "What each status means; added to the product's own. One that is not named is not known.",
        ),
        "levels": _meaning(
            ("urgent", "important", "general", "none"),
            Text(
                "此优先级的事件级别：紧急、重要、一般；none 为尚未定级。",
                "Incident level of this priority; none: not classified yet.",
            ),
            "每种优先级对应的事件级别。",
            "The incident level of each priority.",
        ),
        "severities": _meaning(
            ("critical", "warning", "info"),
            Text("此优先级的告警的严重程度。", "Severity of alerts of this priority."),
            "每种优先级对应的严重程度，用于告警。",
            "The severity of each priority, for alerts.",
        ),
        "values": {
            "type": "object",
            "additionalProperties": {
                **TEXT,
                **means(
                    "这样写的值在读取前换成的文字。",
                    "Text that takes the place of this written value before it is read.",
                ),
            },
            **means(
                "自定义字段中所写的值代表什么：{是: true, 放射: PACS}。",
                "What a written value of a custom field stands for: {是: true, 放射: PACS}.",
            ),
        },
        "priority_chosen_at_creation": {
            "type": "boolean",
            "default": False,
            **means(
                "从未改过的优先级是由人选定的，不是默认值。",
                "A priority that was never changed was chosen by somebody, and is no default.",
            ),
        },
        "history": {
            "type": "boolean",
            "default": True,
            **means("同时读取状态和优先级的变化。", "Read changes of status and priority as well."),
        },
        "page_size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "default": 100,
            **means(
                "每次向服务器请求多少张单；服务器回答过慢或超时时减小。",
                "Tickets asked for at a time; lower it where the server is slow or a request times out.",
            ),
        },
        "tls": TLS,
        "cleartext": CLEARTEXT,
        "step_timeout": STEP_TIMEOUT,
    },
    required=("product", "url", "queues"),
)
