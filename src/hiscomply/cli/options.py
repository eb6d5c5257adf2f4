"""Flags that several commands share, and what becomes of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from hiscomply.config.settings import Settings, parse_as_of
from hiscomply.errors import ConfigError, HiscomplyError, Place
from hiscomply.i18n import LANGUAGES
from hiscomply.model import AuditResult, Severity, Text

STDOUT = Path("-")
Command = Callable[..., Any]


def judging(command: Command) -> Command:
    """Flags of every command that gives verdicts."""
    for option in (
        click.option("--lang", "lang_here", type=click.Choice(LANGUAGES), default=None, help="zh | en"),
        click.option(
            "--fail-on",
            type=click.Choice([one.value for one in Severity]),
            default="low",
            show_default=True,
            help="least severity that gives exit code 1 / 导致退出码 1 的最低等级",
        ),
        click.option(
            "--allow-unknown",
            is_flag=True,
            help="undecided may exit 0; the report says so / 证据不足时允许退出码 0",
        ),
        click.option(
            "--policy", "only", multiple=True, metavar="ID", help="only these policies / 只评估这些策略"
        ),
        click.option(
            "-o",
            "--output",
            multiple=True,
            metavar="FORMAT=FILE",
            help="a report to a file; - is stdout; repeatable / 报告输出",
        ),
        click.option("--as-of", default=None, metavar="TIME", help="judge as of this moment / 评估时点"),
    ):
        command = option(command)
    return command


def over_files(command: Command) -> Command:
    """What every command over configuration files takes: paths, what to leave out, and a project for its rules."""
    for option in (
        click.option(
            "--project",
            type=click.Path(path_type=Path),
            default=None,
            help="parameters and waivers from here / 参数与例外",
        ),
        click.option("--exclude", multiple=True, metavar="GLOB", help="leave these files out / 排除文件"),
        click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def need_existing(paths: Iterable[Path]) -> None:
    """Refuses a path that does not exist.

    Raises:
        ConfigError: with the path.
    """
    for path in paths:
        if not path.exists():
            raise ConfigError(
                "this path does not exist / 路径不存在",
                place=Place(str(path)),
                hint="check the spelling and the folder you are in / 请检查拼写与当前目录",
            )


def collecting(command: Command) -> Command:
    """Flags of every command that collects from a project's targets."""
    for option in (
        click.option(
            "--dry-run",
            is_flag=True,
            help="say what would be asked of whom, and ask nothing / 只说明将采集什么,不实际采集",
        ),
        click.option(
            "--resume",
            is_flag=True,
            help="go on where an interrupted run stopped / 接着上次中断的采集继续",
        ),
        click.option(
            "--only",
            "only_targets",
            multiple=True,
            metavar="TARGET",
            help="only these targets, * allowed; the others are skipped and what rests on them is unknown"
            " / 只采集这些目标,可用 *;其余跳过,相关结论为证据不足",
        ),
    ):
        command = option(command)
    return command


def apply_flags(
    settings: Settings, *, as_of: str | None, fail_on: str, allow_unknown: bool, only: Sequence[str]
) -> Settings:
    """The settings with the flags of ``judging``.

    Raises:
        ConfigError: ``--as-of`` is no time.
    """
    moment = None
    if as_of is not None:
        try:
            moment = parse_as_of(as_of, settings.zone)
        except ValueError as error:
            raise ConfigError(
                f"--as-of {as_of!r} is no time / 不是有效的时刻",
                hint="write for example 2026-06-30T08:00:00+08:00 / 例如 2026-06-30T08:00:00+08:00",
            ) from error
    return replace(settings, as_of=moment, fail_on=fail_on, allow_unknown=allow_unknown, only=tuple(only))


def write_outside(
    result: AuditResult, known: dict[str, Any], targets: dict[str, Path], language: str
) -> tuple[str, HiscomplyError | None]:
    """Writes the reports that were asked for.

    Returns:
        The text of the one for stdout, if any; and what could not be written, to be raised once all else is done.
    """
    from hiscomply.writing import write_reports

    files = {name: path for name, path in targets.items() if path != STDOUT}
    printed = ""
    try:
        for name in targets.keys() - files.keys():
            with tempfile.TemporaryDirectory(prefix="hiscomply-") as scratch:
                path = Path(scratch) / known[name].filename
                write_reports(result, known, {name: path}, language)
                printed = path.read_text(encoding="utf-8")
        write_reports(result, known, files, language)
    except HiscomplyError as error:
        return printed, error
    return printed, None


def notes(result: AuditResult, known: dict[str, Any], names: Iterable[str]) -> list[Text]:
    """What the reports of these formats leave out, as far as they say."""
    from hiscomply.hookspecs import LeavingOut

    return [
        Text(f"{name}：{note.zh}", f"{name}: {note.en}")
        for name in names
        if isinstance(known[name], LeavingOut)
        for note in known[name].left_out(result)
    ]


def report_targets(outputs: Sequence[str], known: dict[str, Any]) -> dict[str, Path]:
    """``FORMAT=FILE`` flags by format.

    Raises:
        ConfigError: malformed, or an unknown format (names the nearest), or one report would take the place of another.
    """
    from hiscomply.plugins import find

    targets: dict[str, Path] = {}
    for text in outputs:
        name, separator, file = text.partition("=")
        if not separator or not file:
            raise ConfigError(
                f"-o {text!r} is not FORMAT=FILE / 应写作 格式=文件",
                hint="for example -o sarif=findings.sarif / 例如 -o sarif=findings.sarif",
            )
        find(name, known, "report format")
        if name in targets:
            raise ConfigError(
                f"-o {name} is given twice / 同一格式只能写一份报告",
                hint="copy the file instead / 需要两份时请复制文件",
            )
        targets[name] = Path(file)
    need_distinct(targets)
    return targets


def need_distinct(targets: Mapping[str, Path]) -> None:
    """Refuses two reports in one place, where one would be lost.

    Raises:
        ConfigError: with the place.
    """
    first: dict[str, str] = {}
    for name, path in targets.items():
        other = first.setdefault(os.path.realpath(path), name)
        if other != name and path == STDOUT:
            raise ConfigError(
                "only one report fits on stdout / 标准输出只能写一份报告",
                hint="write the others to files / 其余报告请写入文件",
            )
        if other != name:
            raise ConfigError(
                f"{other} and {name} would be written to one file / 两份报告写入同一文件",
                place=Place(str(path)),
                hint="give each a file of its own / 请为每份报告指定各自的文件",
            )


def say_notes(result: AuditResult, known: dict[str, Any], names: Iterable[str], language: str) -> None:
    """Says on stderr what the reports of these formats leave out."""
    for note in notes(result, known, names):
        click.echo(note.to(language), err=True)
