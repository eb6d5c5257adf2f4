"""Who may connect to PostgreSQL: every record of pg_hba.conf counts, since each lets somebody in.

Source: PostgreSQL 16 manual, 20.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.pg_hba_conf import INCLUDES
from hiscomply_files.software.following import Following

RULE = re.compile(r"rules\[(?P<number>\d+)\]\.(?P<field>\w+)")
LOOPBACK = re.compile(
    r"127(\.\d{1,3}){3}(/([89]|[12]\d|3[0-2]|255(\.\d{1,3}){3}))?|::1(/128)?|localhost|samehost", re.I
)


class PgHba:
    """Each ``pg_hba.conf``: ``local_method``, and for the network ``type``, ``method`` and ``address`` of each record.

    Records that turn people away (``reject``) let nobody in and are left out; those of the machine's own addresses are
    ``local_method``. ``section`` is the record's database and user.
    """

    name: ClassVar[str] = "pg_hba"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``pg_hba_conf``."""
        return file_format == "pg_hba_conf"

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file that no other one includes."""
        taken: set[str] = set()
        known = {path: replace(file, settings=_renamed(file)) for path, file in files.items()}
        for path in sorted(
            (*files, *unread), key=lambda one: (PurePosixPath(one).name != "pg_hba.conf", one)
        ):
            if path in taken:
                continue
            reading = Following(known, unread, _pattern)
            reading.file(path)
            taken |= reading.seen
            values = [*_records(reading.values())]
            yield Configuration(self.name, path, values, missing=tuple(reading.missing))


def _renamed(file: ReadFile) -> Sequence[Setting]:
    """Records of two files never have one key."""
    return [
        one if one.key in INCLUDES else replace(one, key=f"{file.path}:{one.key}") for one in file.settings
    ]


def _pattern(setting: Setting) -> str | None:
    if setting.key not in INCLUDES:
        return None
    target = setting.value or ""
    return f"{target.rstrip('/')}/*.conf" if setting.key == "include_dir" else target


def _records(values: Sequence[Value]) -> Iterator[Value]:
    records: dict[str, dict[str, Value]] = {}
    for value in values:
        match = RULE.search(value.key)
        if match:
            records.setdefault(value.key[: match.end("number")], {})[match["field"]] = value
    for record in records.values():
        method, kind = record["method"], record["type"]
        if method.value == "reject":
            continue
        section = f"{record['database'].value} {record['user'].value}"
        address = record.get("address")
        if address is None or LOOPBACK.fullmatch(address.value or ""):
            yield replace(method, key="local_method", section=section)
            continue
        yield replace(kind, key="type", section=section)
        yield replace(address, key="address", section=section)
        yield replace(method, key="method", section=section)
