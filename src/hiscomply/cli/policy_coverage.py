"""``hiscomply policy coverage``: which checks the policies judge, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hiscomply.cli.policy_paths import load_policies
from hiscomply.errors import ConfigError, Place, nearest


@click.command()
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
    policies, kinds = load_policies(())
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
