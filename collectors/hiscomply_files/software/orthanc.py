"""Orthanc: one JSON file, or all JSON files of its folder put together; a key in two of them stops the server.

Source: the Orthanc Book, "Configuration of Orthanc", and the comments of the configuration of Orthanc 1.12.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, with_defaults
from hiscomply_files.software.following import holds_published, read_value

# What ``Orthanc --config=FILE`` writes (1.10.1); a test asks the installed one.
# All but SslEnabled and RestApiWriteToFileSystemEnabled were seen as well in calls of GetBooleanParameter in
# OrthancServer/Sources/main.cpp and OrthancConfiguration.cpp.
_SOURCE = "configuration that Orthanc --config writes"
DEFAULTS: Mapping[str, Default] = {
    key: Default(value, _SOURCE)
    for key, value in {
        "RemoteAccessAllowed": "false",
        "SslEnabled": "false",
        "DicomTlsEnabled": "false",
        "DicomCheckCalledAet": "false",
        "DicomCheckModalityHost": "false",
        "DicomAlwaysAllowEcho": "true",
        "DicomAlwaysAllowStore": "true",
        "DicomAlwaysAllowFind": "false",
        "DicomAlwaysAllowGet": "false",
        "DicomAlwaysAllowMove": "false",
        "ExecuteLuaEnabled": "false",
        "RestApiWriteToFileSystemEnabled": "false",
    }.items()
}
NAME = re.compile(r"(?:[^/]*[._-])?orthanc[^/]*\.json")
PUBLISHED = frozenset({"orthanc"})
"""Passwords that the packages and the documentation come with."""
TWICE = Text(
    "同一个键写在两个文件里,Orthanc 无法启动", "a key stands in two files, and Orthanc does not start"
)


class Orthanc:
    """Each folder named ``orthanc``, and each ``orthanc*.json`` elsewhere.

    ``published_password`` of a user in ``RegisteredUsers`` says whether the password is one that everybody knows.
    """

    name: ClassVar[str] = "orthanc"

    def wants(self, path: str, file_format: str) -> bool:
        """JSON files by their name or their folder's."""
        file = PurePosixPath(path.lower())
        return file_format == "json" and (
            NAME.fullmatch(file.name) is not None or file.parent.name == "orthanc"
        )

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each folder or file."""
        groups: dict[str, list[str]] = {}
        for path in sorted((*files, *unread)):
            parent = PurePosixPath(path).parent
            groups.setdefault(parent.as_posix() if parent.name.lower() == "orthanc" else path, []).append(
                path
            )
        for paths in groups.values():
            main = next((one for one in paths if PurePosixPath(one).name.lower() == "orthanc.json"), paths[0])
            missing = [unread[path] for path in paths if path in unread]
            values = [value for path in paths if path in files for value in _values(files[path])]
            owners = Counter(key for path in paths if path in files for key in _top(files[path]))
            if max(owners.values(), default=0) > 1:
                missing.append(TWICE)
            if missing:
                values = [replace(one, is_certain=one.is_certain and TWICE not in missing) for one in values]
            else:
                values = [*with_defaults([*values, *_default_user(values)], DEFAULTS, main)]
            yield Configuration(self.name, main, values, missing=tuple(missing))


def _default_user(values: Sequence[Value]) -> Iterator[Value]:
    """With log-in asked for from afar and no user, Orthanc makes the one that everybody knows, main.cpp since 1.5.8.

    Users that a container is given by variables are not in these files: then it is not known.
    """
    known = {one.key: one for one in values}
    remote, login = known.get("RemoteAccessAllowed"), known.get("AuthenticationEnabled")
    if (
        remote is not None
        and remote.value == "true"
        and (login is None or login.value != "false")
        and not any(one.key.startswith("RegisteredUsers.") for one in values)
    ):
        yield replace(remote, key="published_password", value=None)


def _top(file: ReadFile) -> set[str]:
    return {re.split(r"[.\[]", one.key, maxsplit=1)[0] for one in file.settings}


def _values(file: ReadFile) -> Iterator[Value]:
    for setting in file.settings:
        if not setting.is_effective:
            continue
        yield read_value(setting, file.path)
        if setting.key.startswith("RegisteredUsers."):
            shown = holds_published(setting.value, PUBLISHED)
            yield replace(read_value(setting, file.path), key="published_password", value=shown)
