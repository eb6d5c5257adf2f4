"""The entry point: parses the words, hands over to one module per command."""

from __future__ import annotations

import atexit
import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from hiscomply import __version__
from hiscomply.errors import HiscomplyError
from hiscomply.i18n import LANGUAGES, language_of

COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "init": ("hiscomply.cli.init", "新建一个带注释的项目文件夹", "Make a commented project folder"),
    "audit": ("hiscomply.cli.audit", "采集、评估、报告:主要工作", "Collect, evaluate, report: the main job"),
    "check": ("hiscomply.cli.check", "检查配置仓库(用于 CI)", "Check a configuration repository in CI"),
    "explain": (
        "hiscomply.cli.explain",
        "解释一个问题,并给出验证过的最小改动",
        "Explain a finding, with a change that was proven to pass",
    ),
    "collect": ("hiscomply.cli.stages", "只采集证据", "Collect evidence only"),
    "evaluate": ("hiscomply.cli.stages", "对已有证据重新评估", "Evaluate a run's evidence again"),
    "report": ("hiscomply.cli.stages", "由一次运行生成报告", "Write reports of a run"),
    "verify": ("hiscomply.cli.stages", "核验一次运行未被改动", "Verify that a run was not altered"),
    "policy": (
        "hiscomply.cli.policy",
        "查看、测试、检查、变异策略",
        "List, show, test, lint and mutate policies",
    ),
    "evidence": ("hiscomply.cli.evidence", "查看证据类型与证据", "Show evidence kinds and evidence"),
    "reference": ("hiscomply.cli.reference", "查看与导入参考数据", "Show and import reference data"),
    "collector": ("hiscomply.cli.collector", "查看采集器", "Show collectors"),
    "doctor": ("hiscomply.cli.doctor", "检查运行环境", "Check this installation"),
}


class Commands(click.Group):
    """Commands that are imported only when they are called, so that the start stays short."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest command named when there is none of that name."""
        from hiscomply.errors import nearest

        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            raise click.UsageError(f"no command {name!r} / 没有该命令  {nearest(name, COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing them."""
        position = 1 if _language(ctx.params.get("lang")) == "zh" else 2
        with formatter.section("命令" if position == 1 else "Commands"):
            formatter.write_dl([(name, texts[position]) for name, texts in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, is_eager=True, help="zh | en")
@click.option("--debug", is_flag=True, help="show tracebacks / 显示调用栈")
@click.version_option(__version__, prog_name="hiscomply")
@click.pass_context
def cli(ctx: click.Context, lang: str | None, debug: bool) -> None:
    """医疗行业信息系统运维合规检查 · Compliance checks for hospital IT operations."""
    ctx.obj = {"language": _language(lang), "debug": debug}


def _language(asked: str | None) -> str:
    return language_of(asked or os.environ.get("HISCOMPLY_LANG"))


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits: 0 compliant, 1 failed, 2 usage or policy error, 3 undecided.

    As the console script (no arguments given) the process ends at once, once all that has to be tidied up is: taking a
    large interpreter down piece by piece would take a tenth of a check.
    """
    if arguments is not None:
        sys.exit(run(arguments))
    code = run(sys.argv[1:])
    try:
        # None is one that was closed from the start: then the exit code is all that is asked
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except OSError:
        code = code if code == 2 else 3  # nobody has seen all of what it says
    atexit._run_exitfuncs()
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Runs the command line; gives the exit code."""
    try:
        os.getcwd()  # noqa: PTH109 - whether there is one, at every start
    except OSError:
        click.echo(
            "hiscomply: the folder that this was started in is gone / 当前文件夹已不存在\n"
            "  -> change to one that is there / 请切换到存在的文件夹",
            err=True,
        )
        return 2
    try:
        result: Any = cli.main(arguments, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except HiscomplyError as error:
        if "--debug" in arguments:
            raise
        click.echo(f"hiscomply: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        click.echo("hiscomply: usage error / 用法错误\n  -> see --help / 参见 --help", err=True)
        return 2
    except click.Abort:
        return _interrupted()
    except BrokenPipeError:
        return 3
    except Exception as error:
        from hiscomply.cli.collecting import is_interruption

        if is_interruption(error):
            return _interrupted()
        if "--debug" in arguments:
            raise
        click.echo(
            f"hiscomply: {_refused(error) if isinstance(error, OSError) else _defect(error)}", err=True
        )
        return 3


def _interrupted() -> int:
    click.echo("hiscomply: interrupted / 已中断", err=True)
    return 3


def _defect(error: Exception) -> str:
    return (
        f"a defect in hiscomply, nothing was decided: {error!r} / 程序内部错误,未作判定\n"
        "  -> run again with --debug and report what it says / 请加 --debug 重新运行并反馈输出"
    )


def _refused(error: OSError) -> str:
    """What the system would not do, where no stage could say more about it."""
    where = f"{error.filename}: " if error.filename is not None else ""
    return (
        f"{where}the system refused, nothing was decided: {error.strerror or error} / 系统拒绝操作,未作判定\n"
        "  -> is the disk full, or the output closed? with --debug it says where this came from"
        " / 请检查磁盘空间与输出,加 --debug 可查看来源"
    )
