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
    "properties": {
        "name": {
            **TEXT,
            **means(
                "这台主机在目标名称和报告中的名称；不写则用其地址。",
                "What the host is called in the names of targets and in reports; its address without it.",
            ),
        },
        "host": HOST,
        "port": {
            **PORT,
            **means(
                "此主机的 SSH 端口；不写则用目标的 port。",
                "SSH port of this host; the target's port without it.",
            ),
        },
        "user": {
            **TEXT,
            **means(
                "此主机上的账户；不写则用目标的 user。", "Account on this host; the target's user without it."
            ),
        },
        "asset_id": {
            **TEXT,
            **means(
                "此主机在资产清单中的编号；不写则为目标的 asset_id，仍没有则为主机自报的名称。",
                "Id of this host in the asset register; without it the target's asset_id, else the name "
                "that the host gives itself.",
            ),
        },
    },
}
_SSH_CONFIG: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file", "hosts"],
    "properties": {
        "file": {
            **TEXT,
            **means(
                "OpenSSH 客户端配置文件，从项目文件夹算起；可用 ~。",
                "The OpenSSH client configuration, from the project folder; ~ may be used.",
            ),
        },
        "hosts": {
            **_TEXTS,
            **means(
                "选取 Host 行中名称的通配符；* 代表任意文字，每个通配符至少须符合一台主机。",
                "Patterns of the names in Host lines; * stands for any text, and each must fit a host at "
                "least.",
            ),
        },
    },
}

OPTIONS: Final[Mapping[str, Any]] = options_schema(
    {
        "hosts": {
            "type": "array",
            "items": {"oneOf": [HOST, _HOST]},
            "minItems": 1,
            **means(
                "要采集的主机：名称或地址，或 {host, port, user, asset_id, name}；每台各成一个目标。",
                "The hosts to collect from: name or address, or {host, port, user, asset_id, name}; each "
                "becomes a target of its own.",
            ),
        },
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
        "port": {
            **PORT,
            **means(
                "主机条目和主机清单没有写明时的 SSH 端口，优先于 ssh_config 文件所写的；不写则为 22。",
                "SSH port where neither the entry of the host nor the inventory names one, before what "
                "ssh_config says; 22 without it.",
            ),
        },
        "key_file": {
            **TEXT,
            **means(
                "私钥；此项、agent 和 password 都不写则用 ~/.ssh/id_*。",
                "The private key; ~/.ssh/id_* without it, agent or password.",
            ),
        },
        "passphrase": {
            **SECRET,
            **means(
                "私钥 key_file 的口令的所在，用于私钥有口令时：写 {env: NAME}、{file: PATH} 或 {command: "
                "[PROGRAM]}。",
                "Where the passphrase of key_file is, for a key that has one: {env: NAME}, {file: PATH} "
                "or {command: [PROGRAM]}.",
            ),
        },
        "password": {
            **SECRET,
            **means(
                "账户口令的所在；口令只发送一次：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。",
                "Where the account's password is, which is sent once only: {env: NAME}, {file: PATH} or "
                "{command: [PROGRAM]}.",
            ),
        },
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
