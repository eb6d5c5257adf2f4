"""The options that sshd is started with: they come before its file, and ``sshd -T`` does not know them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from hiscomply.model import Text
from hiscomply_local.about import missing, unreadable
from hiscomply_local.answers import Answers, Outcome

FILES = (
    "/etc/default/ssh",
    "/etc/sysconfig/sshd",
    "/etc/sysconfig/sshd-permitrootlogin",
    "/etc/sysconfig/ssh",
    "/etc/conf.d/sshd",
)
"""What the units of Debian, RHEL and openEuler, SUSE, and Alpine read."""
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(SSHD_OPTS|OPTIONS|PERMITROOTLOGIN)=(.*)")
_WITH_ARGUMENT = frozenset("CEbcfghkopu")
_AS_SETTING = {"g": "logingracetime", "p": "port"}
_WHAT = Text("启动 sshd 的选项", "options that sshd is started with")


@dataclass(frozen=True, slots=True)
class Given:
    """A setting that stands in such a file."""

    key: str
    value: str
    path: str
    line: int


def started_with(answers: Answers) -> Iterator[Given | tuple[str, int | None, Text]]:
    """Settings in their order, of which sshd takes the first of a key; and the places of what is not known, with the reason."""
    for path in FILES:
        answer = answers.file(path)
        if not answer.ok:
            if answer.outcome is not Outcome.ABSENT:
                yield path, None, missing(_WHAT, answer)
            continue
        assigned = {match[1]: (number, match[2]) for number, match in _assignments(answer.text)}
        for number, text in assigned.values():
            for one in _options(text):
                if isinstance(one, Text):
                    yield path, number, one
                else:
                    yield Given(*one, path, number)


def _assignments(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if (match := _ASSIGNMENT.match(line)) is not None:
            yield number, match


def _options(text: str) -> Iterator[tuple[str, str] | Text]:
    """Keys with values, or why they cannot be told."""
    try:
        words = iter(" ".join(shlex.split(text, comments=True)).split())
    except ValueError:
        yield unreadable(_WHAT)
        return
    for word in words:
        flag, rest = word[1:2], word[2:]
        if not word.startswith("-") or flag not in _WITH_ARGUMENT:
            continue
        argument = rest or next(words, "")
        if flag == "f":
            reason = (
                f"sshd 以另一个配置文件 {argument} 启动",
                f"sshd is started with another file, {argument}",
            )
            yield Text(*reason)
        elif flag == "o":
            key, equals, value = argument.partition("=")
            yield key.lower(), value if equals else next(words, "")
        elif flag in _AS_SETTING:
            yield _AS_SETTING[flag], argument
