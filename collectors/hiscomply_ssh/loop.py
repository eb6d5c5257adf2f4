"""One event loop in a thread of its own, on which the connections of all hosts live."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, TypeVar

_T = TypeVar("_T")
_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def run(work: Coroutine[Any, Any, _T], timeout_s: float) -> _T:
    """The result of work on the shared loop, from any thread.

    Raises:
        TimeoutError: it took longer; the work is cancelled.
    """
    future = asyncio.run_coroutine_threadsafe(work, _shared_loop())
    try:
        return future.result(timeout_s)
    except FutureTimeoutError:
        future.cancel()
        raise TimeoutError from None


def _shared_loop() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603 - one for the process, whatever the number of collectors
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="ssh-loop", daemon=True).start()
        return _loop
