"""The options of a target of ``ssh``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiscomply_kit.options import HOST, PORT, SECRET, STEP_TIMEOUT, TEXT, means, options_schema
from hiscomply_local.kinds import KINDS

_TEXTS: Final = {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}
_HOST: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["host"],
    "properties": {"name": TEXT, "host": HOST, "port": PORT, "user": TEXT, "asset_id": TEXT},
}
_SSH_CONFIG: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file", "hosts"],
    "properties": {"file": TEXT, "hosts": _TEXTS},
}

OPTIONS: Final[Mapping[str, Any]] = options_schema(
    {
        "hosts": {"type": "array", "items": {"oneOf": [HOST, _HOST]}, "minItems": 1},
        "inventory": {
            **TEXT,
            **means("Ansible 的主机清单文件，INI 或 YAML。", "An Ansible inventory file, INI or YAML."),
        },
        "groups": {
            **_TEXTS,
            **means("只采集主机清单中这些组的主机。", "Only the hosts of these groups of the inventory."),
        },
        "ssh_config": {
            **_SSH_CONFIG,
            **means(
                "OpenSSH 客户端配置中的主机，用通配符选取；按该配置连接。",
                "Hosts that an OpenSSH client configuration names, by patterns; connected as it says.",
            ),
        },
        "user": {
            **TEXT,
            **means(
                "主机上的账户；不写则用运行者自己的用户名。",
                "The account on the hosts; the caller's own name without it.",
            ),
        },
        "port": PORT,
        "key_file": {
            **TEXT,
            **means(
                "私钥；此项、agent 和 password 都不写则用 ~/.ssh/id_*。",
                "The private key; ~/.ssh/id_* without it, agent or password.",
            ),
        },
        "passphrase": SECRET,
        "password": SECRET,
        "agent": {
            "type": "boolean",
            "default": False,
            **means("使用正在运行的 ssh-agent 中的密钥。", "Use the keys of the running ssh-agent."),
        },
        "known_hosts": {
            **TEXT,
            "default": "~/.ssh/known_hosts",
            **means(
                "信任的主机密钥。始终核验，不能关闭。",
                "The host keys to trust. They are always verified; there is no switch to turn that off.",
            ),
        },
        "jump": {
            "type": "string",
            "pattern": r"^([^@\s]+@)?[A-Za-z0-9_.\-]+(:[0-9]{1,5})?$",
            **means(
                "经由哪台主机连接：host、host:port 或 user@host:port。",
                "The host to connect through: host, host:port or user@host:port.",
            ),
        },
        "sudo": {
            "type": "boolean",
            "default": False,
            **means(
                "对少数需要 root 的文件和命令使用 `sudo -n`；sudoers 的写法见 README。",
                "Use `sudo -n` for the few files and commands that need root; see the README for sudoers.",
            ),
        },
        "connect_timeout": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 600,
            "default": 15,
            **means(
                "主机应答并完成登录的最长秒数。", "Seconds until a host must have answered and let us in."
            ),
        },
        "step_timeout": {
            **STEP_TIMEOUT,
            **means("主机上一条命令最多可用的秒数。", "Seconds that one command on a host may take."),
        },
        "include": {
            "type": "array",
            "items": {"enum": list(KINDS)},
            "minItems": 1,
            "uniqueItems": True,
            "default": list(KINDS),
            **means(
                "采集哪些事实；不写此项则采集全部。", "The facts to collect; all of them without this option."
            ),
        },
        "asset_id": {
            **TEXT,
            **means(
                "在资产清单中的编号；用于只有一台主机的目标。",
                "The id in the asset register, for a target of a single host.",
            ),
        },
        "max_list_age_days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 92,
            "default": 7,
            **means(
                "软件包列表早于此天数时，不能据以判断有无待装更新。",
                "Package lists that are older say nothing of pending updates.",
            ),
        },
        "fixed_repositories": {
            "type": "array",
            "items": TEXT,
            "uniqueItems": True,
            "default": [],
            **means(
                "内容从不变化的 dnf 软件源（发行版本身）的编号或 apt 套件名：不看其新旧。",
                "Ids of dnf repositories, or names of apt suites, that never change: their age does not count.",
            ),
        },
    }
)
