"""``ansible.cfg``: INI in the dialect of Python's configparser, with ``;`` comments after a value too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply_files.formats.ini import Ini
from hiscomply_files.names import posix

NAMES = frozenset({"ansible.cfg", ".ansible.cfg"})
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
        """Keys as ``section.option``; the last occurrence is effective."""
        for one in Ini().parse(text):
            yield one if one.value is None else replace(one, value=_without_comment(one.value))


def _without_comment(value: str) -> str:
    return "\n".join(INLINE.sub("", line).rstrip() for line in value.split("\n"))
