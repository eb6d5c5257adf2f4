"""``hiscomply reference``: what reference data are there, how old they are, and putting newer ones in place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hiscomply.errors import ConfigError, ReferenceDataError
from hiscomply.model import Record, Text
from hiscomply.reference.datasets import find_dataset
from hiscomply.reference.document import open_reference
from hiscomply.reference.shelf import Shelved, age_days, look_up, shelf

if TYPE_CHECKING:
    from hiscomply.reference.importing import Check

PROJECT = click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="project folder / 项目文件夹"
)
WORDS = {
    "none": Text("未导入", "not imported"),
    "shipped": Text("随产品", "shipped"),
    "project": Text("项目导入", "project"),
    "intact": Text("校验和相符", "checksum ok"),
    "altered": Text("校验和不符", "ALTERED"),
    "late": Text("须更新", "to be renewed"),
    "days": Text("天", "d"),
}


@click.group()
def reference() -> None:
    """查看与导入参考数据 · Reference data: support ends, known exploited vulnerabilities, holidays."""


@reference.command("list")
@click.argument("project", type=click.Path(path_type=Path), default=Path())
@click.pass_obj
def list_(obj: dict[str, str], project: Path) -> int:
    """列出参考数据 · Every data set: rows, day of the data, age, origin, checksum."""
    language, today = obj["language"], datetime.now(UTC).date()
    for one in shelf(project):
        title = one.dataset.title.to(language)
        click.echo(f"{one.dataset.name:<21} {_state(one, today, language)}  {title}")
    click.echo(f"{'':<21} {_library(language)}")
    return 0


def _state(one: Shelved, today: date, language: str) -> str:
    if one.path is None or one.origin is None:
        return WORDS["none"].to(language)
    try:
        file = open_reference(one.path)
    except ReferenceDataError as error:
        return str(error).replace("\n", " ")
    age = age_days(file.header.as_of, today)
    limit = one.dataset.checked_every_days
    days = WORDS["days"].to(language)
    is_late = limit is not None and age > limit
    parts = [
        f"{file.rows:>8,}",
        f"{file.header.as_of}",
        f"{age} {days}" + (f" ({WORDS['late'].to(language)}, > {limit} {days})" if is_late else ""),
        WORDS[one.origin].to(language),
        WORDS["intact" if file.is_intact else "altered"].to(language),
        file.header.source,
    ]
    return "  ".join(parts)


def _library(language: str) -> str:
    """The built-in calendar, which the set calendar_day extends."""
    from importlib.metadata import version

    from hiscomply.evaluate.calendar import known_years

    first, last = known_years()
    return Text(
        f"内置节假日日历 chinesecalendar {version('chinesecalendar')}:{first}–{last} 年",
        f"built-in calendar of holidays, chinesecalendar {version('chinesecalendar')}: {first}–{last}",
    ).to(language)


@reference.command()
@click.argument("dataset")
@click.argument("text", default="")
@PROJECT
@click.option("--limit", default=50, show_default=True, help="how many rows / 行数")
@click.pass_obj
def show(obj: dict[str, str], dataset: str, text: str, project: Path, limit: int) -> int:
    """显示一份参考数据 · The header and rows of a data set, those that hold TEXT."""
    one = look_up(find_dataset(dataset), project)
    if one.path is None:
        raise _not_imported(one)
    file = open_reference(one.path)
    for line in file.header.lines():
        click.echo(line)
    shown, found = 0, 0
    for number, row in file.read_rows():
        written = json.dumps(row, ensure_ascii=False)
        if text.lower() in written.lower():
            found += 1
            if shown < limit:
                shown += 1
                click.echo(f"{number}: {written}")
    click.echo(f"{shown} / {found}", err=True)
    return 0


@reference.command("import")
@click.argument("dataset")
@click.argument("file", type=click.Path(path_type=Path))
@PROJECT
@click.option("--as-of", default=None, metavar="DATE", help="day of the data / 数据日期")
@click.option(
    "--keep-others", is_flag=True, help="support_cycle: keep products that FILE does not name / 保留其他产品"
)
@click.pass_obj
def import_(
    obj: dict[str, str], dataset: str, file: Path, project: Path, as_of: str | None, keep_others: bool
) -> int:
    """导入参考数据 · Check FILE and put it in the project's reference folder. What stood there is kept."""
    from hiscomply.plugins import evidence_kinds
    from hiscomply.reference.importing import import_dataset

    known = find_dataset(dataset)
    done = import_dataset(
        known,
        file,
        project,
        evidence_kinds()[dataset],
        _border(),
        now=datetime.now(UTC),
        as_of=_day(as_of),
        keep_others=keep_others,
    )
    before = (
        Text("原先没有", "none before")
        if done.before is None
        else Text(f"原有 {done.before:,} 行", f"{done.before:,} before")
    )
    passed = f", {done.passed_over:,}" if done.passed_over else ""
    click.echo(
        Text(
            f"{dataset}:{done.rows:,} 行({before.zh}),数据日期 {done.header.as_of} -> {done.path}",
            f"{dataset}: {done.rows:,} rows ({before.en}), as of {done.header.as_of} -> {done.path}",
        ).to(obj["language"])
    )
    if passed:
        click.echo(f"without a decision / 没有判定的记录{passed.removeprefix(',')}", err=True)
    if done.kept is not None:
        click.echo(f"the file before is kept / 原文件保留为 {done.kept}", err=True)
    return 0


@reference.command()
@click.argument("project", type=click.Path(path_type=Path), default=Path())
@click.pass_obj
def verify(obj: dict[str, str], project: Path) -> int:
    """核验参考数据 · Verify every file against the checksum in its header, and every row against its kind."""
    from hiscomply.plugins import evidence_kinds
    from hiscomply.reference.checking import problems_of

    kinds, border, wrong, files = evidence_kinds(), _border(), 0, 0
    for one in shelf(project):
        if one.path is None:
            continue
        files += 1
        told = problems_of(one, kinds[one.dataset.name], border)
        wrong += len(told)
        for error in told:
            click.echo(str(error))
    click.echo(f"{files} files, {wrong} problems / {files} 个文件,{wrong} 个问题", err=True)
    return 1 if wrong else 0


def _border() -> Check:
    """The border of an audit, as a check: what passes here becomes evidence there."""
    from hiscomply.collect.border import Border
    from hiscomply.collect.secrets import withholding
    from hiscomply.plugins import evidence_kinds

    border = Border(evidence_kinds(), withholding())

    def check(record: Record) -> Sequence[Text]:
        before = border.dropped.total()
        _, rejected = border.admit(record)
        if border.dropped.total() > before and not rejected:
            name = list(border.dropped)[-1]
            return [Text(f"审计时会舍弃:{name}", f"an audit would drop it: {name}")]
        return [one.reason for one in rejected]

    return check


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"--as-of {text!r} is no date / 不是有效的日期",
            hint="write for example 2026-06-30 / 例如 2026-06-30",
        ) from error


def _not_imported(one: Shelved) -> ReferenceDataError:
    return ReferenceDataError(
        f"{one.dataset.name} 尚未导入",
        f"{one.dataset.name} is not imported",
        hint=f"hiscomply reference import {one.dataset.name} FILE: {one.dataset.formats.en} / {one.dataset.formats.zh}",
    )
