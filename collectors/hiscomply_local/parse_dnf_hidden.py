"""What the configuration of dnf and yum hides from ``check-update``: excluded packages, and locked versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hiscomply.model import Text
from hiscomply_local.about import missing
from hiscomply_local.answers import Answers, Outcome

_CONFIGURATION = ("/etc/dnf/dnf.conf", "/etc/yum.conf", "/etc/yum.repos.d/*.repo")
_LOCKS = ("/etc/dnf/plugins/versionlock.list", "/etc/yum/pluginconf.d/versionlock.list")
FILES = (*_CONFIGURATION, *_LOCKS)
_EXCLUDES = re.compile(r"(?:exclude|excludes|excludepkgs|includepkgs)\s*[=:]\s*(.*)", re.IGNORECASE)
_DISABLED = re.compile(r"enabled\s*[=:]\s*(?:0|no|false|off)\s*", re.IGNORECASE)
_WHAT = Text("待装更新", "pending updates")
_EXCLUDED = Text(
    "待装更新未知:此行使一部分软件包的更新不再列出",
    "pending updates not known: this line hides the updates of some packages",
)


def hidden(answers: Answers) -> Iterator[tuple[str, int | None, Text]]:
    """File, line and what is not known because of it."""
    for path, answer in (one for pattern in FILES for one in answers.matching(pattern)):
        if answer.outcome is Outcome.ABSENT:
            continue
        if not answer.ok:
            yield path, None, missing(_WHAT, answer)
            continue
        line = _first_lock(answer.text) if path in _LOCKS else next(_excluding(answer.text), None)
        if line is not None:
            yield path, line, _EXCLUDED


def _first_lock(text: str) -> int | None:
    lines = enumerate(text.split("\n"), 1)
    return next((number for number, line in lines if line.strip() and line.lstrip()[0] != "#"), None)


def _excluding(text: str) -> Iterator[int]:
    """The lines of enabled sections that exclude something; a value may go on in indented lines."""
    excluding: int | None = None
    is_enabled, waits_for_value = True, 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("["):
            if excluding is not None and is_enabled:
                yield excluding
            excluding, is_enabled, waits_for_value = None, True, 0
        elif waits_for_value and line[:1].isspace() and line.strip():
            excluding, waits_for_value = excluding or waits_for_value, 0
        elif (match := _EXCLUDES.match(line)) is not None:
            waits_for_value = 0 if match[1].strip() else number
            excluding = excluding or (number if match[1].strip() else None)
        elif _DISABLED.fullmatch(line):
            is_enabled = False
    if excluding is not None and is_enabled:
        yield excluding
