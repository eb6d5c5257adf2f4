"""Where the shipped policies and schemas are: in a wheel, or in a checkout."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def name_in_project(path: Path, project: Path) -> str:
    """A path as evidence names it: relative to the project where it is a file of it."""
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else path.as_posix()


@cache
def _data_root() -> Path:
    packed = _PACKAGE / "_pack"
    return packed if packed.is_dir() else _PACKAGE.parents[1]


def schemas_dir() -> Path:
    """The folder of ``evidence/<kind>.schema.json`` and of the document schemas."""
    return _data_root() / "schemas"


def policies_dir() -> Path:
    """The folder of the Spec's own pack."""
    return _data_root() / "policies"


def reference_dir() -> Path:
    """The folder of the reference data that ship with the pack."""
    return policies_dir() / "reference"


def cache_dir() -> Path:
    """Where compiled packs are kept, by content. May not exist, may not be writable."""
    configured = os.environ.get("HISCOMPLY_CACHE") or os.environ.get("XDG_CACHE_HOME")
    base = Path(configured) if configured else Path.home() / ".cache"
    return base / "hiscomply"
