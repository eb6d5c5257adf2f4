"""OpenMRS: ``openmrs-runtime.properties``.

Source: OpenMRS platform 2.6, ``DatabaseUpdater``, and the published compose file of the reference application.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, boolean
from hiscomply_files.software.following import each_file, holds_published, read_value

DEFAULTS: Mapping[str, Default] = {"auto_update_database": Default("false", "OpenMRS 2.6, DatabaseUpdater")}
PUBLISHED = frozenset({"openmrs", "test", "Admin123"})


class Openmrs:
    """Each ``*runtime.properties`` of OpenMRS; ``published_password`` says whether everybody knows the database's."""

    name: ClassVar[str] = "openmrs"

    def wants(self, path: str, file_format: str) -> bool:
        """``openmrs-runtime.properties`` and ``<webapp>-runtime.properties``."""
        return file_format == "properties" and PurePosixPath(path).name.lower().endswith("runtime.properties")

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file."""
        yield from each_file(self.name, files, unread, _values, DEFAULTS)


def _values(file: ReadFile) -> Iterator[Value]:
    for setting in file.settings:
        if not setting.is_effective:
            continue
        value = read_value(setting, file.path)
        if setting.key in ("auto_update_database", "module.allow_web_admin"):
            value = replace(value, value=boolean(value.value))
        yield value
        if setting.key == "connection.password":
            shown = holds_published(setting.value, PUBLISHED)
            yield replace(value, key="published_password", value=shown)
