"""The collector: result files in, records out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hiscomply.hookspecs import CollectContext, CollectFailed, joined_failures
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply.paths import name_in_project
from hiscomply_scans.options import FILE_TIME, OPTIONS_SCHEMA


class ScansCollector:
    """Takes what other tools found: vulnerabilities, baseline results, and that they were looked for."""

    name: ClassVar[str] = "scans"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "读取扫描工具的结果:OpenSCAP、Trivy、Greenbone、Nessus、SARIF",
        "reads results of scanners: OpenSCAP, Trivy, Greenbone, Nessus, SARIF",
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS_SCHEMA

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The kinds that the target names."""
        return tuple(options["kinds"])

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The files that would be read."""
        pattern = target.options["path"]
        yield Text(f"读取文件 {pattern}", f"read the files {pattern}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """The records of all files; a file that fails is raised after the others are read."""
        from hiscomply_kit.files import find_files
        from hiscomply_scans.fetch import GIVES, read
        from hiscomply_scans.scan import Scan, newest

        failures: list[tuple[str, CollectFailed]] = []
        scans: list[Scan] = []
        told: set[str] = set()
        for path in find_files(context.project, str(target.options["path"])):
            source = name_in_project(path, context.project)
            try:
                for form, scan in read(path, _about(path, source, target.options, context)):
                    told |= set(GIVES[form])
                    scans.append(scan)
            except CollectFailed as failure:
                failures.append((source, failure))
        yield from (item for item in newest(scans) if item.kind in target.kinds)
        if failures:
            raise joined_failures(failures)
        for kind in target.kinds:
            if kind not in told:
                yield _never_told(kind, str(target.options["path"]))


def _about(path: Path, source: str, options: Mapping[str, Any], context: CollectContext) -> Any:
    from hiscomply_scans.scan import About

    about = About(
        source,
        ZoneInfo(context.zone),
        asset_id=options.get("asset_id"),
        assets=options.get("assets", {}),
        scan_type=options.get("scan_type"),
    )
    return replace(about, fallback=_fallback(path, options.get("observed_at"), about))


def _fallback(path: Path, written: str | None, about: Any) -> datetime | None:
    from hiscomply_kit.files import modified

    if written is None:
        return None
    if written == FILE_TIME:
        return modified(path)
    moment: datetime | None = about.moment(written)
    if moment is None:
        raise CollectFailed(
            Text(f"observed_at {written!r} 不是有效时间", f"observed_at {written!r} is no ISO 8601 time")
        )
    return moment


def _never_told(kind: str, path: str) -> Rejected:
    return Rejected(
        kind,
        path,
        Text(
            f"这些文件的格式不含 {kind};请从 kinds 中去掉,或加上含有它的文件",
            f"no file is of a format that tells of {kind}; take it out of kinds, or add a file that does",
        ),
        subject=kind,
    )
