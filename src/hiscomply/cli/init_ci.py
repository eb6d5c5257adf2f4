"""``hiscomply init --ci``: what a CI server needs, written into a repository without touching what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from hiscomply.errors import ConfigError, Place

_TEMPLATES: Final = Path(__file__).with_name("templates") / "ci"


@dataclass(frozen=True, slots=True)
class _File:
    """A template and where it goes; a shared file may have been there before, and is then completed by hand."""

    template: str
    target: str
    is_shared: bool = False

    @property
    def text(self) -> str:
        return (_TEMPLATES / self.template).read_text(encoding="utf-8")


_SERVERS: Final[Mapping[str, Sequence[_File]]] = {
    "github": (_File("github.yml", ".github/workflows/hiscomply.yml"),),
    "gitlab": (
        _File("hiscomply.gitlab-ci.yml", ".gitlab/hiscomply.gitlab-ci.yml"),
        _File("gitlab-ci.yml", ".gitlab-ci.yml", is_shared=True),
    ),
    "jenkins": (_File("Jenkinsfile", "Jenkinsfile", is_shared=True),),
    "pre-commit": (_File("pre-commit-config.yaml", ".pre-commit-config.yaml", is_shared=True),),
}
SERVERS: Final = tuple(_SERVERS)


def write_ci(folder: Path, servers: Sequence[str]) -> None:
    """Writes the files of these servers below ``folder`` and says so.

    A file of ours that is there already and differs is an error before anything is written; one that belongs to
    the repository is left alone, and what to add to it is printed.

    Raises:
        ConfigError: a file of ours differs, or one cannot be written.
    """
    files = [file for server in dict.fromkeys(servers) for file in _SERVERS[server]]
    for file in files:
        target = folder / file.target
        if not file.is_shared and target.exists() and _read(target) != file.text:
            raise ConfigError(
                "this file exists already and differs, nothing was written / 文件已存在且内容不同,未写入任何内容",
                place=Place(str(target)),
                hint="move it away, or take over by hand what you need / 请移走该文件或手工合并",
            )
    for file in files:
        _write(folder / file.target, file)


def _write(target: Path, file: _File) -> None:
    if target.exists():
        if _read(target) == file.text:
            click.echo(f"there already / 已存在  {target}")
        else:
            click.echo(
                f"left as it is, add this by hand / 未改动,请手工加入  {target}\n{file.text}", nl=False
            )
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(file.text)
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror} / 无法写入",
            place=Place(str(target)),
            hint="check the folder's permissions / 请检查文件夹权限",
        ) from error
    click.echo(f"wrote / 已写入  {target}")


def _read(target: Path) -> str | None:
    """Its text; None for what is no text file that can be read, which is then no file of ours."""
    try:
        return target.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
