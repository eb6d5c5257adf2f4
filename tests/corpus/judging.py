"""What policies say of a tree of files, through the real collector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hiscomply.cli.checking import plain_settings
from hiscomply.compiled import CompiledPolicy
from hiscomply.evaluate.engine import Engine
from hiscomply.evaluate.evaluator import Moment
from hiscomply.kinds import Kind
from hiscomply.model import Target
from hiscomply.pipeline import collect_evidence
from hiscomply.plugins import collectors, evidence_kinds, pack_folders
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import case_bindings

CODES = ("not_applicable", "pass", "unknown", "fail")
FILE_KINDS = frozenset({"config_file", "setting", "configuration", "effective_setting"})


@dataclass(frozen=True)
class Row:
    """A verdict on one subject. ``file`` is relative to the situation, which is the first folder of the tree."""

    policy: str
    situation: str
    verdict: str
    subject: str
    reason: str | None
    file: str
    line: int | None

    @property
    def place(self) -> str:
        """``file:line``, or the file alone."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


APART = ("terraform_caller_is_broken", "terraform_unreadable")
"""Situations that make others unknown: a Terraform file that cannot be read may call any module of its tree."""


def in_trees(names: Iterable[str]) -> list[list[str]]:
    """Situations by name, in groups that can be laid into one tree."""
    alone = [name for name in names if any(one in name for one in APART)]
    return [[name for name in names if name not in alone], *([name] for name in alone)]


def judged(policies: Iterable[CompiledPolicy], tree: Path) -> Iterator[Row]:
    """All that the policies say of what stands in the tree; collected once. Writes beside the tree."""
    known = collectors()
    options = {"path": ["."]}
    target = Target("files", "files", options, known["files"].kinds(options), 600.0)
    settings = replace(
        plain_settings("en"), project=tree, targets=(target,), runs=tree.parent / "state" / "runs"
    )
    folder = tree.parent / "run"
    folder.mkdir()
    evidence = collect_evidence(settings, kinds(), known, folder)
    engine = Engine(kinds(), Moment(datetime.now(UTC), "Asia/Shanghai"))
    for table in evidence.tables.values():
        engine.add_table(table)
    for policy in policies:
        engine.evaluate(policy, case_bindings(policy, "tertiary", {}))
        if engine.last_bound is None:
            continue
        query = f"SELECT code, subject, reason, source, line FROM ({policy.query})"
        names = {name: engine.last_bound[name] for name in policy.placeholders if f"${name}" in query}
        for code, subject, reason, source, line in engine.connection.execute(query, names).fetchall():
            situation, _, rest = (source or subject).partition("/")
            yield Row(
                policy.id, situation, CODES[code], subject.removeprefix(f"{situation}/"), reason, rest, line
            )


def worst(rows: Iterable[Row]) -> str:
    """The verdict of the worst row; not applicable without any."""
    return CODES[max((CODES.index(row.verdict) for row in rows), default=0)]


@cache
def kinds() -> Mapping[str, Kind]:
    """The kinds of evidence by name."""
    return evidence_kinds()


@cache
def policies() -> Mapping[str, CompiledPolicy]:
    """The policies by id."""
    return {policy.id: policy for policy in load_pack(pack_folders(), kinds()).policies}


def file_policies() -> list[CompiledPolicy]:
    """The policies that ask for nothing but files."""
    return [policy for policy in policies().values() if set(policy.kinds) <= FILE_KINDS]
