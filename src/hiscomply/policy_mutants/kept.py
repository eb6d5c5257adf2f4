"""Outcomes of policies that have not changed since they were last run, kept by content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hiscomply import __version__
from hiscomply.compiled import CompiledPolicy
from hiscomply.kinds import Kind
from hiscomply.model import Text
from hiscomply.policy.cache import read_cached, write_cached
from hiscomply.policy_mutants.model import Fate, Outcome

_NAME = "mutants"


def outcome_digest(policy: CompiledPolicy, kinds: Mapping[str, Kind]) -> str:
    """Over the policy, its cases, the schemas that it reads, and the program itself.

    Explanations are left out: they are looked at after the mutants have run.
    """
    total = hashlib.sha256(__version__.encode() + _program_digest())
    file = Path(policy.file)
    for one in (file, file.with_name("cases.yaml")):
        total.update(str(one).encode() + b"\0" + hashlib.sha256(one.read_bytes()).digest())
    for name in policy.kinds:
        total.update(repr(kinds[name]).encode())
    return total.hexdigest()


@cache
def _program_digest() -> bytes:
    """Over the whole program and the engine: a mended engine must not be served what a broken one said."""
    engines = [f"{name} {version(name)}" for name in ("duckdb", "sqlglot")]
    total = hashlib.sha256(" ".join(engines).encode())
    package = Path(__file__).parents[1]
    for folder in ("policy", "policy_mutants", "evaluate", "."):
        for file in sorted((package / folder).glob("*.py")):
            total.update(file.read_bytes())
    return total.digest()


def read_outcomes(digest: str) -> tuple[Outcome, ...] | None:
    """What was kept under the digest, if anything."""
    found = read_cached(_NAME, digest)
    return None if found is None else tuple(_restored(one) for one in found)


def write_outcomes(digest: str, outcomes: tuple[Outcome, ...]) -> None:
    """Keeps outcomes, if there is a place for them."""
    write_cached(_NAME, digest, [_plain(one) for one in outcomes])


def _plain(one: Outcome) -> dict[str, Any]:
    return {
        "id": one.id,
        "place": one.place,
        "change": [one.change.zh, one.change.en],
        "advice": [one.advice.zh, one.advice.en],
        "fate": one.fate.value,
        "by": one.by,
    }


def _restored(plain: Mapping[str, Any]) -> Outcome:
    return Outcome(
        plain["id"],
        plain["place"],
        Text(*plain["change"]),
        Text(*plain["advice"]),
        Fate(plain["fate"]),
        plain["by"],
    )
