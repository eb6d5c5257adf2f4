"""A Borg repository seen through a scratch folder, so that Borg cannot write to the real one.

``borg check`` renews the nonce and the configuration of a repository even without ``--repair``, and opening one may
mend its index. Both then happen in the scratch folder: it holds links to the segments and copies of the small files.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from hiscomply.hookspecs import CollectDenied, CollectFailed
from hiscomply.model import Text

_COPIED = ("config", "nonce", "README")
_LOCKS = ("lock.exclusive", "lock.roster")
_MAX_SMALL_BYTES = 1024 * 1024


def make_shadow(repository: Path, folder: Path) -> Path:
    """The shadow of a local repository, below ``folder``.

    Raises:
        CollectDenied: the repository may not be read.
        CollectFailed: there is none.
    """
    shadow = folder / "repository"
    try:
        if not (repository / "config").is_file() or not (repository / "data").is_dir():
            raise CollectFailed(
                Text(f"{repository} 中没有 Borg 仓库", f"there is no Borg repository in {repository}")
            )
        shadow.mkdir(mode=0o700)
        for one in repository.iterdir():
            if one.name in _COPIED and one.is_file() and one.stat().st_size <= _MAX_SMALL_BYTES:
                shutil.copyfile(one, shadow / one.name)
            elif one.is_file():
                (shadow / one.name).symlink_to(one)
        for part in (repository / "data").iterdir():
            (shadow / "data" / part.name).mkdir(parents=True)
            for segment in part.iterdir():
                (shadow / "data" / part.name / segment.name).symlink_to(segment)
    except PermissionError:
        raise CollectDenied(
            Text(f"没有读取仓库 {repository} 的权限", f"not allowed to read the repository {repository}")
        ) from None
    except OSError as error:
        raise CollectFailed(
            Text(
                f"仓库 {repository} 无法读取:{error.strerror}",
                f"the repository {repository} cannot be read: {error.strerror}",
            )
        ) from None
    return shadow


def is_locked(repository: Path) -> bool:
    """Whether somebody writes to the repository, or did when it crashed."""
    return any((repository / name).exists() for name in _LOCKS)
