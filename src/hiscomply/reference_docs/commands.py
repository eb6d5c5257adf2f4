"""``cli.md``: every command and option, from click."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from hiscomply.cli.main import COMMANDS, cli
from hiscomply.model import Text
from hiscomply.reference_docs.tables import page, table
from hiscomply.reference_docs.text import Markup, block, code, codes, paragraph

_TITLE = Text("命令", "Commands")
_INTRO = """\
`hiscomply --help` and `hiscomply COMMAND --help` say the same. Options of `hiscomply` itself stand before the command.

Exit codes / 退出码: 0 all asked for is compliant 全部符合 · 1 something is not 有不符合 · 2 usage, configuration or policy error
用法、配置或策略错误 · 3 undecided 证据不足."""


def commands_page() -> str:
    """The whole page."""
    context = click.Context(cli, info_name="hiscomply")
    overview = table(
        ("command", "", ""),
        ((Markup(f"[`{name}`](#hiscomply-{name})"), zh, en) for name, (_, zh, en) in COMMANDS.items()),
    )
    parts = [_INTRO, overview, "## hiscomply", _parameters(cli, context)]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if command is not None:
            parts.extend(_command(command, context))
    return page(_TITLE, *parts)


def _command(command: click.Command, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=command.name, parent=parent)
    yield f"{'#' * (context.command_path.count(' ') + 1)} {context.command_path}"
    usage = " ".join(command.collect_usage_pieces(context))
    yield block(f"{context.command_path} {usage}")
    yield from _help(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _command(inner, context)
    else:
        yield _parameters(command, context)


def _help(command: click.Command) -> Iterator[str]:
    """The help's paragraphs; those that click keeps as they stand are kept here too."""
    for text in inspect.cleandoc(command.help or "").split("\n\n"):
        lines = inspect.cleandoc(text)
        if lines.startswith("\b"):
            yield block(lines.removeprefix("\b").strip("\n"))
        elif lines:
            yield paragraph(lines)


def _parameters(command: click.Command, context: click.Context) -> Markup:
    rows = [
        (_names(one), _values(one), _default(one, context), one.help or "")
        for one in command.get_params(context)
        if isinstance(one, click.Option) and not one.hidden
    ]
    return table(("option", "values", "default", "meaning"), rows)


def _names(option: click.Option) -> Markup:
    return codes((*option.opts, *option.secondary_opts))


def _values(option: click.Option) -> Markup:
    if option.is_flag or option.count:
        return Markup("")
    if isinstance(option.type, click.Choice):
        return codes(option.type.choices)
    repeated = ", repeatable / 可重复" if option.multiple else ""
    return Markup(code(option.metavar or option.type.name.upper()) + repeated)


def _default(option: click.Option, context: click.Context) -> Markup:
    return code(option.get_default(context)) if option.show_default else Markup("")
