"""``hiscomply init``: a project folder, commented, with CI and schedule snippets."""

from __future__ import annotations

from pathlib import Path

import click

from hiscomply.cli.init_ci import SERVERS, write_ci
from hiscomply.errors import ConfigError, Place

_TEMPLATES = Path(__file__).with_name("templates")
_FILES = {"hiscomply.yaml": "hiscomply.yaml", "waivers.yaml": "waivers.yaml", "ci.md": "CI.md"}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--ci",
    "servers",
    multiple=True,
    type=click.Choice(SERVERS),
    help="write what this CI server needs to check the repository, and no project; repeatable"
    " / 只写入该 CI 所需文件",
)
def init(folder: Path, servers: tuple[str, ...]) -> int:
    """新建项目文件夹 · Make a project folder: hiscomply.yaml, waivers.yaml, CI.md.

    Existing files are never overwritten.

    已有文件从不覆盖。
    """
    if servers:
        write_ci(folder, servers)
        click.echo("next / 下一步:  hiscomply check", err=True)
        return 0
    targets = {template: folder / name for template, name in _FILES.items()}
    present = [target for target in targets.values() if target.exists()]
    if present:
        raise ConfigError(
            "this file exists already, nothing was written / 文件已存在,未写入任何内容",
            place=Place(str(present[0])),
            hint="choose another folder, or move the file away / 请换一个文件夹或移走该文件",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for template, target in targets.items():
            target.write_text((_TEMPLATES / template).read_text(encoding="utf-8"), encoding="utf-8")
        _ignore_runs(folder)
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror} / 无法写入",
            place=Place(str(folder)),
            hint="check the folder's permissions / 请检查文件夹权限",
        ) from error
    for target in targets.values():
        click.echo(f"wrote / 已写入  {target}")
    where = "" if folder == Path() else f" {folder}"
    click.echo(f"next / 下一步:  hiscomply audit{where}", err=True)
    return 0


def _ignore_runs(folder: Path) -> None:
    """Runs and the project's key stay out of version control."""
    ignore = folder / ".gitignore"
    text = ignore.read_text(encoding="utf-8") if ignore.exists() else ""
    if ".hiscomply/" not in text.splitlines():
        ignore.write_text(f"{text}.hiscomply/\n", encoding="utf-8")
