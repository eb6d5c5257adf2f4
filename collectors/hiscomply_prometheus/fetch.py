"""Asks Prometheus and Alertmanager: GET only, every answer checked for its shape."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text
from hiscomply_kit.http import Api
from hiscomply_kit.steps import shaped

Labels = Mapping[str, str]
_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its labels, and times (seconds since 1970) with values."""

    labels: Labels
    samples: tuple[tuple[float, float], ...]


class Prometheus:
    """A Prometheus, or what answers like one."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.source = api.url

    def data(self, path: str, **params: Any) -> Any:
        """The ``data`` of an answer.

        Raises:
            CollectFailed: as ``Api.get``; also for an answer that itself says that it is incomplete.
        """
        where = f"/api/v1/{path}"
        answer = self.api.get(where, params)
        with shaped(self.source + where):
            if answer["status"] != "success":
                raise ValueError(answer["status"])
            data, warnings = answer["data"], answer.get("warnings")
        if warnings:
            raise CollectFailed(
                Text(
                    f"{self.source} 声明回答不完整:{str(warnings[0])[:200]}",
                    f"{self.source} says that its answer is incomplete: {str(warnings[0])[:200]}",
                )
            )
        return data

    def instant(self, query: str, at: datetime) -> list[Series]:
        """A query at one time; a range selector gives the stored samples."""
        return self._series(self.data("query", query=query, time=at.timestamp()))

    def raw(self, selector: str, start: datetime, end: datetime) -> list[Series]:
        """The stored samples of series after ``start`` up to ``end``."""
        span = max(1, math.ceil((end - start).total_seconds()))
        return self.instant(f"{selector}[{span}s]", end)

    def range(self, query: str, start: datetime, end: datetime, step_s: int) -> list[Series]:
        """A query at every step from start to end, at most 10,000 steps an answer."""
        merged: dict[str, tuple[Labels, list[tuple[float, float]]]] = {}
        for begin, finish in chunks(start, end, timedelta(seconds=step_s * 10_000)):
            last = finish if finish == end else finish - timedelta(seconds=step_s)
            answer = self.data(
                "query_range", query=query, start=begin.timestamp(), end=last.timestamp(), step=step_s
            )
            for one in self._series(answer):
                merged.setdefault(label_key(one.labels), (one.labels, []))[1].extend(one.samples)
        return [Series(labels, tuple(samples)) for labels, samples in merged.values()]

    def _series(self, data: Any) -> list[Series]:
        with shaped(f"{self.source}/api/v1/query"):
            if data["resultType"] == "vector":
                pairs = [(one["metric"], [one["value"]]) for one in data["result"]]
            elif data["resultType"] == "matrix":
                pairs = [(one["metric"], one["values"]) for one in data["result"]]
            else:
                raise ValueError(data["resultType"])
            return [
                Series(dict(labels), tuple((float(at), float(value)) for at, value in values))
                for labels, values in pairs
            ]

    def retention(self) -> timedelta | None:
        """How long samples are kept by time; None where only their size is limited or it is not told."""
        told = self.data("status/runtimeinfo")
        with shaped(f"{self.source}/api/v1/status/runtimeinfo"):
            parts = [one.strip() for one in str(told["storageRetention"]).split(" or ")]
        spans = [span for part in parts if (span := duration(part))]
        return timedelta(seconds=min(spans)) if spans else None


def label_key(labels: Labels) -> str:
    """One text for one set of labels."""
    return json.dumps(sorted(labels.items()), ensure_ascii=False)


def chunks(start: datetime, end: datetime, size: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Neighbouring spans of at most ``size`` that together are start to end."""
    while start < end:
        stop = min(end, start + size)
        yield start, stop
        start = stop


def duration(text: str) -> float | None:
    """Seconds of a Prometheus duration such as ``1h30m``; None for anything else."""
    if not re.fullmatch(r"(\d+(ms|[smhdwy]))+", text):
        return None
    return sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)(ms|[smhdwy])", text))


def selector(name: str, labels: Labels) -> str:
    """The selector of exactly these labels."""
    inner = ",".join(
        f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in sorted(labels.items())
    )
    return f"{name}{{{inner}}}"


def moment(seconds: float) -> datetime:
    """A time of Prometheus as UTC."""
    return datetime.fromtimestamp(seconds, UTC)
