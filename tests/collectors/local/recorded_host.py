"""A host that answers from a folder of ``recorded/``, and the recorder that writes such a folder.

``python recorded_host.py FOLDER`` records the machine it runs on; password hashes never enter the folder.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target
from hiscomply.units import one_by_one
from hiscomply_local.answers import ABSENT, Answer, Command, Outcome
from hiscomply_local.collector import LocalCollector
from hiscomply_local.facts import FACTS, IDENTITY
from hiscomply_local.fetch import LocalHost, gather

RECORDED = Path(__file__).parents[3] / "collectors" / "hiscomply_local" / "recorded"


class RecordedHost:
    """Reads ``situation.json``, ``files/`` and ``commands/`` of one situation."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "files"
        situation = json.loads((folder / "situation.json").read_text("utf-8"))
        self.now = datetime.fromisoformat(situation["now"])
        self.denied = set(situation["denied"])
        self.commands = situation["commands"]
        self.outputs = folder / "commands"

    def read(self, path: str, limit: int | None = None) -> Answer:
        if path in self.denied:
            return Answer(Outcome.DENIED, detail="Permission denied")
        file = self.files / path.lstrip("/")
        return Answer(Outcome.OK, file.read_bytes()[:limit]) if file.is_file() else ABSENT

    def expand(self, pattern: str) -> tuple[list[str], Answer | None]:
        if pattern in self.denied:
            return [], Answer(Outcome.DENIED, detail="Permission denied")
        found = sorted(path for path in self.files.glob(pattern.lstrip("/")) if path.is_file())
        refused = [path for path in self.denied if fnmatchcase(path, pattern)]
        return sorted([f"/{path.relative_to(self.files).as_posix()}" for path in found] + refused), None

    def run(self, command: Command, timeout_s: float) -> Answer:
        if command.unless_file and self.read(command.unless_file, 1).data:
            return ABSENT
        entry = self.commands.get(command.shown)
        if entry is None:
            return ABSENT
        output = self.outputs / entry["file"]
        data = output.read_bytes() if output.is_file() else b""
        return Answer(Outcome(entry["outcome"]), data, entry["exit_code"], entry["detail"])


@dataclass(frozen=True)
class Collected:
    """What a collection gave."""

    records: list[Record]
    rejected: list[Rejected]

    def fields(self, kind: str, **where: Any) -> list[dict[str, Any]]:
        """The fields of the records of a kind with these values."""
        found = [dict(record.fields) for record in self.records if record.kind == kind]
        return [fields for fields in found if where.items() <= fields.items()]

    def one(self, kind: str, **where: Any) -> dict[str, Any]:
        """The only record of a kind with these values."""
        (found,) = self.fields(kind, **where)
        return found

    def reasons(self, kind: str) -> list[str]:
        return [item.reason.en for item in self.rejected if item.kind == kind]


def collect_from(host: Any, now: Any, options: dict[str, Any] | None = None) -> Collected:
    collector = LocalCollector(host)
    target = Target("local", "here", options or {}, collector.kinds(options or {}))
    context = CollectContext(Path(), "Asia/Shanghai", now, {}, None)
    items = list(one_by_one(collector.collect(target, context)))
    return Collected(
        [item for item in items if isinstance(item, Record)],
        [item for item in items if isinstance(item, Rejected)],
    )


def record(folder: Path) -> None:
    """Records what every fact asks of this machine."""
    answers = gather(LocalHost(), (IDENTITY, *(fact.ask for fact in FACTS.values())), 30)
    denied = sorted(path for path, answer in answers.files.items() if answer.outcome is Outcome.DENIED)
    for path, answer in answers.files.items():
        if answer.ok:
            file = folder / "files" / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_kept(path, answer.data))
    commands = {}
    (folder / "commands").mkdir(parents=True, exist_ok=True)
    for number, (command, answer) in enumerate(answers.commands.items()):
        if answer.outcome is not Outcome.ABSENT:
            name = f"{number:02}-{command.programs[0]}.txt"
            (folder / "commands" / name).write_bytes(answer.data)
            commands[command.shown] = {
                "outcome": answer.outcome,
                "exit_code": answer.exit_code,
                "detail": answer.detail,
                "file": name,
            }
    situation = {"now": datetime.now(UTC).isoformat(), "denied": denied, "commands": commands}
    (folder / "situation.json").write_text(json.dumps(situation, indent=2) + "\n", "utf-8")


def _kept(path: str, data: bytes) -> bytes:
    if path == "/etc/shadow":
        return re.sub(rb"(?m)^([^:]*:!*\$\w+\$)[^:]+", rb"\1NotARealSalt$NotARealHash", data)
    if "_Packages" in path:
        return b""
    if path.startswith("/var/log/"):
        lines = [line for line in data.splitlines(keepends=True) if b" status " not in line]
        return b"".join(lines[-300:])
    return data


if __name__ == "__main__":
    record(Path(sys.argv[1]))
