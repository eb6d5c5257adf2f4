"""Fact ``password_rules``: what login.defs, pwquality and faillock amount to on this host, as ``setting`` records.

The files are read by the same formats and put together by the same software as in a configuration repository.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import FileFormat, FormatError, Setting
from hiscomply.model import Text
from hiscomply.units import Item, Row
from hiscomply_files.formats.login_defs import LoginDefs as LoginDefsFormat
from hiscomply_files.formats.pam import PamConf, PamService
from hiscomply_files.formats.pam_conf import Faillock as FaillockFormat
from hiscomply_files.formats.pam_conf import Pwquality as PwqualityFormat
from hiscomply_files.software.accounts import Faillock, LoginDefs, PamModule, Pwquality, is_left_over
from hiscomply_files.software.machine import LastWins
from hiscomply_kit.settings import effective_said, own_of
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answer, Answers, Ask, Outcome
from hiscomply_local.parse_settings import number

STACKS = "/etc/pam.d"
_PAM: tuple[tuple[str, FileFormat], ...] = ((f"{STACKS}/*", PamService()), ("/etc/pam.conf", PamConf()))
WHAT = Text("口令设置", "password settings")
_KEPT_BYTES = 500_000
"""What a host has above that is not remembered; Debian's files together have 40,000."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """One software that rules passwords.

    Attributes:
        main: what it reads without being told.
        also: further files, in front of or behind it.
        asked: keys that are said to be not known where no file has them, and none was refused.
    """

    software: LastWins
    format: FileFormat
    main: str
    also: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def module(self) -> PamModule | None:
        """The software, where it is one that rules nothing without a line of PAM."""
        return self.software if isinstance(self.software, PamModule) else None


_ALL = (
    _Rules(
        LoginDefs(),
        LoginDefsFormat(),
        "/etc/login.defs",
        ("/etc/login.defs.d/*.defs",),
        ("PASS_MAX_DAYS",),
    ),
    _Rules(
        Pwquality(),
        PwqualityFormat(),
        "/etc/security/pwquality.conf",
        ("/etc/security/pwquality.conf.d/*.conf",),
        ("minlen", "classes"),
    ),
    _Rules(Faillock(), FaillockFormat(), "/etc/security/faillock.conf", asked=("deny",)),
)
PASSWORD_ASK = Ask(
    files=(*(path for one in _ALL for path in (one.main, *one.also)), *(pattern for pattern, _ in _PAM))
)


@dataclass(frozen=True, slots=True)
class _Refused:
    """A file, or a line of it, that could not be read."""

    path: str
    reason: Text
    line: int | None = None


@dataclass(frozen=True, slots=True)
class _InEffect:
    """A value in effect, with the fields that it has on any host."""

    path: str
    line: int | None
    said: Mapping[str, Any]


def parse_password_rules(answers: Answers, about: About) -> Iterator[Item]:
    """The values in effect, defaults and arguments of PAM among them; without a value where that is not known.

    A software of which some file could not be read, or that no line of PAM calls, has no value that is known.
    """
    files = dict(pair for pattern in PASSWORD_ASK.files for pair in answers.matching(pattern))
    is_small = sum(len(answer.data) for answer in files.values()) <= _KEPT_BYTES
    read = _understood if is_small else _understood.__wrapped__
    rows = []
    for one in read(tuple(files.items())):
        if isinstance(one, _InEffect):
            own, source = own_of(about.asset_id, one.path), about.file_uri(one.path)
            rows.append(Row(one.said, own, source, one.line, None, None))
        else:
            yield about.refused("setting", one.path, one.line, one.reason)
    yield from about.settings(rows)


@lru_cache(maxsize=32)  # the hosts of a fleet have the same files
def _understood(files: tuple[tuple[str, Answer], ...]) -> Sequence[_InEffect | _Refused]:
    """What these files amount to on any host."""
    return tuple(_read(Answers(dict(files), {})))


def _read(answers: Answers) -> Iterator[_InEffect | _Refused]:
    pam = _Found()
    for pattern, file_format in _PAM:
        yield from pam.look(answers, pattern, file_format)
    for rules in _ALL:
        found = _Found(dict(pam.files), dict(pam.unread)) if rules.module else _Found()
        for pattern in (*rules.also, rules.main):
            yield from found.look(answers, pattern, rules.format)
        is_called = not rules.module or any(True for _ in rules.module.calls("", found.files))
        if rules.module and is_called and answers.file(rules.main).outcome is Outcome.ABSENT:
            # the module takes its defaults then
            name = rules.main.lstrip("/")
            found.files[name] = ReadFile(name, rules.format.name, ())
        yield from _in_effect(rules, found, is_called=is_called)


class _Found:
    """Files of the host by path without the leading slash, as the software wants them."""

    def __init__(
        self, files: dict[str, ReadFile] | None = None, unread: dict[str, Text] | None = None
    ) -> None:
        self.files = files or {}
        self.unread = unread or {}

    def look(self, answers: Answers, pattern: str, file_format: FileFormat) -> Iterator[_Refused]:
        """Reads what the host has of a pattern, and says what could not be read."""
        for path, answer in answers.matching(pattern):
            if answer.outcome is Outcome.ABSENT or (path.startswith(STACKS) and is_left_over(path)):
                continue
            name = path.lstrip("/")
            settings: list[Setting] = []
            if not answer.ok:
                refused = _Refused(path, missing(WHAT, answer))
            else:
                try:
                    settings = list(file_format.parse(answer.text))
                    self.files[name] = ReadFile(name, file_format.name, settings)
                    continue
                except FormatError as error:
                    refused = _Refused(path, unreadable(WHAT), error.line or 1)
            self.unread[name] = refused.reason
            yield refused


def _in_effect(rules: _Rules, found: _Found, *, is_called: bool) -> Iterator[_InEffect]:
    values: dict[str, list[Value]] = {}
    for one in _configurations(rules, found):
        for value in one.values:
            is_known = is_called and value.is_certain and not one.missing
            values.setdefault(value.key, []).append(replace(value, is_certain=is_known))
    if any(one.value == "0" for one in values.get("enforcing", ())):
        # What is refused to nobody is not demanded.
        for key in values.keys() & set(rules.asked):
            values[key] = [replace(one, value="0") for one in values[key]]
    place = rules.main if rules.main.lstrip("/") in found.files or not rules.module else STACKS
    for key in () if found.unread else rules.asked:
        values.setdefault(key, [Value(key, None, place.lstrip("/"), is_certain=False)])
    occurrences: Counter[tuple[str, str]] = Counter()
    for value in (one for each in values.values() for one in each):
        occurrences[value.file, value.key] += 1
        said = _said(f"{rules.software.name}_effective", value, occurrences[value.file, value.key])
        yield _InEffect(f"/{value.file}", value.line, said)


def _configurations(rules: _Rules, found: _Found) -> Iterator[Configuration]:
    files: Mapping[str, ReadFile] = found.files
    return rules.software.configurations(files, found.unread)


def _said(form: str, value: Value, occurrence: int) -> Mapping[str, Any]:
    fields = effective_said(form, value.key, value.value, number(value.value))
    fields["occurrence"] = occurrence
    if not value.is_certain:
        for name in ("value", "number", "value_empty", "value_length"):
            fields.pop(name, None)
    return fields
