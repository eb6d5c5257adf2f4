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
INCLUDES = Text("引用的文件未读取", "it includes a file that was not read")
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
        for one in each_file(self.name, files, unread, _values, {}):
            is_whole = all(value.key != "include" for value in one.values)
            yield one if is_whole else replace(one, missing=(*one.missing, INCLUDES))


def _values(file: ReadFile) -> Iterator[Value]:
    """Commons Configuration takes the first of a key that stands twice, and of some keys all: each is judged."""
    for setting in file.settings:
        value = read_value(setting, file.path)
        yield value
        if setting.key in PASSWORDS:
            shown = holds_published(setting.value, PUBLISHED)
            yield replace(value, key="published_password", value=shown)
