"""Peaks of utilisation by asset. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from hiscomply.model import Record, Rejected, Text
from hiscomply_prometheus.fetch import Series
from hiscomply_prometheus.naming import Naming

QUERIES: Final[Mapping[str, str]] = {
    "cpu": '100 * (1 - avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="idle"}[5m])))',
    "memory": "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)",
}
STEP_S: Final = 300


def over_time(function: str, query: str, days: int) -> str:
    """The query, every five minutes of these days, put through a function."""
    return f"{function}(({query})[{days}d:{STEP_S}s])"


def utilisation_records(
    resource: str,
    peaks: Sequence[Series],
    counts: Sequence[Series],
    naming: Naming,
    source: str,
    now: datetime,
) -> Iterator[Record | Rejected]:
    """The highest value by asset; ``covers_days`` counts only five-minute steps that have one.

    A series without an asset, or without a finite peak, is set aside; one that never had a value (0/0) says nothing.
    """
    steps: dict[str, float] = {}
    highest: dict[str, float] = {}
    for one in counts:
        if asset := naming.asset(one.labels):
            steps[asset] = min(steps.get(asset, math.inf), one.samples[-1][1])
    for one in peaks:
        value = one.samples[-1][1]
        asset = naming.asset(one.labels)
        if math.isnan(value):
            continue
        if asset and math.isfinite(value):
            highest[asset] = max(highest.get(asset, 0.0), value)
            continue
        reason = Text(
            f"{resource} 的序列没有 instance 标签,或其峰值无穷大",
            f"a series of {resource} has no label instance, or its peak is infinite",
        )
        yield Rejected("utilisation", f"{source}/api/v1/query", reason, subject=asset or resource)
    for asset, peak in sorted(highest.items()):
        fields = {
            "asset_id": asset,
            "metric": resource,
            "peak_percent": round(peak, 2),
            "covers_days": math.floor((steps.get(asset, 0) * STEP_S + STEP_S / 2) / 86_400),
            "measured_to": now,
        }
        yield Record("utilisation", fields, f"{source}/api/v1/query", now, pointer=resource)
