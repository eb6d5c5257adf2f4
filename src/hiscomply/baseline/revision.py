"""A repository as it was at a revision: taken out of git into a folder of its own, nothing of the repository touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hiscomply.errors import ConfigError, Place
from hiscomply.file_names import clean

TIMEOUT_S: Final = 120.0
_FETCH: Final = (
    "a shallow clone lacks it: fetch the whole history (GitHub `fetch-depth: 0`, GitLab `GIT_DEPTH: 0`)"
    " / 浅克隆缺少历史,请完整拉取"
)


@dataclass(frozen=True, slots=True)
class Revision:
    """The files of a commit.

    Attributes:
        commit: the last common ancestor of the revision asked for and the present one.
        folder: what stood then in the folder that is current now.
        paths: those that were asked for and existed, relative to the folder.
        renamed: new path by old path, as seen from the folder.
    """

    commit: str
    folder: Path
    paths: tuple[str, ...]
    renamed: Mapping[str, str]


def take_out(revision: str, here: Path, paths: Sequence[str], scratch: Path) -> Revision:
    """The files as they were where the present state branched off ``revision``.

    Args:
        here: the folder that the paths count from.
        paths: relative to it, inside the repository.
        scratch: an empty folder for them.

    Raises:
        ConfigError: no git, no repository, no such revision or no common history, a path outside of the repository.
    """
    if not revision or revision.startswith("-"):
        raise ConfigError(
            f"--changed-since {revision!r} is no revision / 不是有效的版本",
            hint="for example main or HEAD~1 / 例如 main",
        )
    top = Path(
        _git(here, "rev-parse", "--show-toplevel", what="this is no git repository / 不是 git 仓库").strip()
    )
    _git(
        here, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}",
        what=f"git knows no revision {revision!r} / git 中没有该版本", hint=_FETCH,
    )  # fmt: skip
    commit = _git(
        here, "merge-base", revision, "HEAD",
        what=f"{revision!r} and HEAD have no common history / 与当前版本没有共同历史", hint=_FETCH,
    ).strip()  # fmt: skip
    inside = [_inside(here / path, top) for path in paths]
    tree = scratch / "tree"
    _check_out(top, commit, inside, scratch, tree)
    folder = tree / os.path.relpath(here, top)
    folder.mkdir(parents=True, exist_ok=True)
    existing = tuple(path for path in paths if os.path.lexists(folder / path))
    return Revision(commit, folder, existing, _renamed(top, commit, here))


def _inside(path: Path, top: Path) -> str:
    relative = os.path.relpath(path, top)
    if relative.startswith(".."):
        raise ConfigError(
            "this path is not in the repository / 路径不在仓库内",
            place=Place(str(path)),
            hint="leave out --changed-since for it / 对该路径请不要使用 --changed-since",
        )
    return relative


def _check_out(top: Path, commit: str, paths: Sequence[str], scratch: Path, tree: Path) -> None:
    """Writes the files below ``tree`` by an index of its own, so that the repository's stays as it is."""
    own = {"GIT_INDEX_FILE": str(scratch / "index")}
    failed = f"git could not give the files of {commit[:12]} / git 无法取出文件"
    listed = _git(top, "ls-tree", "-r", "-z", "--name-only", commit, "--", *paths, what=failed)
    tree.mkdir()
    _git(top, "read-tree", commit, what=failed, environment=own)
    _git(
        top, "checkout-index", "-q", "-z", "--stdin", f"--prefix={tree}/",
        what=failed, environment=own, given=listed,
    )  # fmt: skip


def _renamed(top: Path, commit: str, here: Path) -> dict[str, str]:
    said = _git(
        top, "diff", "--name-status", "--find-renames", "--diff-filter=R", "-z", commit,
        what="git could not compare / git 无法比较",
    ).split("\0")  # fmt: skip
    pairs = zip(said[1::3], said[2::3], strict=False)
    return {_seen_from(here, top / old): _seen_from(here, top / new) for old, new in pairs}


def _seen_from(here: Path, path: Path) -> str:
    return clean(Path(os.path.relpath(path, here)).as_posix())


def _git(
    folder: Path,
    *arguments: str,
    what: str,
    hint: str = "",
    environment: Mapping[str, str] | None = None,
    given: str = "",
) -> str:
    """What git answers; it asks nobody and fetches nothing."""
    quiet = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_LFS_SKIP_SMUDGE": "1"}
    try:
        ended = subprocess.run(  # noqa: S603 - arguments of our own, and a revision that is no option
            ["git", *arguments],  # noqa: S607 - found as the user's shell finds it
            cwd=folder,
            env={**os.environ, **quiet, **(environment or {})},
            input=os.fsencode(given),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise ConfigError(
            "--changed-since needs the program git / --changed-since 需要 git 程序",
            hint="install git / 请安装 git",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ConfigError(
            f"git {arguments[0]} did not end within {TIMEOUT_S:.0f} s / git 超时", place=Place(str(folder))
        ) from error
    if ended.returncode != 0:
        told = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ConfigError(what, place=Place(str(folder)), hint=hint or (told[0] if told else ""))
    return os.fsdecode(ended.stdout)
