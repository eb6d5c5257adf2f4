"""Peaks of utilisation by asset. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from hiscomply.model import Record
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
) -> Iterator[Record]:
    """The highest value by asset; ``covers_days`` counts only five-minute steps that have one."""
    steps: dict[str, float] = {}
    highest: dict[str, float] = {}
    for one in counts:
        if asset := naming.asset(one.labels):
            steps[asset] = min(steps.get(asset, math.inf), one.samples[-1][1])
    for one in peaks:
        value = one.samples[-1][1]
        if (asset := naming.asset(one.labels)) and math.isfinite(value):
            highest[asset] = max(highest.get(asset, 0.0), value)
    for asset, peak in sorted(highest.items()):
        fields = {
            "asset_id": asset,
            "metric": resource,
            "peak_percent": round(peak, 2),
            "covers_days": math.floor((steps.get(asset, 0) * STEP_S + STEP_S / 2) / 86_400),
            "measured_to": now,
        }
        yield Record("utilisation", fields, f"{source}/api/v1/query", now, pointer=resource)
