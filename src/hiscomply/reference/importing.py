"""A file of a public format becomes a project's reference data: read, checked row by row, then put in place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hiscomply.errors import HiscomplyError, Place, Problems, ReferenceDataError
from hiscomply.kinds import Kind
from hiscomply.model import Record, Text
from hiscomply.reference.datasets import Dataset, records_of
from hiscomply.reference.document import Header, open_reference, previous_of, write_reference
from hiscomply.reference.imports.documents import read_bytes
from hiscomply.reference.imports.parsed import Parsed
from hiscomply.reference.imports.versions import complete_cycles, is_usable_pattern
from hiscomply.reference.shelf import look_up, project_file

Check = Callable[[Record], Sequence[Text]]
"""Gives the reasons why a record could not become evidence; none when it can."""

_TOLD = 10
_SHIFT = timedelta(hours=14)
"""A day may have begun elsewhere in the world already."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        before: how many rows stood there, None when there was no file.
        kept: where the replaced file is.
        passed_over: records of the source that hold nothing for the set.
    """

    path: Path
    header: Header
    rows: int
    before: int | None
    kept: Path | None
    passed_over: int


def import_dataset(
    dataset: Dataset,
    source: Path,
    project: Path,
    kind: Kind,
    check: Check,
    *,
    now: datetime,
    as_of: date | None = None,
    keep_others: bool = False,
) -> Imported:
    """Puts the rows of a file in the project's place for the data set.

    Args:
        check: what a record must pass to become evidence, the same as in an audit.
        as_of: the day that the data speak of; wins over what the source says.
        keep_others: for support cycles, keep the products that the file does not name.

    Raises:
        ReferenceDataError, Problems: the file is not what it should be. Nothing was changed.
    """
    parsed = _parse(dataset, source, kind)
    dated = as_of or parsed.as_of
    if dated is None:
        raise ReferenceDataError(
            "文件没有说明数据日期",
            "the file does not say of which day its data are",
            place=Place(str(source)),
            hint="add --as-of with the day it was downloaded / 请用 --as-of 给出下载日期",
        )
    if dated > (now + _SHIFT).date():
        raise ReferenceDataError(
            f"数据日期 {dated} 在将来",
            f"the data are of {dated}, which is in the future",
            place=Place(str(source)),
        )
    _check_rows(dataset, parsed, source, kind, check, dated)
    rows = [row for row, _ in parsed.rows]
    if keep_others:
        rows, dated = _with_others(dataset, project, rows, dated)
    target = project_file(project, dataset.name)
    before = open_reference(target).rows if target.is_file() else None
    header = Header(
        dataset=dataset.name,
        as_of=dated,
        source=parsed.source or source.name,
        version=parsed.version,
        imported_from=source.name,
        imported_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        imported_sha256=_digest(source),
    )
    sealed = write_reference(target, header, rows)
    kept = previous_of(target) if before is not None else None
    return Imported(target, sealed, len(rows), before, kept, parsed.passed_over)


def _parse(dataset: Dataset, source: Path, kind: Kind) -> Parsed:
    """By the set and the file's name; each parser refuses what is not its format."""
    from hiscomply.reference.imports import endoflife, holidays, kev, own, vulnrichment

    if not source.exists():
        raise ReferenceDataError("没有该文件", "there is no such file", place=Place(str(source)))
    suffix = source.suffix.lower()
    if suffix == ".csv":
        return own.parse_csv(source, dataset.name, kind)
    if suffix in (".yaml", ".yml"):
        is_calendar = dataset.name == "calendar_day"
        return (holidays.parse_calendar if is_calendar else own.parse_yaml)(source, dataset.name)
    public: Mapping[str, Callable[[Path], Parsed]] = {
        "kev_entry": kev.parse_kev,
        "ssvc_decision": vulnrichment.parse_vulnrichment,
        "support_cycle": endoflife.parse_endoflife,
    }
    if dataset.name not in public:
        raise ReferenceDataError(
            f"{dataset.name} 只接受 YAML 或 CSV",
            f"{dataset.name} takes YAML or CSV",
            place=Place(str(source)),
            hint=f"{dataset.formats.en} / {dataset.formats.zh}",
        )
    return public[dataset.name](source)


def _check_rows(
    dataset: Dataset, parsed: Parsed, source: Path, kind: Kind, check: Check, as_of: date
) -> None:
    """Raises on an empty set, on a row that could not become evidence, and on one that stands twice."""
    problems: list[HiscomplyError] = []
    keys: dict[tuple[Any, ...], Place] = {}
    if dataset.name == "support_cycle":
        complete_cycles(row for row, _ in parsed.rows)
    if not parsed.rows:
        raise ReferenceDataError("没有任何数据行", "there is no row", place=Place(str(source)))
    for row, place in parsed.rows:
        for fields in records_of(dataset.name, row):
            record = Record(dataset.name, fields, str(place), None, place.line)
            unknown = sorted(set(fields) - set(kind.fields))
            reasons = [Text(f"未知的字段 {name}", f"unknown field {name}") for name in unknown]
            problems += [
                ReferenceDataError(one.zh, one.en, place=place) for one in [*reasons, *check(record)]
            ]
            key = tuple(fields.get(name) for name in kind.key)
            if key in keys and not problems:
                told = "/".join(map(str, key))
                problems.append(
                    ReferenceDataError(
                        f"{told} 已在 {keys[key]}", f"{told} is also at {keys[key]}", place=place
                    )
                )
            keys[key] = place
        problems += [*_future_dates(row, as_of, place), *_cycle_problems(row, place)]
        if len(problems) >= _TOLD:
            break
    if problems:
        raise Problems(problems[:_TOLD]) if len(problems) > 1 else problems[0]


def _future_dates(row: Mapping[str, Any], as_of: date, place: Place) -> list[HiscomplyError]:
    """What is said to have happened cannot lie after the day that the data speak of."""
    told: list[HiscomplyError] = []
    for name in ("added_at", "decided_at", "read_on"):
        value = row.get(name)
        if isinstance(value, str) and value[:10] > as_of.isoformat():
            told.append(
                ReferenceDataError(
                    f"{name} {value} 晚于数据日期 {as_of}",
                    f"{name} {value} is after the day of the data, {as_of}",
                    place=place,
                )
            )
    return told


def _cycle_problems(row: Mapping[str, Any], place: Place) -> list[HiscomplyError]:
    """A support cycle whose pattern the engine cannot match, or whose date and state contradict each other."""
    told: list[HiscomplyError] = []
    versions = row.get("versions")
    if isinstance(versions, str) and not is_usable_pattern(versions):
        told.append(
            ReferenceDataError(
                f"versions {versions!r} 不是可用的正则表达式(不支持前后断言与反向引用)",
                f"versions {versions!r} is no usable regular expression (no look-around, no back references)",
                place=place,
            )
        )
    if (row.get("state") == "dated") != bool(row.get("support_end")) and "state" in row:
        told.append(
            ReferenceDataError(
                "state 为 dated 时须有 support_end,否则不得有",
                "support_end goes with state dated, and with no other",
                place=place,
            )
        )
    return told


def _with_others(
    dataset: Dataset, project: Path, rows: list[dict[str, Any]], as_of: date
) -> tuple[list[dict[str, Any]], date]:
    """The rows and those of other products that are known already; as old as the older of the two."""
    if dataset.name != "support_cycle":
        raise ReferenceDataError(
            "只有 support_cycle 可以保留其他产品", "only support_cycle can keep other products"
        )
    shelved = look_up(dataset, project)
    if shelved.path is None:
        return rows, as_of
    file = open_reference(shelved.path)
    if not file.is_intact:
        raise ReferenceDataError(
            "原有数据与校验和不符",
            "the present data do not have their checksum",
            place=Place(str(shelved.path)),
        )
    named = {row.get("product") for row in rows}
    others = [row for _, row in file.read_rows() if row.get("product") not in named]
    return [*others, *rows], min(as_of, file.header.as_of)


def _digest(source: Path) -> str:
    """sha256 of the file; of a folder, over the names and digests of its files."""
    if source.is_file():
        return hashlib.sha256(read_bytes(source)).hexdigest()
    total = hashlib.sha256()
    for file in sorted(one for one in source.rglob("*.json") if one.is_file() and not one.is_symlink()):
        total.update(
            f"{file.relative_to(source).as_posix()} {hashlib.sha256(read_bytes(file)).hexdigest()}\n".encode()
        )
    return total.hexdigest()
