"""The collector ``backups``: list, then check where that is asked for, then tell."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_backups.options import OPTIONS_SCHEMA

if TYPE_CHECKING:
    from hiscomply_backups.copies import Copy, Place
    from hiscomply_backups.sources import Proof


class BackupsCollector:
    """Asks a backup tool for its copies. Snapshots exist for successful runs only: a missed one shows as age."""

    name: ClassVar[str] = "backups"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "restic、Borg、pgBackRest 的备份副本及其校验",
        "backup copies of restic, Borg and pgBackRest, and their checks",
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS_SCHEMA
    parallel: int = 2

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The runs of backup jobs, and nothing else."""
        return ("backup_job",)

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """A record per copy; a check that came to no result is raised after them.

        Raises:
            CollectDenied, CollectTimedOut, CollectFailed: the tool gave no list, or an empty one.
        """
        from hiscomply_backups.fetch import scratch
        from hiscomply_backups.sources import open_source

        options = {"check": "none", **target.options}
        rules = options.get("systems") or [{}]
        rules = [
            {"system_id": options.get("system_id"), **rule} if "ignore" not in rule else rule
            for rule in rules
        ]
        # The runner gives up at the time-out; a little before it, the tool is ended and the list is still told.
        ends = time.monotonic() + target.timeout_s * 0.95
        with scratch() as folder:
            source = open_source(options, context, folder)
            listed = list(source.copies(min(options.get("step_timeout", 60), target.timeout_s * 0.95)))
            if not listed:
                raise CollectFailed(_empty(source.place.source))
            found, failure = source.proofs(max(0.1, ends - time.monotonic()))
        for one in listed:
            item = _told(one, rules, source.place, found)
            if item is not None:
                yield item
        if failure is not None:
            raise failure

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The commands, and where the password comes from."""
        from hiscomply_backups.asking import words_of
        from hiscomply_kit.options import said

        password = target.options.get("password")
        zh, en = (
            ("", "")
            if password is None
            else (f",口令来自 {said(password)}", f", password from {said(password)}")
        )
        for words in words_of(target.options, project):
            yield Text(
                f"在本机运行 `{shlex.join(words)}`{zh}", f"run `{shlex.join(words)}` on this machine{en}"
            )


def _told(
    one: Copy | Rejected, rules: Sequence[Mapping[str, Any]], place: Place, found: Proof
) -> Record | Rejected | None:
    from hiscomply_backups.copies import record_of

    if isinstance(one, Rejected):
        return one
    return record_of(one, rules, place, found(one) if one.status == "success" else {})


def _empty(source: str) -> Text:
    return Text(
        f"{source} 中没有任何备份副本,不能据此作判断",
        f"{source} holds no copy at all, from which nothing can be concluded",
    )
