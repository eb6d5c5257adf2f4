"""``hiscomply explain``: one finding, why it is one, and a change that was proven to pass."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from hiscomply.cli.options import STDOUT, need_existing, over_files, report_targets
from hiscomply.errors import Place, RunError
from hiscomply.i18n import LANGUAGES
from hiscomply.model import AuditResult, Verdict

_EXIT = {Verdict.FAIL: 1, Verdict.UNKNOWN: 3}


@click.command()
@click.argument("finding")
@over_files
@click.option(
    "--run",
    type=click.Path(path_type=Path),
    default=None,
    help="a finding of this sealed run / 该次运行中的问题",
)
@click.option("--lang", "lang_here", type=click.Choice(LANGUAGES), default=None, help="zh | en")
@click.option("-o", "--output", multiple=True, metavar="json=FILE", help="as JSON; - is stdout / JSON 输出")
@click.pass_obj
def explain(
    obj: dict[str, Any],
    /,
    finding: str,
    paths: tuple[Path, ...],
    exclude: tuple[str, ...],
    project: Path | None,
    run: Path | None,
    lang_here: str | None,
    output: tuple[str, ...],
) -> int:
    """解释一个问题 · Explain a finding of `check`: its lines, its rule, and the smallest change that passes.

    FINDING is file:line, file:line:policy, policy@subject or a fingerprint. The files at PATH (default: this folder)
    are checked afresh; a change is tried on a copy, never on them. Exit 1 for a failure, 3 for what is undecided,
    2 if there is no such finding.

    FINDING 为 文件:行、文件:行:策略、策略@对象 或指纹。

    PATH(默认当前文件夹)重新检查,改动只在副本上试。

    退出码:1 不符合,3 证据不足,2 没有该问题。
    """
    from hiscomply.explaining.choice import chosen
    from hiscomply.explaining.explain import explained
    from hiscomply.explaining.json import document
    from hiscomply.explaining.text import lines

    targets = _targets(output)
    language = lang_here or obj["language"]
    root, names = _rooted(paths)
    checks = _checks(root, names, exclude, project, language)
    with ExitStack() as opened:
        here = opened.enter_context(checks.result(root))
        result = here if run is None else opened.enter_context(_of_run(run, language))
        one = chosen(finding.replace(f"{root.as_posix()}/", ""), result.findings())
        is_there = any(other.fingerprint == one.fingerprint for other in here.findings())
        explanation = explained(result, one, root, checks, here if is_there else None)
    for path in targets.values():
        if path == STDOUT:
            click.echo(document(explanation), nl=False)
        else:
            _write(path, document(explanation))
    for line in lines(explanation, language):
        click.echo(line, err=STDOUT in targets.values())
    return _EXIT[one.verdict]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"the explanation cannot be written: {error.strerror} / 无法写入",
            place=Place(str(path)),
            hint="check the path and its permissions / 请检查路径与权限",
        ) from error


def _targets(output: tuple[str, ...]) -> dict[str, Path]:
    return report_targets(output, {"json": None}) if output else {}


def _rooted(paths: tuple[Path, ...]) -> tuple[Path, tuple[str, ...]]:
    """The folder that paths are relative to, and the paths: this folder, or one around them if they lie elsewhere."""
    need_existing(paths)
    here = Path.cwd()
    whole = [Path(os.path.abspath(path)) for path in paths] or [here]  # noqa: PTH100 - links are not followed
    if not all(path.is_relative_to(here) for path in whole):
        common = Path(os.path.commonpath(whole))
        here = common if common.is_dir() else common.parent
    return here, tuple(path.relative_to(here).as_posix() for path in whole)


def _checks(
    root: Path, names: tuple[str, ...], exclude: tuple[str, ...], project: Path | None, language: str
) -> Any:
    from hiscomply.cli.checking import settings_of
    from hiscomply.explaining.checked import Checks
    from hiscomply.plugins import files_collector

    settings, waivers = settings_of(project, language)
    return Checks(replace(settings, project=root), waivers, files_collector(), names, exclude)


@contextmanager
def _of_run(run: Path, language: str) -> Iterator[AuditResult]:
    """What a sealed run found, judged again from its evidence."""
    from hiscomply.cli.stages import evaluate_again
    from hiscomply.run_folder import read_manifest

    manifest = read_manifest(run)
    with TemporaryDirectory(prefix="hiscomply-") as scratch:
        yield evaluate_again(run, manifest, Path(scratch), language)[0]
