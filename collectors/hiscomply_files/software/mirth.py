"""Mirth Connect and the Open Integration Engine: ``mirth.properties``.

Source: mirth.properties as Mirth Connect 4.5 ships it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.following import each_file, holds_published, read_value

PUBLISHED = frozenset({"81uWxplDtB", "docker_storepass", "docker_keypass", "mirthdb"})
"""Passwords that the installer and the container image come with."""
PASSWORDS = frozenset({"keystore.storepass", "keystore.keypass", "database.password"})
NAMES = frozenset({"mirth.properties", "oie.properties"})


class Mirth:
    """Each ``mirth.properties``. What it leaves out depends on the version, so no default is assumed.

    ``published_password`` says of each of its passwords whether everybody knows it.
    """

    name: ClassVar[str] = "mirth"

    def wants(self, path: str, file_format: str) -> bool:
        """``mirth.properties``."""
        return file_format == "properties" and PurePosixPath(path).name.lower() in NAMES

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file."""
        yield from each_file(self.name, files, unread, _values, {})


def _values(file: ReadFile) -> Iterator[Value]:
    for setting in file.settings:
        if not setting.is_effective:
            continue
        value = read_value(setting, file.path)
        yield value
        if setting.key in PASSWORDS:
            shown = holds_published(setting.value, PUBLISHED)
            yield replace(value, key="published_password", value=shown)
