"""Docker Compose: each service of a project, after ``extends``, override files and ``env_file``.

Source: the Compose specification; docker compose reads ``compose.override.yaml`` by itself, other files beside it
(``compose.prod.yaml``) are laid over the main one with ``-f``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.compose_fields import Fields, inherited, laid_over, service_fields
from hiscomply_files.software.compose_values import DEFAULTS, service_values
from hiscomply_files.software.effective import with_defaults
from hiscomply_files.software.interpolation import interpolated
from hiscomply_files.software.orthanc_image import FOLDER, orthanc_configurations
from hiscomply_files.software.parts import Part, documents, standing_at
from hiscomply_files.software.published import MARK, is_judged, published, publishers

NAME = re.compile(r"(?P<stem>(?:docker-)?compose)(?:[._-](?P<variant>.+))?\.ya?ml", re.I)
_NAMING = ("extends", "include", "env_file")
"""The keys under which a Compose file names others."""
MAX_EXTENDS = 20
DIVIDED = Text("文件含有多个文档,只读取了第一个", "it has several documents, of which only the first is read")
VERSION_1 = Text(
    "这是没有 services 的第 1 版格式,未读取", "it is of version 1, without services, which is not read"
)
VARIABLES = "env_file"
"""The software of a file with variables that stands by itself."""


class Compose:
    """Services of Compose files."""

    name: ClassVar[str] = "compose_service"

    def wants(self, path: str, file_format: str) -> bool:
        """Compose files, and the files with variables that they name."""
        return file_format in {"docker-compose", "dotenv"}

    def neighbours(self, file: ReadFile) -> Sequence[str] | None:
        """What stands in its folder (override files, ``.env``), and all that it may name; None where a variable does."""
        folder = posixpath.dirname(file.path)
        found = [f"{folder}/"]
        for one in file.settings if file.format == "docker-compose" else ():
            if one.value is not None and any(name in one.key for name in _NAMING):
                if "$" in one.value:
                    return None
                found.append(posixpath.normpath(posixpath.join(folder, one.value)))
        return found

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each service of each project, named ``services.db``; and one for what a file includes that is not there."""
        composes = {path for path, file in files.items() if file.format == "docker-compose"}
        lost = {path for path in unread if not _is_dotenv(path)}
        tree = _Tree(files, unread)
        extended = {target for path in composes for target in tree.extended(path)}
        roots = {path for path in composes if path not in extended or _is_main(path)}
        for path in [*files, *(one for one in unread if one in lost)]:
            if path in lost:
                yield Configuration(self.name, path, (), missing=(unread[path],))
            elif path in roots and not _is_override(path, composes):
                yield from self._project(path, tree, composes, lost)
        yield from self._apart(tree, composes)

    def _apart(self, tree: _Tree, composes: set[str]) -> Iterator[Configuration]:
        """Files with variables that no service loads and no project reads by itself, if they set a password that is judged."""
        for path in filter(_is_dotenv, tree.unread):
            yield Configuration(VARIABLES, path, (), missing=(tree.unread[path],))
        taken = tree.loaded | {posixpath.join(posixpath.dirname(path), ".env") for path in composes}
        for path, file in tree.files.items():
            if file.format != "dotenv" or path in taken:
                continue
            values = [
                Value("published_password", published(one.key, one.value, {}), path, one.line, one.column)
                for one in file.settings
                if one.is_effective and is_judged(one.key)
            ]
            if values:
                yield Configuration(VARIABLES, path, values)

    def _project(self, path: str, tree: _Tree, composes: set[str], lost: set[str]) -> Iterator[Configuration]:
        over = [one for one in _overrides(path) if one in composes]
        missing = [tree.unread[one] for one in _overrides(path) if one in lost]
        base = _main_of(path, composes)
        if any(tree.is_divided(one) for one in (path, *over, *([base] if base else []))):
            missing.append(DIVIDED)
        names = dict.fromkeys(name for one in (path, *over) for name in tree.services(one))
        if not names and tree.is_of_version_1(path):
            missing.append(VERSION_1)
        for name in names:
            built = tree.resolved(path, name, path) if name in tree.services(path) else _Built()
            if base is not None and name in tree.services(base):
                built = tree.resolved(base, name, path).under(built)
            for one in over:
                if name in tree.services(one):
                    built = built.under(tree.resolved(one, name, path))
            devices = tree.devices((*([base] if base else []), path, *over))
            networks = tree.host_networks((*([base] if base else []), path, *over))
            values = [*service_values(tree.with_environment(built.fields), devices, networks)]
            first = tree.services(path)[name].first() if name in tree.services(path) else None
            line = first.line if first else None
            values = [*standing_at(line, with_defaults(values, DEFAULTS, path))]
            yield Configuration(
                self.name, path, values, f"services.{name}", line, missing=(*missing, *built.missing)
            )
            yield from orthanc_configurations(
                path,
                f"services.{name}",
                line,
                values,
                (*missing, *built.missing),
                prefix="environment.",
                has_files=any(key.startswith(f"volumes[{FOLDER}") for key in built.fields),
            )
        if not names and missing:
            yield Configuration(self.name, path, (), missing=tuple(missing))
        yield from self._included(path, tree)

    def _included(self, path: str, tree: _Tree) -> Iterator[Configuration]:
        for number, target, line in tree.included(path):
            if target is None or target not in {*tree.files, *tree.unread}:
                shown = target or "?"
                reason = Text(f"引用的 {shown} 不在检查范围内", f"what it includes, {shown}, was not read")
                yield Configuration(self.name, path, (), f"include[{number}]", line, missing=(reason,))


@dataclass(slots=True)
class _Built:
    fields: Fields = field(default_factory=dict)
    missing: tuple[Text, ...] = ()

    def under(self, over: _Built) -> _Built:
        """This with the other laid over it."""
        return _Built(laid_over(inherited(self.fields), over.fields), (*self.missing, *over.missing))


class _Tree:
    """The Compose files of a tree, each taken apart once."""

    def __init__(self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]) -> None:
        self.files, self.unread = files, unread
        self.loaded: set[str] = set()
        """The files with variables that some service names."""
        self._roots: dict[str, Part] = {}
        self._services: dict[str, dict[str, Part]] = {}

    def root(self, path: str) -> Part:
        """The first document of a file."""
        if path not in self._roots:
            self._roots[path] = next(documents(self.files[path]), Part())
        return self._roots[path]

    def is_divided(self, path: str) -> bool:
        """Whether a file has further documents, which Compose lays over the first."""
        return any(one.section is not None for one in self.files[path].settings)

    def is_of_version_1(self, path: str) -> bool:
        """Whether the services stand at the top, as before there was a ``version``."""
        root = self.root(path)
        return "services" not in root.below and any(
            one.at(key) is not None for one in root.below.values() for key in ("image", "build")
        )

    def services(self, path: str) -> Mapping[str, Part]:
        """The services that a file names. A name with dots was taken apart: it is put together again."""
        if path not in self._services:
            part = self.root(path).at("services")
            self._services[path] = dict(_named(part, "")) if part else {}
        return self._services[path]

    def variables(self, path: str) -> Mapping[str, str]:
        """The variables of a file of the format ``dotenv``."""
        file = self.files.get(path)
        if file is None or file.format != "dotenv":
            return {}
        return {one.key: one.value for one in file.settings if one.is_effective and one.value is not None}

    def resolved(self, path: str, name: str, project: str, depth: int = 0) -> _Built:
        """A service with what it extends below it."""
        part = self.services(path)[name]
        variables = posixpath.join(posixpath.dirname(project), ".env")
        own = _Built(service_fields(part, path, self.variables(variables)))
        if variables in self.unread:
            own.fields = _unsure(own.fields)
        if "env_file" in own.fields:
            own.fields["env_file"] = tuple(_beside(path, value) for value in own.fields["env_file"])
        service = part.text("extends") or part.text("extends", "service")
        if service is None:
            return own
        file = part.text("extends", "file")
        target = path if file is None else posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        if target in self.files and service in self.services(target) and depth < MAX_EXTENDS:
            return self.resolved(target, service, project, depth + 1).under(own)
        shown = f"{target}#services.{service}"
        own.missing = (Text(f"继承的 {shown} 不在检查范围内", f"what it extends, {shown}, was not read"),)
        return own

    def with_environment(self, fields: Fields) -> Fields:
        """With the variables of its ``env_file``; what ``environment`` says goes before them.

        The ``env_file`` of a file that is not in the tree has no value: what it sets is not known. Nor is it known
        whether one that could not be read holds a published password.
        """
        loaded: Fields = {}
        paths: list[Value] = []
        for value in fields.get("env_file", ()):
            file = self.files.get(value.value or "")
            self.loaded.add(value.value or "")
            if value.value in self.unread:
                loaded[f"{value.value}.{MARK}"] = (replace(value, value=None),)
            paths.append(value if file is not None else replace(value, value=None))
            for one in file.settings if file is not None and file.format == "dotenv" else ():
                if one.is_effective:
                    loaded |= _loaded(one, value.value or "")
        return {**loaded, **fields, **({"env_file": tuple(paths)} if paths else {})}

    def devices(self, paths: Sequence[str]) -> Mapping[str, str | None]:
        """Named volumes that are folders of the host, as the last of the files says; None where a variable decides."""
        found: dict[str, str | None] = {}
        for path in paths:
            volumes = self.root(path).at("volumes")
            for name, one in () if volumes is None else volumes.below.items():
                device = one.text("driver_opts", "device")
                if device:
                    found[name] = interpolated(device, {})
        return found

    def host_networks(self, paths: Sequence[str]) -> set[str]:
        """Networks of the project that are the host's own, which exists already and is called ``host``."""
        names: dict[str, str] = {}
        for path in paths:
            networks = self.root(path).at("networks")
            for name, one in () if networks is None else networks.below.items():
                names[name] = one.text("name") or one.text("external", "name") or names.get(name, name)
        return {name for name, known in names.items() if known == "host"}

    def extended(self, path: str) -> Iterator[str]:
        """The files whose services this one extends."""
        for part in self.services(path).values():
            file = part.text("extends", "file")
            if file is not None:
                yield posixpath.normpath(posixpath.join(posixpath.dirname(path), file))

    def included(self, path: str) -> Iterator[tuple[int, str | None, int | None]]:
        """Number, path and line of each file that this one includes; None for what is given by a variable."""
        for number, one in enumerate(self.root(path).elements("include")):
            for found in (one.leaf, one.scalar("path"), *(leaf.leaf for leaf in one.elements("path"))):
                if found is not None and found.value is not None:
                    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), found.value))
                    yield number, None if "$" in found.value else joined, found.line


def _unsure(fields: Fields) -> Fields:
    """Of a project whose variables could not be read: what they would fill in may be a published password."""

    def is_open(key: str, value: Value) -> bool:
        filled = fields.get(key.removesuffix(f".{MARK}"), ())
        return key.endswith(MARK) and value.value == "" and any(other.value is None for other in filled)

    return {
        key: tuple(replace(one, value=None) if is_open(key, one) else one for one in values)
        for key, values in fields.items()
    }


def _loaded(setting: Setting, file: str) -> Fields:
    """A variable of an ``env_file``, with what tells of a published password."""
    texts = {f"environment.{setting.key}": setting.value}
    if is_judged(setting.key):
        texts[f"environment.{setting.key}.{MARK}"] = publishers(setting.key, setting.value, {})
    return {
        key: (Value(key, text, file, setting.line, setting.column, "inherited"),)
        for key, text in texts.items()
    }


def _named(part: Part, prefix: str) -> Iterator[tuple[str, Part]]:
    from hiscomply_files.software.compose_keys import SERVICE_KEYS

    for name, below in part.below.items():
        is_split = below.below and not any(
            key in SERVICE_KEYS or key[0] == "[" or key[:2] == "x-" for key in below.below
        )
        if is_split and len(prefix) < 200:
            yield from _named(below, f"{prefix}{name}.")
        elif below.below:
            yield f"{prefix}{name}", below


def _beside(path: str, value: Value) -> Value:
    joined = None if value.value is None else posixpath.join(posixpath.dirname(path), value.value)
    return replace(value, value=None if joined is None else posixpath.normpath(joined))


def _is_dotenv(path: str) -> bool:
    name = posixpath.basename(path).lower()
    return name.endswith(".env") or name.startswith(".env.")


def _variant(path: str) -> str | None:
    match = NAME.fullmatch(posixpath.basename(path))
    return match["variant"] or "" if match else None


def _is_main(path: str) -> bool:
    return _variant(path) == ""


def _overrides(path: str) -> list[str]:
    """Where the override files of a main file would be."""
    if not _is_main(path):
        return []
    folder, name = posixpath.split(path)
    stem = name.rpartition(".")[0]
    return [posixpath.join(folder, f"{stem}.override.{end}") for end in ("yml", "yaml")]


def _is_override(path: str, composes: set[str]) -> bool:
    return _variant(path) == "override" and _main_of(path, composes) is not None


def _main_of(path: str, composes: set[str]) -> str | None:
    """The main file beside a variant of it."""
    folder, name = posixpath.split(path)
    match = NAME.fullmatch(name)
    if match is None or not match["variant"]:
        return None
    beside = (posixpath.join(folder, f"{match['stem']}.{end}") for end in ("yml", "yaml"))
    return next((one for one in beside if one in composes), None)
