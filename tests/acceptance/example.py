"""The example hospital in each of its situations, generated and audited once for all tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

EXAMPLE = Path(__file__).parents[2] / "examples" / "hospital"
LISTS = {
    "kev_entry": "known_exploited_vulnerabilities.json",
    "ssvc_decision": "vulnrichment",
    "support_cycle": "endoflife",
}
"""Reference data, by the file or folder below ``exports/参考数据`` that they are imported from."""
CHECKED_IN = ("hiscomply.yaml", "waivers.yaml", "config")
Verdicts = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Audited:
    """A situation's project after one audit."""

    folder: Path
    run: Path
    key: Mapping[str, Any]
    exit_code: int
    said: str

    def expected(self) -> Verdicts:
        found: Verdicts = defaultdict(dict)
        for one in self.key["planted"]:
            found[one["policy"]][one["subject"]] = one["expected"]
        return found

    def findings(self) -> Verdicts:
        found: Verdicts = defaultdict(dict)
        query = "SELECT policy_id, subject, verdict FROM read_parquet(?)"
        for policy, subject, verdict in duckdb.execute(
            query, [str(self.run / "findings.parquet")]
        ).fetchall():
            found[policy][subject] = verdict
        return found

    @cached_property
    def passed(self) -> dict[str, int]:
        summary = json.loads((self.run / "summary.json").read_text(encoding="utf-8"))
        return {one["id"]: one["passed"] for one in summary["policies"]}


@dataclass(frozen=True)
class Hospital:
    """The situations, each generated and audited when it is first asked for."""

    home: Path
    _audited: dict[str, Audited] = field(default_factory=dict)

    def folder(self, situation: str) -> Path:
        folder = self.home / situation
        if not folder.exists():
            folder.mkdir()
            for name in CHECKED_IN if situation == "hospital" else ():
                source = EXAMPLE / name
                copy = shutil.copytree if source.is_dir() else shutil.copy2
                copy(source, folder / name)
            generate(folder, "--situation", situation)
            import_lists(folder)
        return folder

    def audited(self, situation: str) -> Audited:
        if situation not in self._audited:
            self._audited[situation] = audit(self.folder(situation))
        return self._audited[situation]


def audit(folder: Path) -> Audited:
    key = json.loads((folder / "answer-key.json").read_text(encoding="utf-8"))
    done = hiscomply("audit", str(folder), "--as-of", key["as_of"], "--no-previous")
    runs = sorted((folder / ".hiscomply" / "runs").glob("*/findings.parquet"))
    assert len(runs) == 1, done.stderr
    return Audited(folder, runs[0].parent, key, done.returncode, done.stdout + done.stderr)


def hiscomply(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from hiscomply.cli.main import main; main()", *words],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "HISCOMPLY_LANG": "en"},
        check=False,
    )


def import_lists(folder: Path) -> None:
    """Brings in the public lists that the situation has, as its readers are told to."""
    for dataset, name in LISTS.items():
        source = folder / "exports" / "参考数据" / name
        if source.exists():
            done = hiscomply("reference", "import", dataset, str(source), "--project", str(folder))
            assert done.returncode == 0, done.stderr


def generate(folder: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, str(EXAMPLE / "generate.py"), "--out", str(folder), *words],
        check=True,
        capture_output=True,
    )
