"""Which policies a command is about: files, folders, ids of shipped ones, or all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from hiscomply.compiled import CompiledPolicy
from hiscomply.errors import PolicyError, nearest
from hiscomply.kinds import Kind
from hiscomply.plugins import evidence_kinds, pack_folders

PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def load_policies(paths: Sequence[Path]) -> tuple[tuple[CompiledPolicy, ...], dict[str, Kind]]:
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
