"""The child's side of a measurement: ``python -m benchmarks.task MODULE:FUNCTION JSON``.

The function gives the ``Watch`` that timed its work, so that starting Python and importing libraries do not
blur a difference of tenths of a second.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from importlib import import_module
from types import TracebackType
from typing import Any


@dataclass(slots=True)
class Watch:
    """Times what runs inside ``with``: wall seconds, and processor seconds of all threads."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    _began: tuple[float, float] = (0.0, 0.0)

    def __enter__(self) -> Watch:
        self._began = (time.perf_counter(), time.process_time())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds += time.perf_counter() - self._began[0]
        self.cpu_s += time.process_time() - self._began[1]


def main() -> None:
    """Runs the named function and says what it took as one line of JSON."""
    module, _, function = sys.argv[1].partition(":")
    watch: Watch = getattr(import_module(f"benchmarks.tasks.{module}"), function)(**json.loads(sys.argv[2]))
    print(json.dumps({"seconds": watch.seconds, "cpu_s": watch.cpu_s, "facts": watch.facts}))


if __name__ == "__main__":
    main()
