"""The ``files`` collector: walks, recognises, reads, parses, and says what it could not."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from hiscomply.configurations import Software
from hiscomply.file_names import clean
from hiscomply.hookspecs import (
    CollectContext,
    CollectDenied,
    CollectFailed,
    FileFormat,
)
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply.own_files import code_digest
from hiscomply.units import Making, Unit, one_by_one
from hiscomply_files import fetch
from hiscomply_files.reading import Reading

PARSERS: Mapping[str, str] = {
    "PyYAML": "yaml",
    "tree-sitter": "tree_sitter",
    "tree-sitter-hcl": "tree_sitter_hcl",
}
"""The libraries that files are read with, beside Python's own, and their modules."""
_METADATA = ".dist-info"
OPTIONS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["path"],
    "properties": {
        "path": {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            ],
            "x-description": {
                "zh": "要读取的文件或文件夹，一个或列表，从项目文件夹算起；文件夹连同其下的文件夹一起读取。",
                "en": (
                    "File or folder to read, one or a list, from the project folder; folders with all "
                    "that is below them."
                ),
            },
        },
        "exclude": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "x-description": {
                "zh": (
                    "不读取的文件和文件夹的通配符，与路径或最后一段名称比较；* 代表任意文字，包括 /。"
                    "默认为全部读取。"
                ),
                "en": (
                    "Patterns of files and folders to leave out, by path or by last name; * stands for "
                    "any text, / as well. Default: everything is read."
                ),
            },
        },
        "max_file_bytes": {
            "type": "integer",
            "minimum": 1,
            "x-description": {
                "zh": "一个文件最多多少字节，默认 8388608（8 MiB）；更大的文件不读，记为过大。",
                "en": (
                    "Largest size of a file in bytes, default 8388608 (8 MiB); a larger one is not "
                    "read, and recorded as too large."
                ),
            },
        },
        "asset_id": {
            "type": "string",
            "minLength": 1,
            "x-description": {
                "zh": "这些文件所属资产在资产清单中的编号；用于全部文件属于一台主机时。",
                "en": (
                    "Id in the asset register of the asset that the files belong to, where all are of "
                    "one host."
                ),
            },
        },
        "observed_at": {
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$",
            "x-description": {
                "zh": "取得这些文件的日期或时间，不带时区则按项目的时区；用于文件是副本时。默认为读取之时。",
                "en": (
                    "Date or time when the files were taken, in the project's zone unless it names "
                    "one; for copies. Default: when they are read."
                ),
            },
        },
    },
}


class FilesCollector:
    """Reads configuration files into ``config_file`` and ``setting`` records.

    Args:
        formats: formats to recognise, in order; the built-in ones when left out.
    """

    name: ClassVar[str] = "files"
    version: ClassVar[str] = "0.1.0"
    summary: ClassVar[Text] = Text(
        zh="读取配置文件目录,每个配置项带行号和列号",
        en="reads a tree of configuration files, each setting with line and column",
    )
    options_schema: ClassVar[Mapping[str, Any]] = OPTIONS_SCHEMA

    def __init__(
        self, formats: Sequence[FileFormat] | None = None, software: Sequence[Software] | None = None
    ) -> None:
        self._formats = formats
        self._software = software

    def with_formats(
        self, formats: Sequence[FileFormat], software: Sequence[Software] = ()
    ) -> FilesCollector:
        """A collector for these formats in this order: hand it the results of ``hiscomply_formats``.

        Formats of other plugins are asked before the built-in ones, so that a narrow format of a stranger
        is not swallowed by our wide ``yaml``.
        """
        ours = [one for one in formats if type(one).__module__.startswith("hiscomply_files.")]
        return FilesCollector([*(one for one in formats if one not in ours), *ours], software or None)

    @property
    def formats(self) -> Sequence[FileFormat]:
        """The formats in the order in which they are asked."""
        if self._formats is None:
            from hiscomply_files.formats import builtin_formats

            self._formats = builtin_formats()
        return self._formats

    @property
    def software(self) -> Sequence[Software]:
        """The software whose files are put together."""
        if self._software is None:
            from hiscomply_files.software import builtin_software

            self._software = builtin_software()
        return self._software

    def fingerprint(self) -> str | None:
        """Digest of all that turns bytes into records; None where a plugin has a part in it: its code is not known."""
        for one in (*self.formats, *self.software):
            if type(one).__module__.partition(".")[0] != __name__.partition(".")[0]:
                return None
        code = code_digest([Path(__file__).parent])
        if code is None:
            return None
        return " ".join([code, *(_version(*one) for one in PARSERS.items())])

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Always all four."""
        return ("config_file", "setting", "configuration", "effective_setting")

    def asks(self, target: Target, project: Path) -> Iterator[Text]:
        """The trees that would be read."""
        paths = target.options["path"]
        shown = paths if isinstance(paths, str) else ", ".join(paths)
        yield Text(f"读取配置文件:{shown}", f"reads configuration files below {shown}")

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        """A ``config_file`` record per file seen, a ``setting`` record per setting of those that were read.

        Then, once the whole tree was read, a ``configuration`` record for each that the software makes of it, and an
        ``effective_setting`` record for each value in effect.

        Raises:
            CollectFailed: when no path of the target exists.
            CollectDenied: when a path may not be read.
        """
        for unit in self.units(target, context):
            yield from one_by_one(unit.make())

    def units(self, target: Target, context: CollectContext) -> Iterator[Unit]:
        """The same in parts: each file, then the files that amount to configurations together.

        Raises:
            CollectFailed, CollectDenied: as ``collect``.
        """
        trees, missing = _trees(_paths(target), target, context)
        yield Unit(None, None, lambda: _given(missing))
        reading = Reading(self.formats, self.software, target, context)
        for found in _found(trees):
            yield reading.unit(found)
        yield from reading.configurations()

    def from_end(
        self, target: Target, context: CollectContext
    ) -> tuple[Iterator[Unit], Callable[[], Iterator[Unit]]]:
        """Each file, the last first; then the files that amount to configurations together, as far as that is known.

        Raises:
            CollectFailed, CollectDenied: as ``collect``.
        """
        trees, _ = _trees(_paths(target), target, context)
        reading = Reading(self.formats, self.software, target, context)
        return map(reading.unit, reversed([*_found(trees)])), reading.configurations_apart


def _paths(target: Target) -> Sequence[str]:
    paths = target.options["path"]
    return [paths] if isinstance(paths, str) else paths


def _found(trees: Sequence[fetch.Tree]) -> Iterator[fetch.Found]:
    """Every file once, in the order of the trees; of two that records would call the same the second is not read.

    Raises:
        CollectFailed, CollectDenied: a tree cannot be walked.
    """
    seen: dict[str, str] = {}
    for tree in trees:
        try:
            for found in tree.walk():
                before = seen.setdefault(clean(found.name), found.name)
                if before is found.name:
                    yield found
                elif before != found.name:
                    yield fetch.Found(found.path, found.name, problem=fetch.ALIKE)
        except OSError as error:
            reason = fetch.system_reason(error)
            kind = CollectDenied if isinstance(error, PermissionError) else CollectFailed
            raise kind(Text(zh=f"{tree.name}:{reason.zh}", en=f"{tree.name}: {reason.en}")) from error


def _trees(
    paths: Sequence[str], target: Target, context: CollectContext
) -> tuple[list[fetch.Tree], list[Rejected]]:
    exclude = tuple(target.options.get("exclude", ()))
    trees: list[fetch.Tree] = []
    missing: list[Rejected] = []
    for text in paths:
        root = Path(os.path.normpath(context.project / text))
        name = (
            root.relative_to(context.project).as_posix()
            if _is_inside(root, context.project)
            else Path(text).as_posix()
        )
        if os.path.lexists(root):
            trees.append(fetch.Tree(root, name, exclude))
        else:
            reason = Text(zh=f"路径 {text} 不存在", en=f"the path {text} does not exist")
            missing.append(Rejected("config_file", name, reason, subject=text))
    if not trees:
        raise CollectFailed(missing[0].reason if missing else Text(zh="没有给出路径", en="no path given"))
    return trees, missing


def _version(library: str, module: str) -> str:
    """What is installed of a library, by the names of the folders that tell of it.

    ``importlib.metadata`` is asked where there is none: its import takes as long as reading thirty files.
    """
    normal = library.lower().replace("-", "_")
    found = [
        name
        for place in sys.path
        for name in _told_of(place)
        if name.lower().rpartition("-")[0].replace("-", "_") == normal
    ]
    if found:
        return " ".join([library, *found])
    from importlib.util import find_spec

    if find_spec(module) is None:
        return f"no {library}"
    from importlib import metadata

    try:
        return f"{library} {metadata.version(library)}"
    except metadata.PackageNotFoundError:
        return f"no {library}"


def _told_of(place: str) -> list[str]:
    """The folders of metadata in a place of ``sys.path``, without their ending."""
    try:
        names = os.listdir(place or ".")  # noqa: PTH208 - no more than names is needed
    except OSError:
        return []
    return sorted(name.removesuffix(_METADATA) for name in names if name.endswith(_METADATA))


def _given(missing: Sequence[Rejected]) -> Making:
    yield from missing
    return ""


def _is_inside(path: Path, folder: Path) -> bool:
    return path.is_relative_to(os.path.normpath(folder))
