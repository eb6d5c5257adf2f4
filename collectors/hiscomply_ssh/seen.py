"""Host names already taken in a run: two hosts of one name would become one in every judgement."""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary

from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Text


class SeenNames:
    """Which target first used an asset id, for each run; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # All targets of a run are given one and the same digest function, and no other run is.
        self._by_run: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()

    def claim(self, asset_id: str, target: str, context: CollectContext) -> None:
        """Notes the name.

        Raises:
            CollectFailed: another target of this run has it.
        """
        with self._lock:
            first = self._by_run.setdefault(context.digest, {}).setdefault(asset_id, target)
        if first != target:
            raise CollectFailed(
                Text(
                    f"主机自称 {asset_id},与目标 {first} 相同;请为两台主机分别写明 asset_id",
                    f"the host calls itself {asset_id}, as {first} does; give each of the two an asset_id",
                )
            )
