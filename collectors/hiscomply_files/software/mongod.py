"""MongoDB's server: one YAML file; a key file turns authorization on, ``ssl`` is the older name of ``tls``.

Source: MongoDB 6.0 manual, configuration file options.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.software.effective import Default, boolean
from hiscomply_files.software.following import each_file, read_value

_SOURCE = "MongoDB 6.0 manual, configuration file options"
DEFAULTS: Mapping[str, Default] = {
    key: Default(value, _SOURCE)
    for key, value in {
        "security.authorization": "disabled",
        "net.tls.mode": "disabled",
        "net.tls.allowInvalidCertificates": "false",
        "net.bindIp": "localhost",
        "net.bindIpAll": "false",
    }.items()
}


class Mongod:
    """Each ``mongod.conf``."""

    name: ClassVar[str] = "mongod"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``mongod_conf`` but those of the router, which holds no data."""
        return file_format == "mongod_conf" and not PurePosixPath(path).name.lower().startswith("mongos")

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file."""
        yield from each_file(self.name, files, unread, _values, DEFAULTS)


def _values(file: ReadFile) -> Iterator[Value]:
    written = [
        read_value(one, file.path) for one in file.settings if one.is_effective and one.section is None
    ]
    names = {one.key for one in written}
    for value in written:
        if value.key.startswith("net.ssl."):
            text = value.value.replace("SSL", "TLS") if value.value else value.value
            yield replace(value, key=value.key.replace("net.ssl.", "net.tls."), value=text)
            continue
        if value.key == "net.bindIpAll":
            yield replace(value, value=boolean(value.value))
            continue
        if value.key == "security.transitionToAuth" and boolean(value.value) != "false":
            # whoever does not log on is let in as well
            yield replace(
                value, key="security.authorization", value=None if value.value is None else "transition"
            )
        yield value
        is_key = value.key == "security.keyFile" or (
            value.key == "security.clusterAuthMode" and value.value == "x509"
        )
        if is_key and "security.authorization" not in names:
            names.add("security.authorization")
            yield replace(value, key="security.authorization", value="enabled")
