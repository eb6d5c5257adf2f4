"""The collector that all collectors of database servers are: options, questions and login; one session, fact by fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.options import CLEARTEXT, HOST, PORT, SECRET, STEP_TIMEOUT, TEXT, TLS, Schema, means, said

if TYPE_CHECKING:
    from hiscomply_kit.databases import Fact

KINDS_OF_ACCOUNT: Final[Mapping[str, Text]] = {
    "human": Text("个人账户", "accounts of one person"),
    "service": Text("服务账户，由程序使用", "service accounts, which programs use"),
    "shared": Text("共享账户，由多人使用", "shared accounts, which several persons use"),
    "default": Text("产品自带的默认账户", "default accounts, which come with the product"),
    "vendor": Text("外部人员的账户", "accounts of external staff"),
    "trainee": Text("进修实习人员的账户", "accounts of trainees"),
}
ONE_WAY_IN: Final = {"oneOf": [{"required": ["host"]}, {"required": ["socket"]}]}
"""What a server's options must hold besides ``user``, ``system_id`` and ``asset_id``."""


def _logins(kind: Text) -> Schema:
    return {
        "type": "array",
        "items": TEXT,
        "minItems": 1,
        **means(
            f"{kind.zh}：其登录名的通配符（MySQL 为 用户@主机），区分大小写，* 代表任意文字。",
            f"Patterns of the logins of {kind.en} (MySQL: user@host); letter case counts, * stands for any text.",
        ),
    }


def server_options(facts: Sequence[str], default: Sequence[str]) -> dict[str, Schema]:
    """The options of a target that is a database server."""
    return {
        "host": HOST,
        "port": {
            **PORT,
            **means(
                "服务器监听的 TCP 端口；不写则为 MySQL 3306、PostgreSQL 5432。",
                "TCP port that the server listens on; without it 3306 for MySQL, 5432 for PostgreSQL.",
            ),
        },
        "socket": {
            "type": "string",
            "pattern": "^/",
            **means(
                "本机的套接字，用来代替主机、端口和 TLS。",
                "Socket on this machine instead of host, port and TLS.",
            ),
        },
        "user": {
            **TEXT,
            **means(
                "登录服务器用的账户；所需的最小权限见 README。",
                "The account that logs in to the server; the README lists the least rights that it needs.",
            ),
        },
        "password": {
            **SECRET,
            **means(
                "账户口令的所在：写 {env: NAME}、{file: PATH} 或 {command: [PROGRAM]}。"
                "不写则服务器须以套接字或证书认得该账户。",
                "Where the account's password is: {env: NAME}, {file: PATH} or {command: [PROGRAM]}. "
                "Without it the server must know the account by socket or certificate.",
            ),
        },
        "tls": TLS,
        "use_tls": {
            "type": "boolean",
            "default": True,
            **means(
                "false：不用 TLS 登录；仅限本机，或写明 cleartext: true 时。",
                "false: log in without TLS, to this machine or with cleartext: true only.",
            ),
        },
        "cleartext": CLEARTEXT,
        "system_id": {
            **TEXT,
            **means("服务器上的账户所属的系统。", "The system that the server's accounts belong to."),
        },
        "asset_id": {**TEXT, **means("服务器在资产清单中的编号。", "The server's id in the asset register.")},
        "include": {
            "type": "array",
            "items": {"enum": list(facts)},
            "minItems": 1,
            "uniqueItems": True,
            "default": list(default),
            **means("采集哪些事实。", "The facts to collect."),
        },
        "account_kinds": {
            "type": "object",
            "additionalProperties": False,
            "properties": {kind: _logins(told) for kind, told in KINDS_OF_ACCOUNT.items()},
            **means(
                "按账户类别列出登录名的通配符，服务器本身不知道类别；以第一个相符的为准：{shared: [shared_*], "
                "service: ['*']}。",
                "Patterns of logins by kind of account, which a server does not know; the first that fits: "
                "{shared: [shared_*], service: ['*']}.",
            ),
        },
        "step_timeout": STEP_TIMEOUT,
    }


@dataclass(frozen=True, slots=True)
class Product:
    """What one product brings; imported when the first server is asked.

    Attributes:
        port: where it listens without an option.
        facts: groups of evidence by name.
        reads: what a question reads, by the question's name.
        session: makes a session out of the options, the password and the project.
    """

    port: int
    facts: Mapping[str, Fact]
    reads: Mapping[str, str]
    session: Callable[[Mapping[str, Any], str | None, Path], Any]


class DatabaseCollector:
    """Asks a server in a read-only session; never touches a table of an application.

    Attributes:
        fact_kinds: the kinds that each fact gives.
        default_facts: the facts that are collected without ``include``.
    """

    name: ClassVar[str]
    fact_kinds: ClassVar[Mapping[str, tuple[str, ...]]]
    default_facts: ClassVar[Sequence[str]]

    def product(self) -> Product:
        """The product's own part."""
        raise NotImplementedError

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds of the facts that are asked for."""
        return tuple(dict.fromkeys(kind for name in self._asked(options) for kind in self.fact_kinds[name]))

    def _asked(self, options: Mapping[str, Any]) -> Sequence[str]:
        return options.get("include") or self.default_facts

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The questions by fact, with server and account."""
        from hiscomply_kit.databases import where_of

        options, product = target.options, self.product()
        where = where_of(self.name, options, product.port)
        login = (
            f"{options['user']} ({said(options['password'])})" if "password" in options else options["user"]
        )
        for name in self._asked(options):
            read = ", ".join(product.reads[one] for one in product.facts[name].questions)
            yield Text(f"以 {login} 只读查询 {where}:{read}", f"asks {where} as {login}, read-only: {read}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The records of each fact.

        Raises:
            CollectDenied, CollectTimedOut, CollectFailed: no session; or, after the rest, the facts that were not had.
        """
        from hiscomply_kit.databases import Instance, gather, where_of

        options, product = target.options, self.product()
        password = context.secret(options["password"]) if "password" in options else None
        instance = Instance(
            options["system_id"],
            options["asset_id"],
            where_of(self.name, options, product.port),
            context.now,
            options.get("account_kinds", {}),
        )
        facts = {name: product.facts[name] for name in self._asked(options)}
        with product.session(options, password, context.project) as session:
            yield from gather(facts, session.ask, session.is_lost, instance)
