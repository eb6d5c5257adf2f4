"""The commands of a target in words, for ``--dry-run``. Touches nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hiscomply_backups import commands


def words_of(options: Mapping[str, Any], project: Path) -> Iterator[tuple[str, ...]]:
    """Program and arguments of each command, without any secret."""
    options = {"check": "none", **options}
    tool, is_checked = options["tool"], options["check"] != "none"
    if tool == "restic":
        head = (tool, *commands.restic_arguments(options, options["repository"], project))
        yield (*head, "snapshots", "--json")
        if is_checked:
            yield (*head, *commands.restic_check(options))
    elif tool == "borg":
        yield (tool, *commands.borg_list(options["repository"]))
        yield (tool, *commands.borg_append_only(options["repository"]))
        if is_checked:
            yield (tool, *commands.borg_check(options, options["repository"]))
    else:
        head = (tool, *commands.pgbackrest_arguments(options, project))
        yield (*head, "info", "--output=json")
        if is_checked:
            yield (*head, "--log-level-console=info", "verify")
