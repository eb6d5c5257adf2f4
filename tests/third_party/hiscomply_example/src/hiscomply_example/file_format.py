"""The controller's settings: ``key -> value`` lines in ``*.fridge`` files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text


class FridgeConf:
    """A setting per line; ``#`` begins a comment line."""

    name: ClassVar[str] = "fridge_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """By the file's name."""
        return path.endswith(".fridge")

    def parse(self, text: str) -> Iterator[Setting]:
        """The settings in order.

        Raises:
            FormatError: a line has no arrow.
        """
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            key, arrow, value = line.partition("->")
            if not arrow:
                raise FormatError(Text("缺少 ->", "there is no ->"), line=number, column=1)
            yield Setting(key.strip().lower(), value.strip(), number, 1)
