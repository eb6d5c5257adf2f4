"""One real Prometheus for the session, and the recorded answers of one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from running_prometheus import Running, prometheus

RECORDED = Path("collectors/hiscomply_prometheus/recorded/one-target-down")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with prometheus(tmp_path_factory.mktemp("prometheus")) as one:
        yield one


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Any]:
    """An answer by name; the ``data`` of Prometheus', Alertmanager's as it is."""

    @cache
    def read(name: str) -> Any:
        answer = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
        return answer["data"] if isinstance(answer, dict) else answer

    return read
