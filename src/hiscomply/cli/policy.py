"""``hiscomply policy``: list, show, test, lint, mutate."""

from __future__ import annotations

from pathlib import Path

import click

from hiscomply.cli.policy_mutate import mutate
from hiscomply.cli.policy_paths import PATHS, load_policies
from hiscomply.errors import HiscomplyError
from hiscomply.plugins import evidence_kinds, pack_folders


@click.group()
def policy() -> None:
    """查看、测试、检查、变异策略 · List, show, test, lint and mutate policies."""


policy.add_command(mutate)


@policy.command("list")
@PATHS
@click.pass_obj
def list_(obj: dict[str, str], paths: tuple[Path, ...]) -> int:
    """列出策略 · One line per policy: id, clauses, severity, title."""
    policies, _ = load_policies(paths)
    width = max(len(one.id) for one in policies)
    for one in policies:
        title = one.title.to(obj["language"])
        click.echo(f"{one.id:<{width}}  {','.join(one.clauses):<8} {one.severity:<8} {title}")
    return 0


@policy.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option("--sql", is_flag=True, help="the compiled query too / 同时显示编译后的查询")
@click.pass_obj
def show(obj: dict[str, str], name: Path, sql: bool) -> int:
    """显示一个策略 · Everything about one policy."""
    (one, *_), _ = load_policies([name])
    language = obj["language"]
    click.echo(f"{one.id}  [{one.severity}]  {one.title.to(language)}")
    click.echo(f"  {', '.join(one.clauses)}  {', '.join(one.checks)}  {one.file}\n")
    click.echo("\n".join("  " + line for line in one.condition.splitlines()))
    click.echo(f"\n  {one.message.to(language)}\n  {one.remediation.to(language)}")
    for spec in one.parameters:
        source = f"{spec.source.id} {spec.source.ref} ({spec.source.strength})"
        click.echo(f"\n  {spec.name}: {spec.type}  {source}")
        for profile, value in spec.defaults.items():
            click.echo(f"    {profile}: {value}")
    click.echo(f"\n  evidence / 证据: {', '.join(one.kinds)}")
    if sql:
        click.echo(f"\n{one.judged}\n\n{one.output}")
    return 0


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
    click.echo(f"{len(policies)} policies, {total} cases, {failed} failed / {failed} 个未通过", err=True)
    return 2 if failed else 0
