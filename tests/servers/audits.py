"""A project around the targets of a test, audited as a user would, and what the run then holds."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from hiscomply.cli.main import run
from hiscomply.model import Collection
from hiscomply.run_folder import read_collections, sealed_runs

INSTITUTION = "institution: {name: {zh: 某医院, en: A hospital}, timezone: Asia/Shanghai}\n"


@dataclass(frozen=True)
class Audited:
    """One command and the newest run that it left."""

    code: int
    out: str
    err: str
    project: Path

    @property
    def run(self) -> Path:
        """The newest sealed run."""
        return max(sealed_runs(self.project / ".hiscomply" / "runs"), key=lambda one: one.stat().st_mtime_ns)

    @property
    def collections(self) -> dict[str, Collection]:
        """The collections by name of target."""
        return {one.target: one for one in read_collections(self.run)}

    def rows(self, kind: str, order: str = "ALL") -> list[dict[str, Any]]:
        """The evidence of a kind, provenance columns included."""
        cursor = duckdb.execute(
            f"SELECT * FROM read_parquet(?) ORDER BY {order}",
            [str(self.run / "evidence" / f"{kind}.parquet")],
        )
        names = [one[0] for one in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def findings(self, policy: str) -> list[dict[str, Any]]:
        """What was found by a policy: subject, verdict (fail, unknown), reason and what is missing, source, line."""
        cursor = duckdb.execute(
            "SELECT subject, verdict, reason, missing, source, line, collection FROM read_parquet(?) "
            "WHERE policy_id = ? ORDER BY ALL",
            [str(self.run / "findings.parquet"), policy],
        )
        names = [one[0] for one in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def policy(self, policy: str) -> dict[str, Any]:
        """The policy's line of the JSON summary: verdict, counts."""
        summary = json.loads((self.run / "summary.json").read_text(encoding="utf-8"))
        return next(one for one in summary["policies"] if one["id"] == policy)


def write_project(folder: Path, collect: str, extra: str = "") -> Path:
    """A project file with these targets (YAML, the list below ``collect:``)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hiscomply.yaml").write_text(INSTITUTION + extra + "collect:\n" + collect, encoding="utf-8")
    return folder


def command(*words: str) -> tuple[int, str, str]:
    """A command in this process: exit code, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["--lang", "en", *words])
    return code, out.getvalue(), err.getvalue()


def audit(project: Path, policies: Sequence[str] = (), *words: str) -> Audited:
    """``hiscomply audit`` of a project, by these policies (all without them)."""
    chosen = [word for policy in policies for word in ("--policy", policy)]
    code, out, err = command("audit", str(project), "--no-previous", *chosen, *words)
    assert "Traceback" not in err, err
    return Audited(code, out, err, project)


def assert_nowhere(canaries: Iterable[str], *places: Path | str) -> None:
    """No byte of any file below the places, and of no text, holds a canary; Parquet is read as values as well."""
    canaries = list(canaries)
    assert canaries
    looked = 0
    for place in places:
        files = sorted(one for one in place.rglob("*") if one.is_file()) if isinstance(place, Path) else []
        texts = [(str(place)[:40], str(place).encode())] if isinstance(place, str) else []
        for file in files:
            texts.append((str(file), file.read_bytes()))
            if file.suffix == ".parquet":
                rows = duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)]).fetchall()
                texts.append((f"{file} (values)", repr(rows).encode()))
        for name, data in texts:
            looked += 1
            for canary in canaries:
                assert canary.encode() not in data, f"{canary!r} is in {name}"
    assert looked
