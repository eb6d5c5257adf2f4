"""A directory that answers what was recorded from a real one, with changes where a test wants another situation."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import hiscomply_directory
from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Rejected
from hiscomply_directory.collector import read
from hiscomply_directory.entry import Entry
from hiscomply_directory.words import cut_short

RECORDED = Path(hiscomply_directory.__file__).parent / "recorded"
Change = Callable[[Entry], Entry | None]


class RecordedDirectory:
    """Answers a search by the recorded one of the same place and filter; ``change`` sees every entry.

    Args:
        cut: the filters whose answers end early, as by a limit of the server.
    """

    def __init__(self, situation: str, change: Change = lambda entry: entry, cut: Sequence[str] = ()) -> None:
        self.recorded = json.loads((RECORDED / situation / "answers.json").read_text(encoding="utf-8"))
        self.where = self.recorded["options"]["url"]
        self._change, self._cut = change, cut

    def search(
        self, base: str, where: str, attributes: Sequence[str], scope: str = "subtree"
    ) -> Iterator[Entry]:
        for search in self.recorded["searches"]:
            if (search["base"], search["filter"], search["scope"]) == (base, where, scope):
                wanted = {one.lower() for one in attributes}
                found = [Entry(one["dn"], _values(one["values"], wanted)) for one in search["entries"]]
                yield from (one for entry in found if (one := self._change(entry)) is not None)
                if where in self._cut:
                    raise cut_short(self.where, 4, len(found))
                return
        raise AssertionError(f"not recorded: {base} {where} {scope}")


def _values(values: Mapping[str, Any], wanted: set[str]) -> dict[str, tuple[bytes, ...]]:
    return {
        name: tuple(
            base64.b64decode(one["base64"]) if isinstance(one, dict) else one.encode() for one in given
        )
        for name, given in values.items()
        if name in wanted
    }


class Read:
    """Everything that a directory gave: records by kind, what was set aside, and how it ended."""

    def __init__(self, directory: RecordedDirectory, **options: object) -> None:
        chosen = {**directory.recorded["options"], **options}
        now = datetime.fromisoformat(directory.recorded["observed_at"])
        context = CollectContext(Path(), "Asia/Shanghai", now, {}, str)
        self.records: list[Record] = []
        self.rejected: list[Rejected] = []
        self.failure: CollectFailed | None = None
        try:
            for item in read(directory, chosen, context):
                (self.records if isinstance(item, Record) else self.rejected).append(item)  # type: ignore[arg-type]
        except CollectFailed as error:
            self.failure = error

    def accounts(self) -> dict[str, Mapping[str, Any]]:
        return {one.fields["login"]: one.fields for one in self.records if one.kind == "account"}

    def rules(self, section: str | None = None) -> dict[str, Any]:
        return {
            one.fields["key"]: one.fields.get("number")
            for one in self.records
            if one.kind == "setting" and one.fields["section"] == section
        }


def without(*names: str, dn: str = "") -> Change:
    """Hides attributes, of the entries whose DN begins like this."""
    hidden = {one.lower() for one in names}

    def change(entry: Entry) -> Entry:
        if not entry.dn.lower().startswith(dn.lower()):
            return entry
        return Entry(entry.dn, {name: value for name, value in entry.values.items() if name not in hidden})

    return change


def having(dn: str, **values: str) -> Change:
    """Sets attributes of the entry whose DN begins like this; ``_`` stands for ``-``."""

    def change(entry: Entry) -> Entry:
        if not entry.dn.lower().startswith(dn.lower()):
            return entry
        more = {name.replace("_", "-").lower(): (value.encode(),) for name, value in values.items()}
        return Entry(entry.dn, {**entry.values, **more})

    return change


def no(dn: str) -> Change:
    """Takes away the entries whose DN begins like this."""
    return lambda entry: None if entry.dn.lower().startswith(dn.lower()) else entry
