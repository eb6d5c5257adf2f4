"""The ``files`` collector: a tree of configuration files as evidence, each value with its line and column."""

from __future__ import annotations

from hiscomply.configurations import Software
from hiscomply.hookspecs import Collector, FileFormat, hookimpl
from hiscomply_files.collector import FilesCollector

__all__ = ["FilesCollector", "hiscomply_collectors", "hiscomply_formats", "hiscomply_software"]


@hookimpl
def hiscomply_collectors() -> list[Collector]:
    """The ``files`` collector with the built-in formats; ``with_formats`` gives it those of other plugins."""
    return [FilesCollector()]


@hookimpl
def hiscomply_formats() -> list[FileFormat]:
    """The built-in formats, more specific ones first."""
    from hiscomply_files.formats import builtin_formats

    return builtin_formats()


@hookimpl
def hiscomply_software() -> list[Software]:
    """The software whose files are put together to values in effect."""
    from hiscomply_files.software import builtin_software

    return builtin_software()
