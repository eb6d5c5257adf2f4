"""The JSON Schema of a target's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import CLEARTEXT, SECRET, STEP_TIMEOUT, TEXT, TLS, means, options_schema

TOOLS: Final = ("restic", "borg", "pgbackrest")
_VARIABLES: Final = r"^(AWS|B2|AZURE|OS|ST|GOOGLE|RESTIC_REST)_[A-Z0-9_]+$"

_RULE: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "oneOf": [{"required": ["system_id"]}, {"required": ["ignore"]}],
    "properties": {
        "host": {
            **TEXT,
            **means(
                "生成该副本的主机（restic、Borg）；* 代表任意文字。",
                "Host that made the copy (restic, Borg); * stands for anything.",
            ),
        },
        "tag": {**TEXT, **means("restic 快照的某个标签。", "One of the tags of a restic snapshot.")},
        "path": {**TEXT, **means("restic 快照的某个路径。", "One of the paths of a restic snapshot.")},
        "name": {
            **TEXT,
            **means("Borg 归档的名称，或 pgBackRest 的 stanza。", "Name of the Borg archive, or the stanza."),
        },
        "system_id": {
            **TEXT,
            **means(
                "相符的副本所属系统在系统清单中的编号。",
                "Id in the register of systems of the system that such copies are of.",
            ),
        },
        "job": {
            **TEXT,
            **means(
                "备份任务的名称；不写则由主机、标签或归档名称组成。",
                "How the job is called; made of host, tags or archive name otherwise.",
            ),
        },
        "ignore": {
            "const": True,
            **means("不属于任何系统的副本：有意略过。", "Copies of no system: passed over on purpose."),
        },
    },
}
_LOCATION: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["value", "said_by"],
    "properties": {
        "value": {
            "enum": ["onsite", "offsite", "isolated"],
            **means(
                "依次为：与系统同处一地、异地备份、离线或不可变副本。",
                "In this order: at the systems' own site, an off-site backup, an isolated or immutable copy.",
            ),
        },
        "said_by": {
            **TEXT,
            **means(
                "对此负责的部门或岗位；工具本身看不出来。",
                "Department or role that answers for it; no tool can see it.",
            ),
        },
    },
    **means(
        "仓库所在位置，由人声明。不写则为未知。",
        "Where the repository is, as somebody declares it. Not known without it.",
    ),
}


def _needs(tool: str, *names: str) -> dict[str, Any]:
    return {"if": {"properties": {"tool": {"const": tool}}}, "then": {"required": list(names)}}


OPTIONS_SCHEMA: Final[Mapping[str, Any]] = {
    **options_schema(
        {
            "tool": {
                "enum": list(TOOLS),
                **means(
                    "写入该仓库的备份工具；本机须装有同名命令。",
                    "The backup tool that writes the repository; the command of that name must be "
                    "installed here.",
                ),
            },
            "repository": {
                "type": "string",
                "pattern": r"^(?!-)(?![^/]*://?[^/@]*:[^/@]*@)(?!.*://[^/@]*:[^/@]*@).+$",
                **means(
                    "按备份工具的写法填写，不得含口令；路径从项目文件夹算起。",
                    "As the tool takes it, without any password; a path counts from the project folder.",
                ),
            },
            "password": {
                **SECRET,
                **means("指明仓库口令的所在。", "Leads to the password of the repository."),
            },
            "secrets": {
                "type": "object",
                "propertyNames": {"pattern": _VARIABLES},
                "additionalProperties": SECRET,
                **means(
                    "存储的登录凭据，以备份工具自己的环境变量为键：{AWS_SECRET_ACCESS_KEY: {env: NAME}}。",
                    "Logins of the storage by the tool's own variable: {AWS_SECRET_ACCESS_KEY: {env: NAME}}.",
                ),
            },
            "key_file": {
                **TEXT,
                **means("Borg：keyfile 加密仓库的密钥文件。", "Borg: the key of a keyfile repository."),
            },
            "ssh_key": {
                **TEXT,
                **means("Borg 经 ssh：登录用的私钥。", "Borg over ssh: the key to log in with."),
            },
            "known_hosts": {
                **TEXT,
                **means(
                    "Borg 经 ssh：信任的主机密钥；不写则用 ssh 自己的。",
                    "Borg over ssh: the host keys to trust; those of ssh itself without it.",
                ),
            },
            "config": {**TEXT, **means("pgBackRest：其配置文件。", "pgBackRest: its configuration file.")},
            "stanza": {
                "type": "string",
                "pattern": r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$",
                **means(
                    "pgBackRest：要列出的 stanza 的名称，该工具必填。",
                    "pgBackRest: name of the stanza to list; required for this tool.",
                ),
            },
            "repo": {
                "type": "integer",
                "minimum": 1,
                "maximum": 256,
                **means("pgBackRest：仓库的序号。", "pgBackRest: its number."),
            },
            "system_id": {
                **TEXT,
                **means(
                    "全部副本所属的系统；用于只有一个系统时。",
                    "The system that all copies are of, where it is one.",
                ),
            },
            "systems": {
                "type": "array",
                "minItems": 1,
                "items": _RULE,
                **means(
                    "哪些副本属于哪个系统；以第一条相符的规则为准。",
                    "Which copies are of which system; the first rule that fits counts.",
                ),
            },
            "location": _LOCATION,
            "check": {
                "enum": ["none", "structure", "data"],
                "default": "none",
                **means(
                    "备份工具校验仓库的深度。只有 'data' 读取全部已存数据。",
                    "How deep the tool is to check the repository. Only 'data' reads all that is stored.",
                ),
            },
            "sample": {
                "type": "string",
                "pattern": r"^(\d+/\d+|\d+(\.\d+)?%|\d+[kKmMgGtT])$",
                **means(
                    "restic 在 check: data 时只读取这一部分；能证明损坏，不能证明完好。",
                    "restic with check: data: read only this part, which proves damage but no soundness.",
                ),
            },
            "ended": {
                "enum": ["recorded", "at_start"],
                "default": "recorded",
                **means(
                    "restic 0.17 之前的版本不记录结束时间：'at_start' 以开始时间代替。",
                    "restic before 0.17 records no end: 'at_start' takes the start for it.",
                ),
            },
            "tls": {
                **TLS,
                **means(
                    "restic：服务器如何证明自己的身份；始终核验。此采集器只使用其中的 ca_file。",
                    "restic: how the server proves who it is; it always must. Of these this collector uses ca_file only.",
                ),
            },
            "cleartext": CLEARTEXT,
            "step_timeout": {
                **STEP_TIMEOUT,
                "default": 60,
                **means("列出副本最多可用的秒数。", "Seconds that listing may take."),
            },
        },
        ("tool",),
    ),
    "allOf": [
        _needs("restic", "repository", "password"),
        _needs("borg", "repository"),
        _needs("pgbackrest", "stanza"),
        {"anyOf": [{"required": ["system_id"]}, {"required": ["systems"]}]},
    ],
}
