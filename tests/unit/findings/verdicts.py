"""Verdict rows as the evaluator writes them, and policies and waivers around them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from hiscomply.findings.judge import Judgement, judge
from hiscomply.model import Evaluation, Finding, PolicyInfo, Severity, Text, Waiver

AS_OF = datetime(2026, 6, 30, 1, tzinfo=UTC)
TODAY = date(2026, 6, 30)
FAIL, UNKNOWN = 3, 2
_NAME = Text("名", "name")


@dataclass(frozen=True)
class Row:
    """One verdict row."""

    subject: str
    code: int = FAIL
    data: str = '{"login": "li"}'
    reason: str | None = None
    missing: tuple[str, ...] = ()
    policy: str = "accounts_in_use"
    source: str = "accounts.csv"
    line: int | None = 4


def unknown(subject: str, reason: str = "missing_fields", **more: Any) -> Row:
    """A row that could not be decided."""
    return Row(subject, UNKNOWN, reason=reason, missing=("last_login",), **more)


def policy(id_: str = "accounts_in_use", severity: Severity = Severity.HIGH) -> PolicyInfo:
    """A policy of a severity."""
    return PolicyInfo(
        id_, ("4.3.2",), (), _NAME, severity, _NAME, _NAME, _NAME, "", ("account",), (), "account", "", ""
    )


WAIVER = Waiver(
    id="W-1",
    policy="accounts_in_use",
    subject="*",
    reason="迁移",
    compensating_control="",
    requested_by="li",
    approved_by="wang",
    ticket="",
    starts="2026-06-01",
    until="2026-07-31",
    renewals=0,
    origin="waivers.yaml:2:5",
)


def waiver(**changes: Any) -> Waiver:
    """A waiver that is in order on the day of the run, but for the changes."""
    return replace(WAIVER, **changes)


def evaluation(rows: Sequence[Row], path: Path, as_of: datetime = AS_OF) -> Evaluation:
    """The rows as a Parquet file of the evaluator's columns."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE v (policy_id VARCHAR, code UTINYINT, subject VARCHAR, reason VARCHAR, missing VARCHAR[], "
        'data VARCHAR, source VARCHAR, line INTEGER, "column" INTEGER, pointer VARCHAR, collection VARCHAR, '
        "observed_at TIMESTAMP)"
    )
    for one in rows:
        connection.execute(
            "INSERT INTO v VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, NULL, 'accounts', TIMESTAMP '2026-06-29 00:00:00')",
            [
                one.policy,
                one.code,
                one.subject,
                one.reason,
                list(one.missing),
                one.data,
                one.source,
                one.line,
            ],
        )
    connection.execute(f"COPY v TO '{path}' (FORMAT parquet)")
    connection.close()
    return Evaluation(path, (), as_of)


class Runs:
    """Judges run after run in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.last: Path | None = None

    def judge(
        self,
        *rows: Row,
        waivers: Sequence[Waiver] = (),
        policies: Sequence[PolicyInfo] = (policy(),),
        as_of: datetime = AS_OF,
        today: date = TODAY,
        is_compared: bool = True,
    ) -> Judgement:
        """One run, compared with the one before it."""
        self.count += 1
        previous = self.last if is_compared else None
        verdicts = evaluation(rows, self.folder / f"verdicts-{self.count}.parquet", as_of)
        path = self.folder / f"findings-{self.count}.parquet"
        judgement = judge(verdicts, policies, waivers, previous, today, path)
        self.last = path
        return judgement

    def findings(self, *rows: Row, **more: Any) -> dict[str, Finding]:
        """The findings of one run by subject."""
        found = list(self.judge(*rows, **more).findings())
        by_subject = {one.subject: one for one in found}
        assert len(by_subject) == len(found), json.dumps([one.subject for one in found])
        return by_subject
