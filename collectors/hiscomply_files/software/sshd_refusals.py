"""At what sshd refuses to start: then nothing of its file is in effect, and what runs is not known.

Source: servconf.c of OpenSSH 9.2; what that program, as Debian builds it, was seen to refuse.
"""

from __future__ import annotations

import re

from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.following import is_template
from hiscomply_files.software.sshd_keywords import (
    ALGORITHMS,
    BARE_CRITERIA,
    CRITERIA,
    EXACT,
    IN_MATCH,
    KNOWN,
    NUMBERS,
    SINGLE,
    TIMES,
    WORDS,
)

_LARGEST = 2**31 - 1
_LONGEST_SHOWN = 60
_NUMBER = re.compile(r"\s*[+]?[0-9]{1,12}")
_STARTUPS = re.compile(r"\+?(\d{1,9})(?::(\d{1,9})(?::(\d{1,9}))?)?")
_TIME = re.compile(r"(?:\+?\d++[smhdw]?+)++", re.I)
_SERVICE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_WORD = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"']+""")
_CRITERION = re.compile(r"""\s*([A-Za-z-]+)(?:\s*=\s*|\s+|$)("[^"]*"|\S+)?""")


def refusal(setting: Setting, file: str, section: str | None) -> Text | None:
    """Why sshd does not start with this line, with its place; None if it is not seen to be refused.

    Args:
        section: the Match block that holds for it.
    """
    why = _bad_criterion(section) or _bad_line(setting, section)
    if why is None:
        return None
    return Text(
        f"{file}:{setting.line}:{why.zh},sshd 不能以此启动",
        f"{file}:{setting.line}: {why.en}; sshd does not start with it",
    )


def _bad_line(setting: Setting, section: str | None) -> Text | None:
    key, value = setting.key, setting.value
    if key not in KNOWN:
        return Text(f"sshd 没有 {_shown(key)} 这条指令", f"sshd knows no directive {_shown(key)}")
    if section is not None and key not in IN_MATCH:
        return Text(f"{key} 不能写在 Match 块中", f"{key} may not stand in a Match block")
    if value is None:
        return Text(f"{key} 没有值", f"{key} has no value")
    if is_template(value):
        return None
    words = _words(value)
    if words is None:
        return Text(f"{key} 的引号没有成对", f"a quote after {key} is not closed")
    if key in SINGLE and len(words) > 1:
        return Text(f"{key} 之后的值多于一个", f"more than one value follows {key}")
    if key in SINGLE and not _is_taken(key, words[0]):
        return Text(f"{key} 不能取值 {_shown(words[0])}", f"{key} does not take {_shown(words[0])}")
    return None


def _shown(word: str) -> str:
    return word if len(word) <= _LONGEST_SHOWN else f"{word[:_LONGEST_SHOWN]}…"


def _words(value: str) -> list[str] | None:
    """The words of a value without their quotes; None where a quote is not closed."""
    found = _WORD.findall(value)
    if len("".join(found)) != len(value) - sum(map(value.count, " \t")) and _WORD.sub("", value).strip():
        return None
    return [one[1:-1] if one[0] in "\"'" else one for one in found] or [value]


def _is_taken(key: str, word: str) -> bool:
    if key in WORDS:
        return (word if key in EXACT else word.lower()) in WORDS[key]
    if key in NUMBERS:
        return _NUMBER.fullmatch(word) is not None and int(word) <= _LARGEST
    if key in TIMES:
        return _TIME.fullmatch(word) is not None and (not word.isdigit() or int(word[:12]) <= _LARGEST)
    if key in ALGORITHMS:
        names = word[1:] if word[:1] in ("+", "^") else word
        return word.startswith("-") or all(map(ALGORITHMS[key].fullmatch, filter(None, names.split(","))))
    if key == "maxstartups":
        return _is_rate(word)
    if key == "port":
        return 0 < int(word[:9]) < 65536 if word.isdigit() else _SERVICE.fullmatch(word) is not None
    return True


def _is_rate(word: str) -> bool:
    match = _STARTUPS.fullmatch(word)
    if match is None:
        return word.lstrip("+")[:1].isdigit()  # what follows the numbers is not looked at
    begin, rate, full = (int(part or 0) for part in match.groups())
    return begin > 0 and (match[2] is None or (begin <= full and 1 <= rate <= 100))


def _bad_criterion(section: str | None) -> Text | None:
    rest = (section or "").removeprefix("Match").strip()
    while rest:
        match = _CRITERION.match(rest)
        name = match[1].lower() if match else rest.split()[0]
        if match is None or name not in CRITERIA | BARE_CRITERIA:
            return Text(f"Match 没有 {_shown(name)} 这个条件", f"Match knows no criterion {_shown(name)}")
        if name in BARE_CRITERIA:
            rest = rest[len(match[1]) :].strip() if match else ""
        elif match[2] is None:
            return Text(f"Match 的条件 {name} 没有值", f"the criterion {name} of Match has no value")
        else:
            rest = rest[match.end() :].strip()
    return None
