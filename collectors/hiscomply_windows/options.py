"""The JSON Schema of a target's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import HOST, PORT, SECRET, STEP_TIMEOUT, TEXT, means, options_schema

KINDS: Final = ("host", "patch_state", "account", "service", "setting")
"""What is asked for without ``kinds``; backups too where it says so."""
CONNECT_TIMEOUT_S: Final = 15.0
STEP_TIMEOUT_S: Final = 60.0

OPTIONS_SCHEMA: Final[Mapping[str, Any]] = {
    **options_schema(
        {
            "host": HOST,
            "hosts": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": HOST,
                **means(
                    "使用同一登录的多台主机；每台各成一个目标。",
                    "Several hosts with the same login; each becomes a target of its own.",
                ),
            },
            "asset_id": {
                "type": "string",
                "pattern": "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$",
                **means(
                    "记录中的资产编号；不写则用此处所写的主机。",
                    "The asset's id in records; without it the host as written here.",
                ),
            },
            "port": {
                **PORT,
                "default": 22,
                **means(
                    "主机上 OpenSSH 服务监听的端口。", "Port that the OpenSSH server of the host listens on."
                ),
            },
            "user": {**TEXT, **means("登录用的账户。", "The account that logs in.")},
            "key_file": {
                **TEXT,
                **means("私钥，从项目文件夹算起。", "Private key, from the project folder."),
            },
            "passphrase": {
                **SECRET,
                **means(
                    "私钥 key_file 的口令的所在，用于私钥有口令时：写 {env: NAME}、{file: PATH} 或 "
                    "{command: [PROGRAM]}。",
                    "Where the passphrase of key_file is, for a key that has one: {env: NAME}, {file: "
                    "PATH} or {command: [PROGRAM]}.",
                ),
            },
            "password": {
                **SECRET,
                **means(
                    "账户口令的所在；口令只发送一次：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。",
                    "Where the account's password is, which is sent once only: {env: NAME}, {file: PATH} "
                    "or {command: [PROGRAM]}.",
                ),
            },
            "known_hosts": {
                **TEXT,
                **means(
                    "OpenSSH 格式的主机密钥；默认为 ~/.ssh/known_hosts。不在其中的主机不会被查询。",
                    "Host keys in the format of OpenSSH; default: ~/.ssh/known_hosts. A host that is not in it is "
                    "not asked.",
                ),
            },
            "kinds": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"enum": [*KINDS, "backup_job"]},
                **means(
                    "查询哪些内容；默认为除 backup_job（Windows Server Backup）外的全部。",
                    "What to ask for; default: all but backup_job (Windows Server Backup).",
                ),
            },
            "connect_timeout": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 600,
                "default": CONNECT_TIMEOUT_S,
                **means("完成登录的最长秒数。", "Seconds until the login must be done."),
            },
            "step_timeout": {
                **STEP_TIMEOUT,
                "default": STEP_TIMEOUT_S,
                **means("脚本最多可用的秒数。", "Seconds that the script may take."),
            },
        },
        required=("user",),
    ),
    "allOf": [
        {"oneOf": [{"required": ["host"]}, {"required": ["hosts"]}]},
        {"oneOf": [{"required": ["key_file"]}, {"required": ["password"]}]},
    ],
    "dependentRequired": {"passphrase": ["key_file"], "asset_id": ["host"]},
}
