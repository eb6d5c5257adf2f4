"""The page of commands, from click."""

from __future__ import annotations

import click

from hiscomply.cli.main import COMMANDS, cli
from hiscomply.reference_docs.text import page, table


def commands_page() -> str:
    """Every command with its arguments and options."""
    context = click.Context(cli, info_name="hiscomply")
    parts = [
        table(("command", "中文", "English"), [(f"`{name}`", *texts[1:]) for name, texts in COMMANDS.items()])
    ]
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            parts += _command(command, f"hiscomply {name}")
    return page("Commands / 命令", *parts)


def _command(command: click.Command, path: str) -> list[str]:
    help_text = (command.help or "").replace("\b", "").strip()
    if isinstance(command, click.Group):
        parts = [f"## `{path}`\n", help_text + "\n"]
        for name, child in sorted(command.commands.items()):
            parts += _command(child, f"{path} {name}")
        return parts
    arguments = [_argument(one) for one in command.params if isinstance(one, click.Argument)]
    parts = [f"## `{' '.join([path, *arguments])}`\n", help_text + "\n"]
    options = [one for one in command.params if isinstance(one, click.Option)]
    if options:
        parts.append(table(("option", "default", "help"), [_option(one) for one in options]))
    return parts


def _argument(argument: click.Argument) -> str:
    name = (argument.name or "").upper()
    shown = name if argument.required else f"[{name}]"
    return shown + ("…" if argument.nargs == -1 else "")


def _option(option: click.Option) -> tuple[str, str, str]:
    choices = " | ".join(map(str, option.type.choices)) if isinstance(option.type, click.Choice) else ""
    value = choices or option.metavar or ("" if option.is_flag else option.type.name.upper())
    default = option.default if isinstance(option.default, str | int) and not option.is_flag else ""
    return f"`{', '.join(option.opts)}` {value}".strip(), str(default), option.help or ""
