"""``hiscomply policy``: list, show, test, lint, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import ConfigError, HiscomplyError, Place, PolicyError, nearest
from hiscomply.kinds import Kind
from hiscomply.plugins import evidence_kinds, pack_folders

PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


@click.group()
def policy() -> None:
    """查看、测试、检查策略 · List, show, test and lint policies."""


def _load(paths: Sequence[Path]) -> tuple[tuple[CompiledPolicy, ...], dict[str, Kind]]:
    """Policies under the paths (or ids of shipped ones), or all."""
    from hiscomply.policy.pack import load_pack

    kinds = evidence_kinds()
    folders = [path for path in paths if path.exists()]
    wanted = [str(path) for path in paths if not path.exists()]
    policies: tuple[CompiledPolicy, ...] = ()
    if folders:
        policies = load_pack(folders, kinds).policies
    if wanted or not paths:
        shipped = {one.id: one for one in load_pack(pack_folders(), kinds).policies}
        for name in wanted:
            if name not in shipped:
                raise PolicyError(
                    f"no policy and no folder {name!r} / 没有该策略或文件夹", hint=nearest(name, shipped)
                )
        policies += tuple(shipped[name] for name in wanted) or tuple(shipped.values())
    return policies, kinds


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
    """
    from hiscomply.policy_choice import PolicyChoice, choose

    policies, known = _load(paths)
    policies = choose(policies, PolicyChoice(controls, clauses, classes, kinds), known)
    if not policies:
        click.echo("no policy fits / 没有符合条件的策略", err=True)
        return 1
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
    (one, *_), _ = _load([name])
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

    policies, kinds = _load(paths)
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


@policy.command()
@click.option("--clause", "clauses", multiple=True, metavar="ID", help="only this clause / 只看该条款")
@click.option(
    "-o",
    "--output",
    multiple=True,
    metavar="FORMAT=FILE",
    help="html, json, csv or md to a file, - is stdout; repeatable / 输出为文件",
)
@click.option(
    "--require-all",
    is_flag=True,
    help="exit 1 when a check has neither a policy nor a reason / 有检查项既无策略也无原因时退出码为 1",
)
@click.pass_obj
def coverage(
    obj: dict[str, str], clauses: tuple[str, ...], output: tuple[str, ...], require_all: bool
) -> int:
    """查看策略覆盖 · Which checks of which clauses the policies judge, on what evidence, and what is left."""
    from hiscomply.coverage.matrix import cover
    from hiscomply.coverage.table import detailed, overview
    from hiscomply.paths import policies_dir
    from hiscomply.plugins import collectors
    from hiscomply.policy.clauses import load_clauses

    targets = _coverage_targets(output)
    policies, kinds = _load(())
    matrix = cover(load_clauses(policies_dir() / "clauses.yaml"), policies, kinds, collectors(), clauses)
    language = obj["language"]
    for write, file in targets:
        _write_text(file, write(matrix, language))
    if not targets:
        click.echo("\n".join((detailed if clauses else overview)(matrix, language)))
    missing = [one.check.id for one in matrix.checks if one.is_open]
    if missing:
        click.echo(f"neither a policy nor a reason / 既无策略也无原因: {', '.join(missing)}", err=True)
    return 1 if missing and require_all else 0


def _coverage_targets(outputs: Sequence[str]) -> list[tuple[Any, Path]]:
    """Writers and files of ``FORMAT=FILE``."""
    from hiscomply.coverage.formats import FORMATS

    targets = []
    for text in outputs:
        name, _, file = text.partition("=")
        if name not in FORMATS or not file:
            raise ConfigError(
                f"-o {text!r} is not FORMAT=FILE / 应写作 格式=文件",
                hint=nearest(name, FORMATS) or "formats / 格式: " + ", ".join(FORMATS),
            )
        targets.append((FORMATS[name], Path(file)))
    return targets


def _write_text(file: Path, text: str) -> None:
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror} / 无法写入",
            place=Place(str(file)),
            hint="check the path and its permissions / 请检查路径与权限",
        ) from error
    click.echo(file, err=True)
