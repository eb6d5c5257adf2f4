"""What can go wrong with a directory server, the same for every product, and what an audit must then say."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from tests.servers.audits import assert_nowhere, audit, write_project
from tests.servers.beside import assert_only_these
from tests.servers.running import Server
from tests.servers.trouble import cut_off, garbage, hung, spoilt

DORMANT = "dormant_accounts_disabled"
# A message of LDAP: well-formed outside, no LDAP inside.
_RUBBISH = b"\x30\x03\x02\x01\x01" + b"\x00\xff\x13rubbish" * 40
# A message that says of itself to be two gigabytes long.
_TWO_GIGABYTES = b"\x30\x84\x7f\xff\xff\xff" + bytes(300_000)
# Requests of any product: the log-in, what the server is, how it pages, and the first of what is wanted.
_PAST_LOG_IN = 4
BESIDE = "  - {collector: local, name: beside, asset_id: here, include: [sysctl]}\n"
"""A target that needs no directory, for where the only one is in trouble itself."""

TROUBLES = [
    ("hung", "timed_out", "within 0.5 seconds"),
    ("hung before TLS", "timed_out", "within 0.5 seconds"),
    ("stopped process", "timed_out", "within 1 seconds"),
    ("silent in the middle", "timed_out", "within 2 seconds"),
    ("gone in the middle", "failed", "the connection to"),
    ("garbage", "failed", "no LDAP"),
    ("garbage in the middle", "failed", "no LDAP"),
    ("huge answer", "failed", "lower page_size"),
    ("huge answer in the middle", "failed", "lower page_size"),
    ("nobody listens", "failed", "the connection to"),
]
"""A trouble, the status that its target must get, and a word of the reason."""


class RealServer(Protocol):
    """A directory under way; ``plain`` is its address without TLS."""

    server: Server
    plain: str


@contextmanager
def meeting(trouble: str, real: RealServer, opened_port: int) -> Iterator[dict[str, object]]:
    """The options of a target that meets a trouble of TROUBLES.

    It speaks without TLS, to loopback, so that the trouble meets LDAP itself.

    Args:
        opened_port: where the real server answers a log-in without TLS.
    """
    with ExitStack() as stack:
        options: dict[str, object] = {"tls": None, "step_timeout": 20}
        if trouble == "hung":
            options |= {"url": f"ldap://127.0.0.1:{stack.enter_context(hung())}", "step_timeout": 0.5}
        elif trouble == "hung before TLS":
            options |= {"url": f"ldaps://127.0.0.1:{stack.enter_context(hung())}", "step_timeout": 0.5}
        elif trouble == "stopped process":
            real.server.send(signal.SIGSTOP)
            stack.callback(real.server.send, signal.SIGCONT)
            options |= {"url": real.plain, "step_timeout": 1}
        elif trouble == "garbage":
            options["url"] = f"ldap://127.0.0.1:{stack.enter_context(garbage(_RUBBISH))}"
        elif trouble == "huge answer":
            _lower_limit(stack)
            options["url"] = f"ldap://127.0.0.1:{stack.enter_context(garbage(_TWO_GIGABYTES))}"
        elif trouble == "nobody listens":
            options["url"] = "ldap://127.0.0.1:9"
        else:
            options |= _in_the_middle(trouble, opened_port, stack)
        yield options


def _in_the_middle(trouble: str, port: int, stack: ExitStack) -> dict[str, object]:
    if trouble.startswith("garbage"):
        bad = spoilt(port, _PAST_LOG_IN, _RUBBISH)
    elif trouble.startswith("huge"):
        _lower_limit(stack)
        bad = spoilt(port, _PAST_LOG_IN, _TWO_GIGABYTES)
    else:
        bad = cut_off(port, 1500, hang=trouble.startswith("silent"))
    step_s = 2 if trouble.startswith("silent") else 20
    return {"url": f"ldap://127.0.0.1:{stack.enter_context(bad)}", "step_timeout": step_s}


def _lower_limit(stack: ExitStack) -> None:
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.setattr("hiscomply_directory.fetch.MAX_BYTES", 100_000)


def assert_beside(
    tmp_path: Path, good: str, bad: str, canaries: Sequence[str], status: str, told: str
) -> None:
    """An audit of the target ``bad``, which gets this status, and of a good one; no canary is anywhere."""
    project = write_project(tmp_path, good + bad)
    audited = audit(project, [DORMANT])
    assert_only_these(audited, DORMANT, {"bad": (status, told)})
    assert_nowhere(canaries, project, audited.out, audited.err)
