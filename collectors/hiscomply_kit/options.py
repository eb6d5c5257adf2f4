"""Pieces of option schemas that mean the same in every collector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply.hookspecs import SECRET_SCHEMA

Schema = Mapping[str, Any]


def means(zh: str, en: str) -> dict[str, Any]:
    """The keyword that says in both languages what an option means."""
    return {"x-description": {"zh": zh, "en": en}}


TEXT: Final[Schema] = {"type": "string", "minLength": 1}
SECRET: Final[Schema] = SECRET_SCHEMA
HOST: Final[Schema] = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9_.:\-\[\]]+$",
    **means("主机名或地址。", "Name or address."),
}
PORT: Final[Schema] = {
    "type": "integer",
    "minimum": 1,
    "maximum": 65535,
    **means("服务监听的端口。", "Port that the service listens on."),
}
HTTP_URL: Final[Schema] = {
    "type": "string",
    "pattern": r"^https?://[^\s@?#]+$",
    **means(
        "服务的地址，不含用户、口令和查询参数。", "Address of the service, without user, password or query."
    ),
}
STEP_TIMEOUT: Final[Schema] = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 3600,
    "default": 30,
    **means("一次请求最多可用的秒数。", "Seconds that one request may take."),
}
CLEARTEXT: Final[Schema] = {
    "type": "boolean",
    "default": False,
    **means(
        "允许不用 TLS 登录其他机器上的系统；此时口令以明文在网络上传输。",
        "Allow a login to a system without TLS that is not on this machine; the password then crosses "
        "the network in the clear.",
    ),
}
TLS: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "ca_file": {
            "type": "string",
            "minLength": 1,
            **means("信任的证书，用来代替系统自带的证书。", "Certificates to trust instead of the system's."),
        },
        "server_name": {
            "type": "string",
            "minLength": 1,
            **means(
                "证书上必须有的名称；用于它与主机名不同时。",
                "The name that the certificate must carry, where it is not the host's.",
            ),
        },
        "client_cert": {
            "type": "string",
            "minLength": 1,
            **means(
                "向服务器出示的客户端证书（PEM），从项目文件夹算起；用于服务器要求客户端证书时。",
                "Client certificate (PEM) from the project folder, for a server that asks for one.",
            ),
        },
        "client_key": {
            "type": "string",
            "minLength": 1,
            **means(
                "客户端证书的私钥（PEM，没有口令），从项目文件夹算起；不写则从 client_cert 的文件中读取。",
                "Private key of the client certificate (PEM, without a passphrase) from the project "
                "folder; without it the key is read from client_cert.",
            ),
        },
    },
    **means(
        "服务器如何证明自己的身份。始终核验，不能关闭。",
        "How the server proves who it is. It always must; there is no switch to turn that off.",
    ),
}


def options_schema(properties: Mapping[str, Schema], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON Schema of a target's options: these and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": dict(properties),
    }


def said(spec: Mapping[str, Any]) -> str:
    """Where a secret comes from, as ``--dry-run`` shows it; the secret is not looked at."""
    if "env" in spec:
        return f"${spec['env']}"
    return str(spec["file"]) if "file" in spec else f"`{spec['command'][0]} …`"
