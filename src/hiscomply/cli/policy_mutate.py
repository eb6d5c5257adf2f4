"""``hiscomply policy mutate``: proof that policies can go red."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hiscomply.cli.policy_paths import PATHS, load_policies
from hiscomply.errors import ConfigError, Place
from hiscomply.i18n import LANGUAGES
from hiscomply.processors import processors

if TYPE_CHECKING:
    from hiscomply.policy_mutants.model import PolicyOutcome


@click.command()
@PATHS
@click.option(
    "--jobs", type=click.IntRange(min=1), help="processes; default one per core / 进程数,默认为核数"
)
@click.option("--no-cache", is_flag=True, help="run unchanged policies again too / 未改动的策略也重新运行")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="every mutant and what became of it / 每个变异体及其结果",
)
@click.option(
    "--markdown",
    "markdown_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="the page of the reference / 参考文档页面",
)
@click.option("--lang", "lang_here", type=click.Choice(LANGUAGES), default=None, help="zh | en")
@click.pass_obj
def mutate(
    obj: dict[str, str],
    paths: tuple[Path, ...],
    jobs: int | None,
    no_cache: bool,
    json_file: Path | None,
    markdown_file: Path | None,
    lang_here: str | None,
) -> int:
    """变异测试:证明用例能识别错误的策略 · Change policies in small ways; their cases must notice.

    Exit code / 退出码: 0 every mutant is killed or explained 全部已识别或已说明 · 1 some survived 有未识别的 ·
    2 usage, policy, case or explanation error 用法、策略、用例或说明有误.
    """
    from hiscomply.policy_mutants.pages import as_json, reference_page, survivor_lines, terminal_table
    from hiscomply.policy_mutants.pool import run_policies

    language = lang_here or obj["language"]
    policies, kinds = load_policies(paths)
    watch = _Watch(len(policies))
    found = run_policies(policies, kinds, jobs=jobs or processors(), use_cache=not no_cache, done=watch.done)
    watch.end()
    if json_file is not None:
        _write(json_file, as_json(found))
    if markdown_file is not None:
        _write(markdown_file, reference_page(found))
    for line in terminal_table(found, language):
        click.echo(line)
    for one in found:
        for survivor in one.survivors():
            click.echo(f"\n{survivor_lines(survivor, language)}")
        for problem in one.problems:
            click.echo(problem, err=True)
    return _exit_code(found)


def _exit_code(found: list[PolicyOutcome]) -> int:
    if any(one.problems for one in found):
        return 2
    return 1 if any(one.survivors() for one in found) else 0


class _Watch:
    """How far it is, on a terminal only."""

    def __init__(self, policies: int) -> None:
        self._policies = policies
        self._done = 0
        self._is_seen = sys.stderr.isatty()

    def done(self, policy_id: str) -> None:
        self._done += 1
        if self._is_seen:
            click.echo(f"\r\x1b[K{self._done}/{self._policies} {policy_id}", err=True, nl=False)

    def end(self) -> None:
        if self._is_seen:
            click.echo("\r\x1b[K", err=True, nl=False)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror} / 无法写入",
            place=Place(str(file)),
            hint="choose another file / 请另选文件",
        ) from error
