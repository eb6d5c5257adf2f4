"""Writing one setting into the text of a file of lines."""

from __future__ import annotations

from hiscomply.hookspecs import FileFormat, FormatError


def with_line(text: str, line: str, at: int | None = None) -> str:
    """The text with one more line, before the line with index ``at`` or at the end, with the line ends of the text."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split("\n")
    if at is None:
        at = len(lines) - 1 if not lines[-1] else len(lines)
        if lines[-1]:
            lines[-1] += end[:-1]
            lines.append("")
    lines.insert(at, line + end[:-1])
    return "\n".join(lines)


def if_read(one: FileFormat, text: str, key: str, value: str) -> str | None:
    """The text, if the format reads the setting out of it as meant and outside of any block; else None."""
    try:
        found = [setting for setting in one.parse(text) if setting.key == key]
    except FormatError:
        return None
    meant = [setting for setting in found if setting.value == value and setting.section is None]
    return text if meant and meant[-1].is_effective else None
