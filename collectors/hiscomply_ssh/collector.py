"""The collector ``ssh``: the facts of ``local`` from many hosts, each asked once over one connection."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hiscomply.hookspecs import CollectContext, CollectFailed, CollectTimedOut
from hiscomply.model import Target, Text
from hiscomply.units import Item
from hiscomply_kit.needs import need
from hiscomply_kit.options import said as said_secret
from hiscomply_local.kinds import KINDS
from hiscomply_ssh.login import DEFAULT_KNOWN_HOSTS, jump_of, login_of, place_of
from hiscomply_ssh.options import OPTIONS
from hiscomply_ssh.seen import SeenNames

if TYPE_CHECKING:
    from hiscomply_local.facts import Fact
    from hiscomply_ssh.fetch import Said
    from hiscomply_ssh.script import Step

_OWN_SHARE = 0.95
"""Of the target's time: so that the host's own answer, though cut, is told and not the runner's end."""


class SshCollector:
    """Reads Linux hosts over SSH, changes nothing, and needs root for part of it only."""

    name: ClassVar[str] = "ssh"
    version: ClassVar[str] = "1.0.0"
    summary: ClassVar[Text] = Text(
        "经 SSH 采集多台 Linux 主机:系统、补丁、账户、sudo、sshd、内核参数、端口、服务、时间与日志",
        "Many Linux hosts over SSH: system, patches, accounts, sudo, sshd, sysctl, ports, services, time, logs",
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS
    parallel = 64

    def __init__(self) -> None:
        self._names = SeenNames()

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds of the facts that are asked for."""
        names = options.get("include") or KINDS
        return tuple(dict.fromkeys(kind for name in names for kind in KINDS[name]))

    def expand(self, target: Target, project: Path) -> Sequence[Target]:
        """One target for each host of the lists.

        Raises:
            CollectFailed: a list cannot be read, or names nothing.
        """
        from hiscomply_ssh.hosts import listed_hosts

        lists = {"hosts", "inventory", "groups", "asset_id"}
        shared = {name: value for name, value in target.options.items() if name not in lists}
        return [
            replace(target, name=f"{target.name}/{host.name}", options={**shared, "host": host.as_option()})
            for host in listed_hosts(target.options, project)
        ]

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """Whom, as whom, and every file and command."""
        from hiscomply_ssh.script import ELEVATED

        options = target.options
        yield _said_login(options)
        steps = _steps(_names(options))
        files = ", ".join(step.path for step in steps if step.path)
        yield Text(f"读取文件:{files}", f"reads files: {files}")
        for step in steps:
            if step.command is not None:
                prefix = "sudo -n " if options.get("sudo") and step.command in ELEVATED else ""
                yield Text(f"运行:{prefix}{step.command.shown}", f"runs: {prefix}{step.command.shown}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Item]:
        """Records and refusals of one host, fact by fact.

        Raises:
            CollectFailed: the host could not be asked, or its answer was cut off: then with the kinds concerned.
        """
        from hiscomply_local.answers import Answer, Outcome
        from hiscomply_local.facts import about_host
        from hiscomply_ssh.frames import read_answers

        facts, steps = _facts(target.options), _steps(_names(target.options))
        nonce = secrets.token_hex(16)
        said = _ask(target, context, nonce)
        is_late = isinstance(said.failure, CollectTimedOut)
        cut = Answer(Outcome.TIMED_OUT if is_late else Outcome.BROKEN, detail="the answer did not arrive")
        read = read_answers(said.out, said.err, nonce, steps, cut=cut)
        if read.uid is None and said.failure is not None:
            raise said.failure
        host = target.options["host"]
        about = about_host(read.answers, host.get("asset_id"), context.now, context.zone, target.options)
        if about is None:
            raise said.failure or CollectFailed(
                Text(
                    "读不到主机名;请为该主机写明 asset_id",
                    "the host name cannot be read; give the host an asset_id",
                )
            )
        self._names.claim(about.asset_id, target.name, context)
        for fact in facts:
            yield from fact.parse(read.answers, about)
        if read.missing:
            raise _with_kinds(said.failure, target.options, set(read.missing))


def _ask(target: Target, context: CollectContext, nonce: str) -> Said:
    need("asyncssh", "ssh")
    from hiscomply_ssh import loop
    from hiscomply_ssh.fetch import ask
    from hiscomply_ssh.script import with_nonce

    options = target.options
    step_timeout_s = min(float(options.get("step_timeout", 30)), target.timeout_s)
    text = with_nonce(nonce, _body(_names(options), step_timeout_s, options.get("sudo", False)))
    total_s = target.timeout_s * _OWN_SHARE
    work = ask(login_of(options, context), text, nonce, step_timeout_s=step_timeout_s, total_s=total_s)
    return loop.run(work, target.timeout_s)


def _names(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that are asked for."""
    return tuple(options.get("include") or KINDS)


def _facts(options: Mapping[str, Any]) -> list[Fact]:
    from hiscomply_local.facts import FACTS

    return [FACTS[name] for name in _names(options)]


@lru_cache(maxsize=16)  # the hosts of a fleet are asked the same
def _steps(names: tuple[str, ...]) -> Sequence[Step]:
    from hiscomply_local.facts import FACTS, IDENTITY
    from hiscomply_ssh.script import steps_of

    # The host's own name always: it tells two hosts of one name apart.
    return steps_of((IDENTITY, *(FACTS[name].ask for name in names)))


@lru_cache(maxsize=16)
def _body(names: tuple[str, ...], step_timeout_s: float, sudo: bool) -> str:
    from hiscomply_ssh.script import body

    return body(_steps(names), step_timeout_s, sudo=sudo)


def _with_kinds(
    failure: CollectFailed | None, options: Mapping[str, Any], missing: set[Step]
) -> CollectFailed:
    """The failure, limited to the kinds of the facts that lack an input."""
    from hiscomply_local.facts import FACTS
    from hiscomply_ssh.script import steps_of

    names = [name for name in options.get("include") or KINDS if missing & set(steps_of((FACTS[name].ask,)))]
    kinds = tuple(dict.fromkeys(kind for name in names for kind in KINDS[name]))
    if failure is None:
        failure = CollectFailed(Text("主机的回答不完整", "the host's answer is not complete"))
    return type(failure)(failure.reason, kinds)


def _said_login(options: Mapping[str, Any]) -> Text:
    place, jump = place_of(options), jump_of(options)
    means = [f"key {options['key_file']}"] if "key_file" in options else []
    means += [f"password {said_secret(options['password'])}"] if "password" in options else []
    means += ["ssh-agent"] if options.get("agent") else []
    with_ = ", ".join(means) or "~/.ssh/id_*"
    known = options.get("known_hosts", DEFAULT_KNOWN_HOSTS)
    through = Text(f",经 {jump}", f" through {jump}") if jump else Text("", "")
    return Text(
        f"SSH 连接 {place}{through.zh}({with_};主机密钥按 {known} 核验)",
        f"connects by SSH to {place}{through.en} ({with_}; host key verified by {known})",
    )
