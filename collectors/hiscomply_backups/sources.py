"""The three tools, each with the same two questions: which copies are there, and are they sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Rejected, Text
from hiscomply_backups import commands, parse_borg, parse_pgbackrest, parse_restic
from hiscomply_backups.copies import Copy, Place
from hiscomply_backups.fetch import KEPT_BYTES, Answer, Command, run
from hiscomply_backups.refusals import refusal, unfinished_check
from hiscomply_backups.repository import location_fields, repository_of
from hiscomply_backups.shadow import is_locked, make_shadow

Proof = Callable[[Copy], Mapping[str, Any]]
"""The fields that a check gives to a copy."""


class Source(Protocol):
    """A repository and the tool that reads it."""

    place: Place

    def copies(self, timeout_s: float) -> Iterator[Copy | Rejected]:
        """The copies; raises CollectFailed."""
        ...

    def proofs(self, timeout_s: float) -> tuple[Proof, CollectFailed | None]:
        """What the check that was asked for found, and why it came to no result."""
        ...


def open_source(options: Mapping[str, Any], context: CollectContext, folder: Path) -> Source:
    """The source of a target, with its secrets taken.

    Raises:
        CollectFailed: a secret cannot be had, or the options contradict each other or what can be seen.
    """
    password = context.secret(options["password"]) if "password" in options else None
    logins = {name: context.secret(spec) for name, spec in options.get("secrets", {}).items()}
    given = commands.environment(options, context.project.resolve(), folder, password, logins)
    kinds: Mapping[str, Callable[..., Source]] = {
        "restic": ResticSource,
        "borg": BorgSource,
        "pgbackrest": PgbackrestSource,
    }
    return kinds[options["tool"]](options, context, folder, given)


def _nothing(_copy: Copy) -> Mapping[str, Any]:
    return {}


def _whole(is_damaged: bool, depth: str) -> Proof:
    """The same for every copy of a deduplicated repository: they share their pieces."""
    proven: dict[str, Any] = {"check_depth": depth}
    if is_damaged:
        proven["checksum_ok"] = False
    elif depth == "data":
        proven["checksum_ok"] = True
    return lambda _copy: proven


class _Tool:
    """What the three have in common."""

    def __init__(
        self, options: Mapping[str, Any], context: CollectContext, folder: Path, given: Mapping[str, str]
    ) -> None:
        self.options = options
        self.tool = str(options["tool"])
        self.folder = folder
        self.given = given
        self.project = context.project.resolve()
        self.place = self.find_place(context)

    def find_place(self, context: CollectContext) -> Place:
        """Where the copies are."""
        self.repository = repository_of(self.options, context.project)
        return Place(
            f"{self.tool}:{self.repository.text}",
            context.now,
            location_fields(self.options, self.repository),
            self.note(),
        )

    def note(self) -> str:
        """Who declared the location."""
        declared = self.options.get("location")
        return f"location {declared['value']} declared by {declared['said_by']}" if declared else ""

    def ask(self, arguments: tuple[str, ...], timeout_s: float) -> Answer:
        """Runs the tool."""
        return run(Command(self.tool, arguments, self.given), timeout_s)

    def judged(
        self,
        arguments: tuple[str, ...],
        timeout_s: float,
        is_damaged: Callable[[int, bytes], bool | None],
        depth: str,
    ) -> tuple[Proof, CollectFailed | None]:
        """Runs a check of the whole repository."""
        try:
            answer = self.ask(arguments, timeout_s)
        except CollectFailed as failure:
            return _nothing, failure
        found = is_damaged(answer.code, answer.errors)
        if found is None:
            return _nothing, unfinished_check(self.tool, self.place.source, answer.code)
        return _whole(found, depth), None


class ResticSource(_Tool):
    """A restic repository, also a remote one."""

    def copies(self, timeout_s: float) -> Iterator[Copy | Rejected]:
        """The snapshots."""
        head = commands.restic_arguments(self.options, self.repository.text, self.project)
        answer = self.ask((*head, "snapshots", "--json"), timeout_s)
        if answer.code:
            raise refusal(self.tool, self.repository.text, answer)
        at_start = self.options.get("ended") == "at_start"
        return parse_restic.read_snapshots(answer.output, self.place.source, ended_at_start=at_start)

    def proofs(self, timeout_s: float) -> tuple[Proof, CollectFailed | None]:
        """One check of the whole repository."""
        if self.options["check"] == "none":
            return _nothing, None
        depth = (
            "sample"
            if "sample" in self.options and self.options["check"] == "data"
            else self.options["check"]
        )
        head = commands.restic_arguments(self.options, self.repository.text, self.project)
        arguments = (*head, *commands.restic_check(self.options))
        return self.judged(arguments, timeout_s, parse_restic.is_damaged, depth)


class BorgSource(_Tool):
    """A Borg repository; a local one is read through its shadow."""

    def find_place(self, context: CollectContext) -> Place:
        """Where the archives are, and the shadow over it."""
        place = super().find_place(context)
        path = self.repository.path
        self.seen = self.repository.text if path is None else str(make_shadow(path, self.folder))
        self.is_locked = None if path is None else is_locked(path)
        return place

    def copies(self, timeout_s: float) -> Iterator[Copy | Rejected]:
        """The archives."""
        answer = self.ask(commands.borg_list(self.seen), timeout_s)
        if answer.code not in (0, 1):  # 1: with warnings
            raise refusal(self.tool, self.repository.text, answer, hide=self.seen)
        if self.repository.path is not None:
            self._see_mode(timeout_s)
        return parse_borg.read_archives(answer.output, self.place.source, is_locked=self.is_locked)

    def ask(self, arguments: tuple[str, ...], timeout_s: float) -> Answer:
        """Runs Borg; its error stream is given with what ssh said."""
        answer = super().ask(arguments, timeout_s)
        log = self.folder / commands.SSH_LOG
        said = log.read_bytes()[-KEPT_BYTES:] if log.is_file() else b""
        # Of a connection that was closed ssh knows the reason; of all else Borg has the last word.
        parts = (answer.errors, said) if b"Connection closed" in answer.errors else (said, answer.errors)
        return Answer(answer.code, answer.output, b"\n".join(parts))

    def _see_mode(self, timeout_s: float) -> None:
        answer = self.ask(commands.borg_append_only(self.seen), timeout_s)
        mode = parse_borg.is_append_only(answer.output)
        if answer.code == 0 and mode is not None:
            fields = {**self.place.fields, "append_only": mode}
            self.place = Place(self.place.source, self.place.observed_at, fields, self.place.note)

    def proofs(self, timeout_s: float) -> tuple[Proof, CollectFailed | None]:
        """One check of the whole repository, on this machine only: over ssh it would write there."""
        if self.options["check"] == "none":
            return _nothing, None
        if self.repository.path is None:
            return _nothing, CollectFailed(
                Text(
                    "borg check 会改写远端仓库的文件,因此未执行;请在仓库所在主机上采集",
                    "borg check writes to a remote repository, so it was not run; collect on the repository's own host",
                )
            )
        arguments = commands.borg_check(self.options, self.seen)
        return self.judged(arguments, timeout_s, parse_borg.is_damaged, self.options["check"])


class PgbackrestSource(_Tool):
    """A stanza of pgBackRest."""

    def find_place(self, context: CollectContext) -> Place:
        """The stanza; its repository stands in the configuration, so only a declaration tells where that is."""
        source = f"pgbackrest:{self.options['stanza']}"
        return Place(source, context.now, location_fields(self.options, None), self.note())

    def copies(self, timeout_s: float) -> Iterator[Copy | Rejected]:
        """The backups."""
        head = commands.pgbackrest_arguments(self.options, self.project)
        answer = self.ask((*head, "info", "--output=json"), timeout_s)
        stanza = str(self.options["stanza"])
        if answer.code:
            raise refusal(self.tool, stanza, answer)
        part = parse_pgbackrest.read_stanza(answer.output, stanza)
        repo = self.options.get("repo")
        if (
            repo is None
            and len(part["repo"]) > 1
            and (self.options["check"] != "none" or "location" in self.options)
        ):
            raise CollectFailed(
                Text(
                    f"stanza {stanza} 有多个仓库;请用 repo 指明位置和校验所指的一个",
                    f"stanza {stanza} has several repositories; say with repo which one is meant",
                )
            )
        return parse_pgbackrest.read_backups(part, stanza, self.place.source, repo)

    def proofs(self, timeout_s: float) -> tuple[Proof, CollectFailed | None]:
        """``verify``, which tells single backups apart and always reads all data."""
        depth = self.options["check"]
        if depth == "none":
            return _nothing, None
        if depth == "structure":
            return _nothing, CollectFailed(
                Text(
                    "pgBackRest 没有只校验结构的命令;请写 check: data",
                    "pgBackRest has no check of the structure alone; say check: data",
                )
            )
        head = commands.pgbackrest_arguments(self.options, self.project)
        try:
            answer = self.ask((*head, "--log-level-console=info", "verify"), timeout_s)
        except CollectFailed as failure:
            return _nothing, failure
        found = parse_pgbackrest.read_verified(answer.code, answer.output)
        if found is None:
            return _nothing, unfinished_check(self.tool, self.place.source, answer.code)

        def proof(copy: Copy) -> Mapping[str, Any]:
            is_sound = found.backups.get(copy.id, found.others)
            return {} if is_sound is None else {"checksum_ok": is_sound, "check_depth": "data"}

        return proof, None
