"""Answers of a database server to every question of its collector, recorded once and read without a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hiscomply.model import Record, Rejected
from hiscomply_kit.databases import Fact, Instance, Row, gather


def record(
    file: Path, ask: Callable[[str], Sequence[Row]], questions: Iterable[str], renamed: Mapping[str, str]
) -> None:
    """Asks every question and writes the rows.

    Args:
        renamed: what names the recording machine (its folders, its host name), by the name it has in the file.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    answers = {question: list(ask(question)) for question in questions}
    text = json.dumps({"observed_at": now.isoformat(), "answers": answers}, indent=1, ensure_ascii=False)
    for own, name in renamed.items():
        text = text.replace(own, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n", encoding="utf-8")


class Told:
    """What the facts of a product make of a recorded file."""

    def __init__(self, file: Path, facts: Mapping[str, Fact], where: str) -> None:
        recorded = json.loads(file.read_text(encoding="utf-8"))
        self.answers: dict[str, list[Row]] = recorded["answers"]
        instance = Instance(
            "HIS", "db-01", where, datetime.fromisoformat(recorded["observed_at"]), {"shared": ["shared_*"]}
        )
        items = list(gather(facts, self.answers.__getitem__, lambda: False, instance))
        self.records = [one for one in items if isinstance(one, Record)]
        self.rejected = [one for one in items if isinstance(one, Rejected)]

    def fields(self, kind: str) -> list[dict[str, Any]]:
        """The fields of all records of a kind."""
        return [dict(one.fields) for one in self.records if one.kind == kind]

    def one(self, kind: str, **where: Any) -> dict[str, Any]:
        """The only record of a kind with these values."""
        (found,) = [one for one in self.fields(kind) if where.items() <= one.items()]
        return found
