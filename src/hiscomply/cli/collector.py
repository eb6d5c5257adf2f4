"""``hiscomply collector``: which collectors there are, and what they take."""

from __future__ import annotations

import json

import click

from hiscomply.option_texts import in_language
from hiscomply.plugins import collectors, find


@click.group()
def collector() -> None:
    """查看采集器 · Which collectors there are, and what they take."""


@collector.command("list")
@click.pass_obj
def list_(obj: dict[str, str]) -> int:
    """列出采集器 · One line per collector."""
    for name, one in sorted(collectors().items()):
        click.echo(f"{name:<10} {one.version:<8} {one.summary.to(obj['language'])}")
    return 0


@collector.command()
@click.argument("name")
@click.pass_obj
def show(obj: dict[str, str], name: str) -> int:
    """显示一个采集器的选项 · The options of a collector, as JSON Schema."""
    one = find(name, collectors(), "collector")
    language = obj["language"]
    click.echo(f"{one.name} {one.version}: {one.summary.to(language)}\n")
    click.echo(json.dumps(in_language(one.options_schema, language), ensure_ascii=False, indent=2))
    return 0
