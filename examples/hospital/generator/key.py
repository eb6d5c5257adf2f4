"""The answer key: what an audit of the exports must find, taken from the plan alone."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from generator.clock import Clock
from generator.plan import Plan

WAIVED = {
    ("privileged_accounts_use_mfa", "OA/planted11"): "WV-001",
    ("patch_cycle_monthly", "SRV-0090"): "WV-002",
}
"""Findings that ``waivers.yaml`` covers: still findings, but suppressed."""


def write_key(plan: Plan, clock: Clock, path: Path) -> int:
    """Writes the key; gives the number of expected findings.

    Raises:
        ValueError: the plan says two things about one subject of one policy.
    """
    twice = Counter((one.policy, one.subject) for one in plan.expectations)
    doubled = [pair for pair, count in twice.items() if count > 1]
    if doubled:
        raise ValueError(f"planned twice: {doubled}")
    planted = sorted(
        (asdict(one) for one in plan.expectations), key=lambda one: (one["policy"], one["subject"])
    )
    for one in planted:
        one["waiver"] = WAIVED.get((one["policy"], one["subject"]))
    key = {
        "as_of": clock.iso,
        "planted": planted,
        "clean": "every other subject",
        "canaries": plan.canaries,
    }
    path.write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(planted)
