"""The last stage: a result to the files of the reports that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiscomply.errors import HiscomplyError, Place, Problems, RunError
from hiscomply.model import AuditResult


def write_reports(
    result: AuditResult, reporters: Mapping[str, Any], targets: Mapping[str, Path], language: str
) -> tuple[Path, ...]:
    """Each report to its file; gives every file written. One that cannot be written does not cost the others.

    Raises:
        RunError, Problems: the reports that could not be written, once the others are.
    """
    written: list[Path] = []
    problems: list[HiscomplyError] = []
    for name, path in targets.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            written.extend(reporters[name].write(result, path, language))
        except Exception as error:  # noqa: BLE001 - a stranger's reporter may raise anything, and must not cost the run
            told = error.strerror if isinstance(error, OSError) else repr(error)
            problems.append(
                RunError(
                    f"the {name} report cannot be written: {told} / 报告无法写入",
                    place=Place(str(path)),
                    hint="check the path, its permissions and free space; `hiscomply report RUN -o …` writes it again"
                    " / 请检查路径、权限与磁盘空间,可用 hiscomply report 重新生成",
                )
            )
    if problems:
        raise Problems(problems) if len(problems) > 1 else problems[0]
    return tuple(written)
