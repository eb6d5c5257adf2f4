"""What a process that makes units ahead is told: as much as it takes to read what this one reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hiscomply.collect.fingerprint import fingerprint_of
from hiscomply.hookspecs import CollectContext
from hiscomply.kinds import Kind
from hiscomply.model import Target
from hiscomply.units import Keeping


def errand(
    collector: Keeping,
    target: Target,
    kinds: Mapping[str, Kind],
    context: CollectContext,
    *,
    is_kept: bool = False,
) -> dict[str, Any] | None:
    """As JSON can say it; None where it is not known what code has a part in the collector.

    Args:
        is_kept: the units are to be kept, and so come compressed.
    """
    program = _program(collector, target, kinds)
    if program is None:
        return None
    return {
        "target": [target.collector, target.name, dict(target.options), target.kinds, target.timeout_s],
        "project": str(context.project),
        "zone": context.zone,
        "now": context.now.isoformat(),
        "program": program,
        "level": 1 if is_kept else 0,
    }


def target_of(told: Mapping[str, Any]) -> Target:
    """The target of an errand."""
    collector, name, options, kinds, timeout_s = told["target"]
    return Target(collector, name, options, tuple(kinds), timeout_s)


def context_of(
    told: Mapping[str, Any], kinds: Mapping[str, Kind], digest: Callable[[str], str]
) -> CollectContext:
    """What its collector may know; there is no secret to be had."""
    fields = {name: frozenset(kind.fields) for name, kind in kinds.items()}
    now = datetime.fromisoformat(told["now"])
    return CollectContext(Path(told["project"]), told["zone"], now, fields, digest)


def is_of_this_program(told: Mapping[str, Any], collector: Keeping, kinds: Mapping[str, Kind]) -> bool:
    """Whether whoever gave the errand is the same program, with the same libraries and kinds."""
    program = _program(collector, target_of(told), kinds)
    return program is not None and told["program"] == program


def _program(collector: Keeping, target: Target, kinds: Mapping[str, Kind]) -> str | None:
    said = fingerprint_of(collector, target, kinds)
    return None if said is None else hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
