"""``ansible.cfg``: INI in the dialect of Python's configparser, with ``;`` comments after a value too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import replace
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.ini import Ini
from hiscomply_files.names import posix

NAMES = frozenset({"ansible.cfg", ".ansible.cfg"})
_REFUSED = Text(
    zh="Ansible 无法读取:节或键有误或重复",
    en="Ansible cannot read it: a section or key is wrong or said twice",
)
INLINE = re.compile(r"(?:^|\s);.*")


class AnsibleCfg:
    """The settings of Ansible itself.

    Source: ansible-core 2.19, config/manager.py: ``ConfigParser(inline_comment_prefixes=(';',))``.
    """

    name: ClassVar[str] = "ansible_cfg"

    def recognises(self, path: str, head: bytes) -> bool:
        """By its name."""
        return posix(path).name.lower() in NAMES

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys as ``section.option``.

        Raises:
            FormatError: Ansible would not start with it, such as for a line without section, or one said twice.
        """
        _check(text)
        for one in Ini().parse(text):
            yield one if one.value is None else replace(one, value=_without_comment(one.value))


def _check(text: str) -> None:
    """Reads it by the same library as Ansible, whose errors Ansible does not survive."""
    try:
        ConfigParser(inline_comment_prefixes=(";",)).read_string(text)
    except ConfigParserError as error:
        lines = [number for number, _ in getattr(error, "errors", ())]
        raise FormatError(_REFUSED, lines[0] if lines else getattr(error, "lineno", None)) from error


def _without_comment(value: str) -> str:
    return "\n".join(INLINE.sub("", line).rstrip() for line in value.split("\n"))
