"""A project of one policy and one export, run in this process; and what every report then says of it."""

from __future__ import annotations

import contextlib
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hiscomply.cli.main import run
from hiscomply.hookspecs import CollectContext
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply.run_folder import sealed_runs

AS_OF = "2026-06-30T09:00:00+08:00"
OBSERVED = "2026-06-30T08:00:00+08:00"
POLICY = "accounts_are_in_use"
HEADER = "system,login,enabled,last_login"
GOOD = "HIS,zhang,true,2026-06-29 08:00:00"
BAD = "HIS,li,true,2025-06-29 08:00:00"

CHECK = """
check:
  each: account
  where: enabled
  assert: last_login >= as_of - max_idle
"""
PARAMETERS = """
parameters:
  max_idle:
    type: duration
    default: 45 days
    min: 7 days
    max: 180 days
    tighter: lower
    source: {id: LAW, ref: "1", strength: law}
"""
PROJECT = """
institution: {name: {zh: 某医院, en: A hospital}}
"""
TABLE = f"""
collect:
  - collector: tables
    name: accounts
    path: accounts.csv
    kind: account
    columns: {{system_id: system, login: login, enabled: enabled, last_login: last_login}}
    observed_at: {OBSERVED}
"""


def policy_text(check: str = CHECK, parameters: str = PARAMETERS, id_: str = POLICY) -> str:
    """A policy document around a check."""
    return f"""id: {id_}
clauses: ["4.3.2"]
title: {{zh: 账户在用, en: Accounts are in use}}
severity: high
{parameters}{check}
message: {{zh: 账户久未使用, en: The account is not in use}}
remediation: {{zh: 停用该账户, en: Disable the account}}
"""


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str
    runs: Path
    junit: Path

    @property
    def folder(self) -> Path:
        """The newest sealed run."""
        return max(sealed_runs(self.runs), key=lambda one: one.stat().st_mtime_ns)

    def _newest(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def policies(self) -> dict[str, Any]:
        """The policies of the JSON summary by id."""
        data = json.loads(self._newest("summary.json"))
        return {one["id"]: one for one in data["policies"]}

    def sarif_kinds(self, policy: str = POLICY) -> list[str]:
        """The kind of every SARIF result of a policy."""
        return [one["kind"] for one in self.sarif_results(policy)]

    def sarif_results(self, policy: str = POLICY) -> list[dict[str, Any]]:
        """Every SARIF result of a policy."""
        data = json.loads(self._newest("findings.sarif"))
        return [one for one in data["runs"][0]["results"] if one["ruleId"] == policy]

    def sarif_subjects(self, key: str, policy: str = POLICY) -> dict[str, Any]:
        """A property of the SARIF results of a policy that are no pass, by subject."""
        return {
            one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]: one.get(key)
            for one in self.sarif_results(policy)
            if one["kind"] != "pass"
        }

    def html_verdicts(self, policy: str = POLICY) -> set[str]:
        """The verdicts that the HTML page marks a policy with."""
        page = self._newest("report.html")
        return set(re.findall(rf'{policy}" data-verdict="(\w+)"', page))

    def junit_outcomes(self, policy: str = POLICY) -> list[str]:
        """Of each JUnit case of a policy what is in it, ``passed`` when nothing is."""
        root = ET.parse(self.junit).getroot()
        cases = [one for one in root.iter("testcase") if policy in (one.get("name") or "")]
        told = ("failure", "error", "skipped")
        return [next((part.tag for part in case if part.tag in told), "passed") for case in cases]


class SmallProject:
    """A project folder with its own pack."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("hiscomply.yaml", PROJECT + TABLE)
        self.export([GOOD])
        self.policy(policy_text())

    def write(self, name: str, text: str | bytes) -> Path:
        """A file of the project."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return file

    def export(self, rows: Sequence[str]) -> None:
        """The export of accounts."""
        self.write("accounts.csv", "\n".join([HEADER, *rows]) + "\n")

    def policy(self, text: str, id_: str = POLICY) -> Path:
        """A policy of the pack."""
        return self.write(f"pack/4.3/{id_}/policy.yaml", text)

    def audit(self, *arguments: str, only: str | None = POLICY) -> Ran:
        """``hiscomply audit``, with JUnit beside the reports of the run's folder."""
        outputs = ["-o", f"junit={self.root / 'junit.xml'}"]
        asked = ["--policy", only] if only else []
        return self.run(
            "--lang", "en", "audit", str(self.root), "--as-of", AS_OF, *asked, *outputs, *arguments
        )

    def run(self, *arguments: str) -> Ran:
        """Any command."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(list(arguments))
        return Ran(
            code, out.getvalue(), err.getvalue(), self.root / ".hiscomply" / "runs", self.root / "junit.xml"
        )


def assert_not_passed(ran: Ran, verdict: str, policy: str = POLICY) -> None:
    """Exit code, terminal, JSON, SARIF, HTML and JUnit agree that a policy did not pass."""
    wanted = {"fail": 1, "unknown": 3}[verdict]
    assert wanted == ran.code, ran.out + ran.err
    assert "Traceback" not in ran.err
    assert "exit code 0" not in ran.out
    one = ran.policies[policy]
    assert verdict == one["verdict"]
    kinds = ran.sarif_kinds(policy)
    assert {"fail": "fail", "unknown": "open"}[verdict] in kinds
    assert one["passed"] or "pass" not in kinds
    assert {verdict} == ran.html_verdicts(policy)
    outcomes = ran.junit_outcomes(policy)
    assert outcomes
    assert "passed" not in outcomes


class FakeCollector:
    """A stranger's collector: gives what a test tells it to."""

    name = "fake"
    version = "1"
    summary = Text("测试", "For tests")
    options_schema: Mapping[str, Any] = {"type": "object"}

    def __init__(self, script: Any, kinds: tuple[str, ...] = ("account",)) -> None:
        self._script = script
        self._kinds = kinds

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return self._kinds

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        yield from self._script(target, context)


def use_collector(monkeypatch: pytest.MonkeyPatch, collector: FakeCollector) -> None:
    """Registers a collector beside the built-in ones."""
    import hiscomply.plugins as plugins

    real = plugins.collectors()
    monkeypatch.setattr(plugins, "collectors", lambda: {**real, collector.name: collector})
