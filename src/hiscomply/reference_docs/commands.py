"""``cli.md``: every command and option, from click."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hiscomply.cli.main import COMMANDS, cli
from hiscomply.model import Text
from hiscomply.reference_docs.tables import cell, code, page, table

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
        ((f"[`{name}`](#hiscomply-{name})", zh, en) for name, (_, zh, en) in COMMANDS.items()),
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
    text = (command.help or "").replace("\b", "").strip()
    yield f"```text\n{context.command_path} {usage}\n```\n\n{text}"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _command(inner, context)
    else:
        yield _parameters(command, context)


def _parameters(command: click.Command, context: click.Context) -> str:
    rows = [
        (_names(one), _values(one), _default(one, context), cell(one.help or ""))
        for one in command.get_params(context)
        if isinstance(one, click.Option) and not one.hidden
    ]
    return table(("option", "values", "default", "meaning"), rows)


def _names(option: click.Option) -> str:
    return ", ".join(code(name) for name in (*option.opts, *option.secondary_opts))


def _values(option: click.Option) -> str:
    if option.is_flag or option.count:
        return ""
    if isinstance(option.type, click.Choice):
        return ", ".join(code(str(one)) for one in option.type.choices)
    repeated = ", repeatable / 可重复" if option.multiple else ""
    return code(option.metavar or option.type.name.upper()) + repeated


def _default(option: click.Option, context: click.Context) -> str:
    return code(str(option.get_default(context))) if option.show_default else ""
