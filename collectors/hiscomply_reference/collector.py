"""One record of each data set, and one of each of its rows; an altered file is a failure, never a silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from hiscomply.errors import ReferenceDataError
from hiscomply.hookspecs import CollectContext, CollectFailed
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply_kit.options import means

SUMMARY_KIND: Final = "reference_dataset"
_OPTIONS: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "observed_at": {
            "type": "string",
            "minLength": 10,
            **means(
                "查看项目文件夹的时间；默认为现在", "When the project's folder was looked at; default: now"
            ),
        }
    },
}


class ReferenceCollector:
    """Reads the project's reference data, and those that ship with the product where it has none."""

    name: ClassVar[str] = "reference"
    version: ClassVar[str] = "1.0"
    summary: ClassVar[Text] = Text(
        "读取参考数据(停止支持日期、在野利用目录等)",
        "reads reference data (support ends, known exploited list)",
    )
    options_schema: ClassVar[Mapping[str, Any]] = _OPTIONS

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """What ships with the product; sets that a project imported come on top, if it did."""
        from hiscomply.reference.datasets import DATASETS

        return (SUMMARY_KIND, *(one.name for one in DATASETS.values() if one.is_shipped))

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The folders of the lists."""
        yield Text(
            "读取项目 reference/ 中导入的清单,没有的用随产品发布的",
            "reads the lists imported into the project's reference/, else those that ship with the product",
        )

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """Every set that is there; those that cannot be used are raised after the others are read."""
        from hiscomply.reference.shelf import shelf

        looked_at = _looked_at(target, context)
        failures: list[tuple[str, ReferenceDataError]] = []
        for one in shelf(context.project):
            try:
                yield from _records(one, context, looked_at)
            except ReferenceDataError as error:
                failures.append((one.dataset.name, error))
        if failures:
            raise CollectFailed(
                Text(
                    ";".join(f"{_where(name, error)}:{error.zh}" for name, error in failures),
                    "; ".join(f"{_where(name, error)}: {error.en}" for name, error in failures),
                ),
                [name for name, _ in failures],
            )


def _records(shelved: Any, context: CollectContext, looked_at: datetime) -> Iterator[Record]:
    """The record of a set, also of one that is altered or not there; then its rows.

    Raises:
        ReferenceDataError: the file cannot be used.
    """
    from hiscomply.reference.checking import open_intact
    from hiscomply.reference.datasets import records_of

    name = shelved.dataset.name
    summary: dict[str, Any] = {"dataset": name, "present": shelved.path is not None}
    source = shelved.name or f"reference/{name}.yaml"
    if shelved.path is None:
        yield Record(SUMMARY_KIND, summary, source, looked_at)
        return
    summary["origin"] = shelved.origin
    try:
        file = open_intact(shelved)
    except ReferenceDataError:
        yield Record(SUMMARY_KIND, {**summary, "intact": False}, source, looked_at, 1)
        raise
    header = file.header
    summary |= {
        "intact": True,
        "as_of": header.as_of.isoformat(),
        "source": header.source,
        "rows": file.rows,
        "sha256": header.sha256,
    }
    if header.version:
        summary["version"] = header.version
    if header.imported_at:
        summary["imported_at"] = header.imported_at
    yield Record(SUMMARY_KIND, summary, source, looked_at, 1)
    zone = ZoneInfo(context.zone)
    for line, row in file.read_rows():
        for fields in records_of(name, row):
            true_on = _day(fields.get("read_on")) or header.as_of
            yield Record(name, fields, source, datetime.combine(true_on, time(), zone).astimezone(UTC), line)


def _day(value: Any) -> date | None:
    """When a row was read, where it says so itself."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _looked_at(target: Target, context: CollectContext) -> datetime:
    text = target.options.get("observed_at")
    if text is None:
        return context.now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CollectFailed(
            Text(f"observed_at {text!r} 不是有效时间", f"observed_at {text!r} is no ISO 8601 time")
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(context.zone))).astimezone(UTC)


def _where(name: str, error: ReferenceDataError) -> str:
    return str(error.place) if error.place else name
