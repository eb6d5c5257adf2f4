"""What the controller makes of its settings: the last value counts, and left out, the alarm is off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text


class FridgeController:
    """One configuration for each ``*.fridge`` file."""

    name: ClassVar[str] = "fridge"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of our own format."""
        return file_format == "fridge_conf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """Each file by itself; one that could not be read says nothing."""
        for path, file in files.items():
            last = {one.key: Value(one.key, one.value, path, one.line, one.column) for one in file.settings}
            last.setdefault("alarm", Value("alarm", "off", path, origin="default"))
            yield Configuration(self.name, path, [*last.values()])
        for path, reason in unread.items():
            yield Configuration(self.name, path, [], missing=[reason])
