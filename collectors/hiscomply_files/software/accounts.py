"""What rules passwords and log-ins on a machine: login.defs, pwquality, faillock, limits.

Sources: login.defs(5) of shadow 4.13, pwquality.conf(5) of libpwquality 1.4.5, faillock.conf(5) and limits.conf(5) of
Linux-PAM 1.5. What the lines of PAM give a module as arguments overrides the module's own file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, lost, value_of
from hiscomply_files.software.machine import LastWins, root_of

PAM_FORMATS = ("pam_service", "pam_conf")
_CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
_LEAST_LENGTH = 6
"""What pwquality demands whatever the settings: PWQ_BASE_MIN_LENGTH of libpwquality."""
_NEGATIVE, _WHOLE = re.compile(r"-0*[1-9][0-9]*"), re.compile(r"[0-9]{1,9}")
_SHADOW, _PWQUALITY = "login.defs(5), shadow 4.13", "pwquality.conf(5), libpwquality 1.4.5"
_FAILLOCK, _LIMITS = "faillock.conf(5), Linux-PAM 1.5", "systemd-system.conf(5), systemd 252"

_LEFT_OVER = re.compile(
    r"(?:~|[.](?:bak|old|orig|save|pam-old|rpm(?:save|orig|new)|(?:dpkg|ucf)-\w+|swp|disabled))$"
)


def is_left_over(path: str) -> bool:
    """A copy in PAM's folder that an editor or a package manager left: no program asks for a service of such a name."""
    return _LEFT_OVER.search(path) is not None


class LoginDefs(LastWins):
    """``login.defs``."""

    name: ClassVar[str] = "login_defs"
    file_format: ClassVar[str] = "login_defs"
    main: ClassVar[str] = "login.defs"
    defaults: ClassVar[Mapping[str, Default]] = {
        "PASS_MAX_DAYS": Default("-1", _SHADOW),
        "PASS_MIN_DAYS": Default("-1", _SHADOW),
        "ENCRYPT_METHOD": Default("DES", _SHADOW),
        "UMASK": Default("022", _SHADOW),
    }


class Limits(LastWins):
    """``limits.conf`` and ``limits.d``.

    What a line says for a user, a group (``@``, ``%``) or a range of numbers comes before what one says for all (``*``):
    a value of theirs that holds for some.
    """

    name: ClassVar[str] = "limits"
    file_format: ClassVar[str] = "limits_conf"
    main: ClassVar[str] = "limits.conf"
    defaults: ClassVar[Mapping[str, Default]] = {"*.hard.core": Default("unlimited", _LIMITS)}

    def read(self, setting: Setting, path: str) -> Value:
        """The domain in front of the key; ``-1`` and ``infinity`` are ``unlimited``."""
        value = "unlimited" if setting.value in ("-1", "infinity") else setting.value
        return replace(value_of(setting, path), key=f"{setting.section}.{setting.key}", value=value)

    def completed(self, values: list[Value], root: str, files: Mapping[str, ReadFile]) -> Iterator[Value]:
        """Also each value of a domain that is not all, among those of all; whoever is exempt has what is there without limits."""
        yield from values
        without: dict[str, str | None] = {
            one.key: None for one in values if one.key.startswith("*.") and one.key != "*.exempt"
        }
        without |= {key: default.value for key, default in self.defaults.items() if key in without}
        for value in values:
            if value.section is None or (value.section == "*" and value.key != "*.exempt"):
                continue
            item = value.key.removeprefix(f"{value.section}.")
            if item != "exempt":
                yield replace(value, key=f"*.{item}", origin="conditional")
                continue
            for key, text in without.items():
                yield replace(value, key=key, value=text, origin="conditional")
            # One place is enough for those of which no default is known, and a file may hold very many of both.
            without = {key: text for key, text in without.items() if key in self.defaults}


class PamModule(LastWins):
    """The file of a module of PAM, whose arguments in PAM's own files come first."""

    module: ClassVar[str]
    stack: ClassVar[str]
    """The type of the rules in which the module does what its settings say."""

    def wants(self, path: str, file_format: str) -> bool:
        """Its own files, and the stacks."""
        return file_format == self.file_format or file_format in PAM_FORMATS

    def is_own(self, path: str) -> bool:
        """Not one of PAM's stacks."""
        file = PurePosixPath(path)
        return file.parent.name != "pam.d" and file.name != "pam.conf"

    def also_missing(self, root: str, unread: Mapping[str, Text]) -> Iterable[Text]:
        """Stacks that could not be read: their arguments may override the file."""
        return lost([path for path in unread if not self.is_own(path) and root_of(path) == root], unread)

    def read(self, setting: Setting, path: str) -> Value:
        """A key alone is a flag."""
        return replace(value_of(setting, path), value="true" if setting.value is None else setting.value)

    def completed(self, values: list[Value], root: str, files: Mapping[str, ReadFile]) -> Iterator[Value]:
        """The file's values, but for those that every line of PAM overrides; then the arguments."""
        lines = [*self.calls(root, files)]
        given = [value for line in lines for value in line]
        everywhere = {
            value.key for value in given if all(any(one.key == value.key for one in line) for line in lines)
        }
        yield from (value for value in values if value.key not in everywhere)
        yield from given

    def calls(self, root: str, files: Mapping[str, ReadFile]) -> Iterator[list[Value]]:
        """What each line of the machine's stacks gives the module, where it does its work."""
        for path, file in files.items():
            if file.format not in PAM_FORMATS or root_of(path) != root or is_left_over(path):
                continue
            for setting in file.settings:
                words = (setting.value or "").split()
                names = [position for position, word in enumerate(words) if word.endswith(self.module)]
                if not setting.key.endswith("rule") or setting.section != self.stack or not names:
                    continue
                line = value_of(setting, path, origin="conditional")
                pairs = [word.partition("=") for word in words[names[0] + 1 :]]
                yield [
                    replace(line, key=key, value="0" if value == "never" else value if sign else "true")
                    for key, sign, value in pairs
                    if key.isidentifier()
                    and key not in ("preauth", "authfail", "authsucc", "audit", "silent")
                ]


class Pwquality(PamModule):
    """``pwquality.conf``, which is read after ``pwquality.conf.d``."""

    name: ClassVar[str] = "pwquality"
    file_format: ClassVar[str] = "pwquality"
    main: ClassVar[str] = "pwquality.conf"
    is_main_last: ClassVar[bool] = True
    module: ClassVar[str] = "pam_pwquality.so"
    stack: ClassVar[str] = "password"
    defaults: ClassVar[Mapping[str, Default]] = {
        key: Default(value, _PWQUALITY)
        for key, value in {
            "minlen": "8", "minclass": "0", "dictcheck": "1", "usercheck": "1", "enforcing": "1", "retry": "1",
            "maxrepeat": "0", "enforce_for_root": "false", "dcredit": "0", "ucredit": "0", "lcredit": "0",
            "ocredit": "0",
        }.items()
    }  # fmt: skip

    def completed(self, values: list[Value], root: str, files: Mapping[str, ReadFile]) -> Iterator[Value]:
        """Also ``classes``: how many kinds of characters each line of PAM demands, or the file where there is no line.

        ``minlen`` is what a password must have at least: less by the credits that shorten it.
        """
        written = {value.key: value for value in values}
        lines = [*self.calls(root, files)] or [[]]
        known = [{**written, **{value.key: value for value in line}} for line in lines]
        credit = max(_credit(one) for one in known)
        for value in super().completed(values, root, files):
            yield _shortened(value, credit) if value.key == "minlen" else value
        for one in known:
            yield from _classes(one)


def _credit(known: Mapping[str, Value]) -> int:
    """How many characters a password may lack of ``minlen`` for those of the kinds that earn a credit."""
    given = [known[key].value or "" for key in _CREDITS if key in known]
    return sum(int(one) for one in given if _WHOLE.fullmatch(one))


def _shortened(minlen: Value, credit: int) -> Value:
    if not credit or not _WHOLE.fullmatch(minlen.value or ""):
        return minlen
    return replace(minlen, value=str(max(int(minlen.value or "0") - credit, _LEAST_LENGTH)))


def _classes(known: Mapping[str, Value]) -> Iterator[Value]:
    """The greater of minclass and of how many credits are negative; sure only where all of them are known."""
    minclass = known.get("minclass")
    if minclass is None:
        return
    credits = [known[key] for key in _CREDITS if key in known]
    demanded = [one for one in credits if _NEGATIVE.fullmatch(one.value or "")]
    is_certain = len(credits) == len(_CREDITS) and all(one.is_certain for one in (minclass, *credits))
    decides = minclass
    if _WHOLE.fullmatch(minclass.value or "") and len(demanded) > int(minclass.value or "0"):
        decides = replace(demanded[0], value=str(len(demanded)))
    yield replace(decides, key="classes", is_certain=is_certain)


class Faillock(PamModule):
    """``faillock.conf``."""

    name: ClassVar[str] = "faillock"
    file_format: ClassVar[str] = "faillock"
    main: ClassVar[str] = "faillock.conf"
    module: ClassVar[str] = "pam_faillock.so"
    stack: ClassVar[str] = "auth"
    defaults: ClassVar[Mapping[str, Default]] = {
        "deny": Default("3", _FAILLOCK),
        "fail_interval": Default("900", _FAILLOCK),
        "unlock_time": Default("600", _FAILLOCK),
        "even_deny_root": Default("false", _FAILLOCK),
    }

    def read(self, setting: Setting, path: str) -> Value:
        """``never`` is zero, as the module takes it."""
        value = super().read(setting, path)
        return replace(value, value="0") if value.value == "never" else value
