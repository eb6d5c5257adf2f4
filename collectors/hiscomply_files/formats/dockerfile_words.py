"""The words of one instruction: flags, quotes, ``KEY=value`` pairs, the exec form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from hiscomply.frozen import dataclass
from hiscomply.hookspecs import FormatError
from hiscomply.model import Text
from hiscomply_files.formats.dockerfile_lines import Instruction

PLAIN = re.compile(r"\S+")
FLAG = re.compile(r"\s*--(?P<name>[A-Za-z][\w-]*)(?:=(?P<value>\S*))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes, and the offset of its first character in the instruction's text."""

    text: str
    at: int


def flags(one: Instruction) -> tuple[list[tuple[str, str | None, int]], int]:
    """The leading ``--name=value`` (name, value, offset of the name's dashes), and where the rest begins."""
    found: list[tuple[str, str | None, int]] = []
    at = 0
    while match := FLAG.match(one.text, at):
        found.append((match["name"], match["value"], match.start("name") - 2))
        at = match.end()
    return found, at


def words(text: str, escape: str, start: int = 0) -> list[Word]:
    """Words separated by blanks; quotes group and are taken off, the escape character keeps the next one."""
    if escape not in text and '"' not in text and "'" not in text:
        return [Word(match[0], match.start()) for match in PLAIN.finditer(text, start)]
    found: list[Word] = []
    letters: list[str] = []
    begin, quote, at = -1, "", start
    while at < len(text):
        letter = text[at]
        if not quote and letter.isspace():
            if begin >= 0:
                found.append(Word("".join(letters), begin))
                letters, begin = [], -1
            at += 1
            continue
        begin = at if begin < 0 else begin
        if letter == escape and quote != "'" and at + 1 < len(text):
            at += 1
            letters.append(text[at])
        elif letter == quote:
            quote = ""
        elif letter in "\"'" and not quote:
            quote = letter
        else:
            letters.append(letter)
        at += 1
    if begin >= 0:
        found.append(Word("".join(letters), begin))
    return found


def pairs(one: Instruction) -> Iterator[tuple[Word, str, str]]:
    """Each ``KEY=value`` of ENV and LABEL; in the old form ``KEY value`` all after the key is the value.

    Raises:
        FormatError: a word is no pair.
    """
    found = words(one.text, one.escape)
    if "=" not in found[0].text:
        rest = one.text[found[0].at :].split(None, 1)
        if len(rest) < 2:
            raise _no_pair(one, found[0])
        yield found[0], rest[0], rest[1].strip()
        return
    for word in found:
        key, equals, value = word.text.partition("=")
        if not equals or not key:
            raise _no_pair(one, word)
        yield word, key, value


def exec_form(text: str) -> str | None:
    """The JSON list of the exec form in one spelling; None for the shell form."""
    if not text.startswith("["):
        return None
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        return None
    return json.dumps(listed, ensure_ascii=False)


def _no_pair(one: Instruction, word: Word) -> FormatError:
    reason = Text(f"{one.name.upper()} 应为 KEY=value", f"{one.name.upper()} takes KEY=value")
    return FormatError(reason, *one.place(word.at))
