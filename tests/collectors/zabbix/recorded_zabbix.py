"""Whole answers of a Zabbix: recorded by ``python tests/collectors/zabbix/recorded_zabbix.py``, and given again.

A session's token never enters the file: logins and logouts are not recorded, and of a request only its parameters.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

import hiscomply_zabbix
from hiscomply.model import Record, Rejected
from hiscomply_zabbix.asking import Asking
from hiscomply_zabbix.fetch import Zabbix

FILE = Path(hiscomply_zabbix.__file__).parent / "recorded" / "zabbix-6.0" / "answers.json"
OPTIONS: dict[str, Any] = {"alert_days": 12, "rules": {"HIS down": "down"}, "ticket_tag": "ticket"}


class Recorder:
    """Passes questions on to a service and keeps what it answers."""

    url = "http://zabbix.example"

    def __init__(self, api: Any) -> None:
        self._api = api
        self.kept: list[dict[str, Any]] = []

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._api.post(path, body)
        self.kept.append({"method": body["method"], "params": body["params"], "answer": answer})
        return answer


class Replay:
    """Answers what was recorded to the same method with the same parameters."""

    url = Recorder.url

    def __init__(self, kept: list[dict[str, Any]]) -> None:
        self._kept = {_key(one["method"], one["params"]): one["answer"] for one in kept}

    def post(self, _path: str, body: dict[str, Any]) -> Any:
        return self._kept[_key(body["method"], body["params"])]


def _key(method: str, params: Any) -> str:
    return json.dumps([method, params], sort_keys=True)


def read(**options: Any) -> Iterator[Record | Rejected]:
    """What the collector makes of the recorded answers, with these options besides those of the recording."""
    recorded = json.loads(FILE.read_text(encoding="utf-8"))
    now = datetime.fromisoformat(recorded["observed_at"])
    asking = Asking(Zabbix(Replay(recorded["asked"])), {**OPTIONS, **options}, now)  # type: ignore[arg-type]
    yield from asking.targets()
    yield from asking.alerts()


def _record() -> None:
    from running_zabbix import PASSWORD, zabbix

    from hiscomply.hookspecs import CollectContext
    from hiscomply_zabbix.fetch import logged_in

    folder = Path(tempfile.mkdtemp(prefix="zabbix-"))
    try:
        with zabbix(folder) as running:
            now = datetime.now(UTC).replace(microsecond=0)
            login = {"url": running.url, "username": "hiscomply", "password": {"env": "X"}}
            context = CollectContext(folder, "UTC", now, {}, str, lambda _: PASSWORD)
            with logged_in(login, context) as server:
                server.api = recorder = Recorder(server.api)  # type: ignore[assignment]
                asking = Asking(server, OPTIONS, now)
                list(asking.targets())
                list(asking.alerts())
                list(Asking(server, OPTIONS | {"alert_days": 2}, now).alerts())
            asked = [one for one in recorder.kept if one["method"] != "user.logout"]
            asked = [one for number, one in enumerate(asked) if one not in asked[:number]]
            FILE.parent.mkdir(parents=True, exist_ok=True)
            told = {"observed_at": now.isoformat(), "asked": asked}
            FILE.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _record()
