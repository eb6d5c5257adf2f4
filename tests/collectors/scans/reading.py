"""Reads result files as the collector would, without a project."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply.model import Record, Rejected
from hiscomply_scans import fetch
from hiscomply_scans.scan import About, newest

RECORDED = Path(fetch.__file__).parent / "recorded"
FALLBACK = datetime(2026, 6, 30, tzinfo=UTC)


def items(*paths: Path, **about: Any) -> list[Record | Rejected]:
    """Everything that the files give."""
    told = About("x", ZoneInfo("Asia/Shanghai"), **about)
    return list(newest([scan for path in paths for _, scan in fetch.read(path, told)]))


def records(found: list[Record | Rejected], kind: str, key: str) -> dict[str, dict[str, Any]]:
    """The fields of the records of a kind, by one of them."""
    return {
        one.fields[key]: dict(one.fields) for one in found if isinstance(one, Record) and one.kind == kind
    }


def reasons(found: list[Record | Rejected], kind: str | None = None) -> list[str]:
    """Why something was set aside, in English."""
    return [one.reason.en for one in found if isinstance(one, Rejected) and kind in {None, one.kind}]
