"""``hiscomply policy``: list, show, parameters, test, lint, mutate, coverage."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import click

from hiscomply.cli.columns import padded
from hiscomply.cli.parameters import parameters
from hiscomply.cli.policy_coverage import coverage
from hiscomply.cli.policy_mutate import mutate
from hiscomply.cli.policy_paths import PATHS, load_policies
from hiscomply.errors import HiscomplyError
from hiscomply.model import Severity, Source
from hiscomply.paths import policies_dir
from hiscomply.plugins import evidence_kinds, pack_folders


@click.group()
def policy() -> None:
    """查看、测试、检查、变异策略与覆盖 · List, show, test, lint and mutate policies; their coverage and parameters."""


for command in (coverage, mutate, parameters):
    policy.add_command(command)


@policy.command("list")
@PATHS
@click.option(
    "--framework",
    "controls",
    multiple=True,
    metavar="FRAMEWORK:ID",
    help="those that this control concerns: nist:AC-2, mlps:8.1.4.2 / 与该控制项有关的策略",
)
@click.option("--clause", "clauses", multiple=True, metavar="ID", help="those of this clause / 该条款的策略")
@click.option(
    "--class",
    "classes",
    multiple=True,
    type=click.Choice(["A", "S", "M"]),
    help="those with a check of this class / 含该类检查项的策略",
)
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="those that read it / 使用该证据的策略")
@click.pass_obj
def list_(
    obj: dict[str, str],
    paths: tuple[Path, ...],
    controls: tuple[str, ...],
    clauses: tuple[str, ...],
    classes: tuple[str, ...],
    kinds: tuple[str, ...],
) -> int:
    """列出策略 · One line per policy: id, clauses, severity, title.

    Filters of one sort widen, filters of different sorts narrow. Exit 1 when no policy is left.

    同类条件取并集,不同类取交集。没有符合的策略时退出码为 1。
    """
    from hiscomply.policy_choice import PolicyChoice, choose

    policies, known = load_policies(paths)
    policies = choose(policies, PolicyChoice(controls, clauses, classes, kinds), known)
    if not policies:
        click.echo("no policy fits / 没有符合条件的策略", err=True)
        return 1
    width, language = max(len(one.id) for one in policies), obj["language"]
    for one in policies:
        severity = padded(_severity(one.severity, language), 8)
        click.echo(f"{one.id:<{width}}  {','.join(one.clauses):<8} {severity} {one.title.to(language)}")
    return 0


@policy.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option("--sql", is_flag=True, help="the compiled query too / 同时显示编译后的查询")
@click.pass_obj
def show(obj: dict[str, str], name: Path, sql: bool) -> int:
    """显示一个策略 · Everything about one policy."""
    from hiscomply.policy.register import load_register
    from hiscomply.report.messages import show_value

    (one, *_), _ = load_policies([name])
    language = obj["language"]
    click.echo(f"{one.id}  [{_severity(one.severity, language)}]  {one.title.to(language)}")
    click.echo(f"  {', '.join(one.clauses)}  {', '.join(one.checks)}  {one.file}\n")
    click.echo("\n".join("  " + line for line in one.condition.splitlines()))
    click.echo(f"\n  {one.message.to(language)}\n  {one.remediation.to(language)}")
    register = load_register(policies_dir())
    for spec in one.parameters:
        click.echo(f"\n  {spec.name}: {spec.type}")
        click.echo(f"    {_source(spec.source, register, language)}")
        for profile, value in spec.defaults.items():
            click.echo(f"    {profile}: {show_value(value, language, UTC)}")
        for key, source in spec.key_sources.items():
            click.echo(f"    [{key}] {_source(source, register, language)}")
    for text in register.conflicts_of(one.id):
        click.echo(f"\n  ~ {text.to(language)}")
    click.echo(f"\n  evidence / 证据: {', '.join(one.kinds)}")
    if sql:
        click.echo(f"\n{one.judged}\n\n{one.output}")
    return 0


def _severity(severity: str, language: str) -> str:
    from hiscomply.report.words import severity_word

    return severity_word(Severity(severity)).to(language)


def _source(source: Source, register: Any, language: str) -> str:
    from hiscomply.report.words import STRENGTHS, word

    strength, title = word(STRENGTHS, source.strength).to(language), register.title(source.id).to(language)
    return f"{source.to(language)} ({strength}): {title}"


@policy.command()
@PATHS
def lint(paths: tuple[Path, ...]) -> int:
    """检查策略能否编译 · Compile without the cache and run every query on empty tables."""
    from hiscomply.policy_lint import lint_policies

    kinds = evidence_kinds()
    problems = lint_policies([*paths] or pack_folders(), kinds)
    for problem in problems:
        click.echo(str(problem))
    click.echo(f"{len(problems)} problems / {len(problems)} 个问题", err=True)
    return 2 if problems else 0


@policy.command()
@PATHS
@click.option("-v", "--verbose", is_flag=True, help="name every case / 列出每个用例")
def test(paths: tuple[Path, ...], verbose: bool) -> int:
    """运行策略用例 · Run the cases of policies."""
    from hiscomply.policy_cases import run_cases

    policies, kinds = load_policies(paths)
    total, failed = 0, 0
    for one in policies:
        try:
            for result in run_cases(one, kinds):
                total += 1
                if verbose or not result.is_passed:
                    click.echo(f"{'ok  ' if result.is_passed else 'FAIL'} {one.id}: {result.name}")
                for line in result.differences():
                    click.echo(f"       {line}")
                failed += not result.is_passed
        except HiscomplyError as error:
            failed += 1
            click.echo(f"FAIL {one.id}: {error}")
    click.echo(
        f"{len(policies)} policies, {total} cases, {failed} failed / "
        f"{len(policies)} 个策略,{total} 个用例,{failed} 个未通过",
        err=True,
    )
    return 2 if failed else 0
