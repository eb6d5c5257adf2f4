"""What an earlier run or report had found, as findings to compare with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hiscomply.errors import Place, RunError
from hiscomply.model import Collection

FINDINGS: Final = "findings.parquet"
MAX_BYTES: Final = 256 * 1024 * 1024
"""The largest report that is read as a baseline; it is read as a whole."""
Refusal = tuple[str, str]
"""Source and English reason of something that could not become evidence."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known before.

    Attributes:
        name: as the user named it.
        run: a folder named for the earlier run that holds its ``findings.parquet``.
        refused: what could not become evidence then.
    """

    name: str
    run: Path
    refused: frozenset[Refusal]


def load_known(path: Path, scratch: Path) -> Known:
    """The findings of a sealed run's folder, or of a SARIF log that hiscomply wrote.

    Args:
        scratch: where to keep what is read from a log.

    Raises:
        RunError: missing, damaged, altered, another program's, or a summary without single findings.
    """
    if path.is_dir():
        return _of_run(path)
    from hiscomply.baseline.log import known_of_log

    return known_of_log(path, _read(path), scratch)


def refusals(collections: Iterable[Collection]) -> frozenset[Refusal]:
    """All that could not become evidence, as far as it is listed."""
    return frozenset((one.source, one.reason.en) for item in collections for one in item.rejected)


def _of_run(folder: Path) -> Known:
    from hiscomply.run_folder import read_collections, read_manifest, verify

    read_manifest(folder)
    altered = verify(folder)
    if altered:
        raise RunError(
            f"the run was altered ({len(altered)} differences) and is no baseline / 该运行已被改动,不能作为基线",
            place=Place(str(folder)),
            hint="`hiscomply verify` lists them / hiscomply verify 可列出差异",
        )
    if not (folder / FINDINGS).is_file():
        raise RunError("this run holds evidence only / 该运行只有证据", place=Place(str(folder)))
    return Known(str(folder), folder, refusals(read_collections(folder)))


def _read(path: Path) -> Mapping[str, Any]:
    hint = "give a run's folder, or a file of `hiscomply check -o sarif=FILE` / 请给出运行文件夹或 sarif 报告文件"
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RunError(
                f"larger than {MAX_BYTES >> 20} MB, not read / 文件过大,未读取",
                place=Place(str(path)),
                hint=hint,
            )
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RunError(
            f"the baseline cannot be read: {error.strerror} / 基线无法读取", place=Place(str(path)), hint=hint
        ) from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"no JSON: {error} / 不是 JSON", place=Place(str(path)), hint=hint) from error
    if isinstance(data, dict) and data.get("format") == "hiscomply-summary":
        raise RunError(
            "a summary counts findings and does not list them, so it is no baseline / 摘要只有计数,不能作为基线",
            place=Place(str(path)),
            hint=hint,
        )
    if not isinstance(data, dict) or "runs" not in data:
        raise RunError("this is no SARIF log / 不是 SARIF 报告", place=Place(str(path)), hint=hint)
    return data


def renamed_findings(findings: Path, renamed: Mapping[str, str]) -> None:
    """Puts the new names of renamed files into earlier findings, so that they are known under those."""
    from hiscomply.duck import shared

    engine = shared()
    try:
        engine.execute("CREATE TEMP TABLE renaming AS SELECT * FROM read_parquet(?)", [str(findings)])
        for old, new in renamed.items():
            engine.execute(
                "UPDATE renaming SET source = $new, data = replace(data, $old, $new), subject = CASE WHEN "
                "starts_with(subject, $old) THEN $new || substr(subject, length($old) + 1) ELSE subject END "
                "WHERE source = $old",
                {"old": old, "new": new},
            )
        engine.execute("UPDATE renaming SET fingerprint = sha256(policy_id || chr(31) || subject)")
        target = str(findings).replace("'", "''")
        engine.execute(f"COPY renaming TO '{target}' (FORMAT parquet)")
    finally:
        engine.execute("DROP TABLE IF EXISTS renaming")
