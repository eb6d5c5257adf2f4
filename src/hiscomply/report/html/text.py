"""Text that strangers wrote, made safe to look at: short, nothing invisible, nothing that turns a line."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

from hiscomply.model import Text

# Controls, bidi marks and overrides, zero-width characters, line separators, tags, lone surrogates.
_UNSEEN: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff"
)
_INVISIBLE: Final = re.compile(f"[{_UNSEEN}]")
_INVISIBLE_BUT_NEWLINE: Final = re.compile(f"(?!\n)[{_UNSEEN}]")


def visible(text: str) -> str:
    """The text with each invisible character as ``⟨U+202E⟩``."""
    return _INVISIBLE.sub(_name, text)


def visible_lines(text: str) -> str:
    """Like ``visible``, but lines stay lines."""
    return _INVISIBLE_BUT_NEWLINE.sub(_name, text.replace("\r\n", "\n"))


def shorten(text: str, limit: int, language: str) -> str:
    """At most ``limit`` characters of what people see; if cut, the whole length is told."""
    shown = visible(text[: limit + 1])
    if len(text) <= limit and len(shown) <= 2 * limit:
        return shown
    return shown[:limit] + cut_note(len(text)).to(language)


def cut_note(length: int) -> Text:
    """What stands at the end of a text that is too long to be shown."""
    return Text(f"…（已截断，原文共 {length:,} 个字符）", f"… (cut; {length:,} characters in all)")


def stranger(text: object, limit: int = 240) -> Markup:
    """Text from evidence or from the project, isolated from the direction of what stands around it."""
    raw = str(text)
    shown = visible(raw[: limit + 1])
    if len(raw) <= limit and len(shown) <= 2 * limit:
        return Markup("<bdi>{}</bdi>").format(shown)
    return Markup("<bdi>{}</bdi>{}").format(shown[:limit], both(cut_note(len(raw))))


def both(text: Text, limit: int = 2_000) -> Markup:
    """Both languages; the style sheet shows the one that the reader chose."""
    zh, en = shorten(text.zh, limit, "zh"), shorten(text.en, limit, "en")
    if zh == en:
        return escape(zh)
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(zh, en)


def code_lines(text: str, limit: int = 6_000) -> Markup:
    """A condition as its author wrote it, lines kept."""
    if len(text) <= limit:
        return escape(visible_lines(text))
    return Markup("{}{}").format(visible_lines(text[:limit]), both(cut_note(len(text))))


def slug(text: str) -> str:
    """An element id made of letters, digits, ``_ . -`` only."""
    return re.sub(r"[^A-Za-z0-9_.-]", lambda match: f"~{ord(match[0]):x}", text)


def percent(share: float) -> str:
    """Whole percents, rounded down so that 100 % is never claimed for less than all."""
    if 0 < share < 0.01:
        return "<1 %"
    return f"{int(share * 100 + 1e-9)} %"


def _name(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"
