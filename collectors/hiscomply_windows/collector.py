"""The collector: one login and one script for each host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hiscomply.hookspecs import CollectContext, CollectFailed, CollectTimedOut
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.needs import need
from hiscomply_kit.options import said
from hiscomply_ssh.login import DEFAULT_KNOWN_HOSTS, Login, Place
from hiscomply_windows.options import CONNECT_TIMEOUT_S, KINDS, OPTIONS_SCHEMA, STEP_TIMEOUT_S

if TYPE_CHECKING:
    from hiscomply_windows.fetch import Said

SCRIPT = Path(__file__).with_name("hiscomply-windows.ps1")


class WindowsCollector:
    """Asks Windows hosts by a PowerShell script that only reads, over their OpenSSH server."""

    name: ClassVar[str] = "windows"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "经 OpenSSH 用只读 PowerShell 脚本查询 Windows 主机",
        "asks Windows hosts over OpenSSH, by a PowerShell script that only reads",
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS_SCHEMA
    parallel: int = 8

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds that the target names, or those of every host."""
        return tuple(options.get("kinds", KINDS))

    def expand(self, target: Target, project: Path) -> Sequence[Target]:
        """One target for each of ``hosts``."""
        if "hosts" not in target.options:
            return [target]
        common = {name: value for name, value in target.options.items() if name != "hosts"}
        return [
            replace(target, name=f"{target.name}/{host}", options={**common, "host": host})
            for host in target.options["hosts"]
        ]

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The login and the script of each host."""
        from hiscomply_windows.command import COMMAND

        for one in self.expand(target, project):
            options = one.options
            where = f"{options['user']}@{options['host']}:{options.get('port', 22)}"
            by = options["key_file"] if "key_file" in options else said(options["password"])
            kinds = ", ".join(one.kinds)
            yield Text(
                f"SSH 登录 {where}(凭据来自 {by}),执行 {COMMAND} 读取 {kinds}",
                f"SSH login {where} (by {by}), then {COMMAND} for {kinds}",
            )

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """What the host says; of an answer that was cut off what came before, and then the failure."""
        from hiscomply_windows.command import typed
        from hiscomply_windows.parse import parse, partly

        options = target.options
        asset_id = str(options.get("asset_id", options["host"])).strip("[]")
        source, now = f"host:{asset_id}", datetime.now(UTC)
        words = typed(SCRIPT.read_text(encoding="utf-8"), asset_id, target.kinds)
        answer = _ask(target, context, words)
        if answer.failure is not None:
            yield from partly(answer.output, source, now, target.kinds)
            raise answer.failure
        if answer.exit_code:
            yield from partly(answer.output, source, now, target.kinds)
            raise _ended_badly(answer.exit_code, answer.complaint, options, context)
        yield from parse(answer.output, source, now, target.kinds)


def _ask(target: Target, context: CollectContext, words: bytes) -> Said:
    need("asyncssh", "ssh")
    from hiscomply_ssh import loop
    from hiscomply_windows.fetch import ask

    step_timeout_s = target.options.get("step_timeout", STEP_TIMEOUT_S)
    try:
        return loop.run(ask(_login(target.options, context), words, step_timeout_s), target.timeout_s)
    except TimeoutError:
        seconds = f"{target.timeout_s:g}"
        raise CollectTimedOut(
            Text(f"{seconds} 秒内没有答完", f"no full answer within {seconds} seconds")
        ) from None


def _login(options: Mapping[str, Any], context: CollectContext) -> Login:
    def secret(name: str) -> str | None:
        return context.secret(options[name]) if name in options else None

    known_hosts = options.get("known_hosts", DEFAULT_KNOWN_HOSTS)
    return Login(
        Place(options["host"].strip("[]"), options.get("port", 22), options["user"]),
        known_hosts=context.project / Path(known_hosts).expanduser(),
        key_file=context.project / Path(options["key_file"]).expanduser() if "key_file" in options else None,
        passphrase=secret("passphrase"),
        password=secret("password"),
        connect_timeout_s=options.get("connect_timeout", CONNECT_TIMEOUT_S),
    )


def _ended_badly(
    code: int, complaint: bytes, options: Mapping[str, Any], context: CollectContext
) -> CollectFailed:
    from hiscomply_records.complaints import last_words, with_complaint

    secrets = [context.secret(options[name]) for name in ("password", "passphrase") if name in options]
    told = "" if complaint.startswith(b"#< CLIXML") else last_words(complaint, secrets)
    return CollectFailed(
        with_complaint(f"PowerShell 退出码为 {code}", f"PowerShell ended with exit code {code}", told)
    )
