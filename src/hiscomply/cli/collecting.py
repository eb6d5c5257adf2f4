"""What the commands that collect have in common: which targets, what they would be asked, what an interruption leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from hiscomply.config.settings import Settings
from hiscomply.errors import ConfigError, nearest
from hiscomply.hookspecs import Asking, CollectFailed, Fleet
from hiscomply.model import Target, Text

_UNSAID = Text("该采集器没有说明它会询问什么", "this collector does not say what it asks")
_NOTHING_ASKED = Text("以上均未被访问", "nothing was asked of any of them")
_KEPT = Text(
    "已中断;已完成的 {count} 个目标已保留,可用 `{command} --resume` 继续",
    "interrupted; what {count} targets gave is kept, `{command} --resume` goes on from there",
)
_LEFT = Text(
    "有一次中断的采集(已完成 {count} 个目标)未被使用;加 --resume 可接着它继续",
    "an interrupted collection ({count} targets done) is not used; with --resume it would be",
)


def narrow_targets(settings: Settings, collectors: Mapping[str, Any], only: Sequence[str]) -> Settings:
    """The settings with the targets that are asked for.

    Raises:
        ConfigError: a pattern means no target of the project; names the nearest.
    """
    if not only:
        return settings
    from hiscomply.collect.jobs import is_asked

    names = [
        name
        for target in settings.targets
        for name in (target.name, *(one.name for one in _members(target, collectors, settings)))
    ]
    for pattern in only:
        if not any(is_asked(name, [pattern]) for name in names):
            raise ConfigError(
                f"--only {pattern!r} means no target of this project / 没有匹配的采集目标",
                hint=nearest(pattern, names) or "targets / 目标: " + ", ".join(names[:20]),
            )
    return replace(settings, only_targets=tuple(only))


def _members(target: Target, collectors: Mapping[str, Any], settings: Settings) -> Sequence[Target]:
    collector = collectors[target.collector]
    if not isinstance(collector, Fleet):
        return ()
    try:
        return collector.expand(target, settings.project)
    except CollectFailed:
        return ()


def print_plan(settings: Settings, collectors: Mapping[str, Any]) -> None:
    """What would be asked of whom: one block per target, on stdout."""
    from hiscomply.collect.jobs import is_asked

    language = settings.language
    for target in settings.targets:
        collector = collectors[target.collector]
        members = _listed(target, collector, settings)
        if isinstance(members, Text):
            click.echo(f"{target.name}  [{target.collector}]\n    ! {members.to(language)}")
            continue
        for one in members:
            only = settings.only_targets
            if not is_asked(target.name, only) and not is_asked(one.name, only):
                continue
            click.echo(f"{one.name}  [{one.collector}]  <= {one.timeout_s:g} s  -> {', '.join(one.kinds)}")
            said = collector.asks(one, settings.project) if isinstance(collector, Asking) else [_UNSAID]
            try:
                for line in said:
                    click.echo(f"    {line.to(language)}")
            except CollectFailed as error:
                click.echo(f"    ! {error.reason.to(language)}")
    click.echo(_NOTHING_ASKED.to(language), err=True)


def _listed(target: Target, collector: Any, settings: Settings) -> Sequence[Target] | Text:
    if not isinstance(collector, Fleet):
        return (target,)
    try:
        return collector.expand(target, settings.project)
    except CollectFailed as error:
        return error.reason


@contextmanager
def telling_of_interruption(settings: Settings, command: str, *, resume: bool) -> Iterator[None]:
    """Says what is kept when the work within is cut off, and beforehand what an earlier one left."""
    from hiscomply.collect.keeper import finished_targets, unfinished
    from hiscomply.pipeline import COLLECTING

    below = settings.runs.parent / COLLECTING
    left = unfinished(below)
    if left and not resume:
        click.echo(_LEFT.to(settings.language).format(count=finished_targets(left[-1])), err=True)
    try:
        yield
    except (KeyboardInterrupt, RuntimeError) as error:
        if not is_interruption(error):
            raise
        kept = unfinished(below)
        if kept:
            count = finished_targets(kept[-1])
            click.echo(_KEPT.to(settings.language).format(count=count, command=command), err=True)
        raise KeyboardInterrupt from None


def is_interruption(error: BaseException) -> bool:
    """Whether somebody pressed Ctrl-C; DuckDB, where that meets a query, says so in words of its own."""
    return isinstance(error, KeyboardInterrupt) or (
        isinstance(error, RuntimeError) and str(error) == "Query interrupted"
    )
