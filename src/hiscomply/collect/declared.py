"""The project file as a source of evidence, beside the collectors: what it says passes the same border."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from hiscomply import __version__
from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target, Text

DECLARED = "project"
KINDS = ("institution", "scope_statement")


class DeclaredCollector:
    """Gives the records of the project file as true at the moment that is judged."""

    name: ClassVar[str] = DECLARED
    version: ClassVar[str] = __version__
    summary: ClassVar[Text] = Text(
        "项目文件中声明的机构情况", "What the project file says of the institution"
    )
    options_schema: ClassVar[Mapping[str, Any]] = {"type": "object", "additionalProperties": False}

    def __init__(self, records: Sequence[Record], as_of: datetime | None) -> None:
        self._records = tuple(records)
        self._as_of = as_of

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Both kinds, since a file without statements says that there are none."""
        return KINDS

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The records, dated to the moment that is judged, or to now."""
        for record in self._records:
            yield replace(record, observed_at=self._as_of or context.now)


def declared_target(name: str, records: Sequence[Record]) -> Target:
    """The target under which the project file stands in the list of collections; another file is another target."""
    said = hashlib.sha256(repr(records).encode()).hexdigest()
    return Target(collector=DECLARED, name=name, options={"said": said}, kinds=KINDS)
