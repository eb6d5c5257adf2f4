"""The image that a Dockerfile builds: its last stage, with the stages that it builds on.

Source: the Dockerfile reference. A stage inherits what the stage or image of its FROM has.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from hiscomply.configurations import Configuration, Origin, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.software.compose_fields import each_port
from hiscomply_files.software.effective import Default
from hiscomply_files.software.image_reference import repository, version
from hiscomply_files.software.interpolation import interpolated
from hiscomply_files.software.parts import steps
from hiscomply_files.software.published import is_judged, published

ROOT_IMAGES = frozenset(
    {
        "almalinux",
        "alpine",
        "amazonlinux",
        "archlinux",
        "busybox",
        "centos",
        "debian",
        "docker",
        "fedora",
        "scratch",
    }
    | {
        "openeuler/openeuler",
        "oraclelinux",
        "rockylinux",
        "ubuntu",
        "eclipse-temurin",
        "gcc",
        "golang",
        "gradle",
    }
    | {"httpd", "maven", "nginx", "node", "openjdk", "perl", "php", "python", "ruby", "rust", "tomcat"}
)
"""Images whose own Dockerfile sets neither USER nor HEALTHCHECK: Docker's official images of systems and languages, and scratch."""

DEFAULTS: Mapping[str, Default] = {
    "user": Default("root", "Dockerfile reference, USER: without one in the base image, root"),
    "healthcheck": Default("none", "Dockerfile reference, HEALTHCHECK: without one in the base image, none"),
}
"""Of images in ROOT_IMAGES and what is built on them; what other base images bring is not known."""


class Dockerfile:
    """The image of each Dockerfile."""

    name: ClassVar[str] = "dockerfile"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the format ``dockerfile``."""
        return file_format == "dockerfile"

    def neighbours(self, file: ReadFile) -> Sequence[str]:
        """Nothing: each stands for itself."""
        return ()

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each file."""
        for path, reason in unread.items():
            yield Configuration(self.name, path, (), missing=(reason,))
        for path, file in files.items():
            values = [*_Build(file).values()]
            yield Configuration(self.name, path, values)


@dataclass(slots=True)
class _Stage:
    """A stage: its image with variables replaced, and its settings with theirs."""

    image: Value
    name: str | None = None
    base: _Stage | None = None
    known: dict[str, str] = field(default_factory=dict)
    settings: list[tuple[list[str], Value]] = field(default_factory=list)

    def chain(self) -> Iterator[_Stage]:
        """This stage, the one that it builds on, and so on."""
        stage: _Stage | None = self
        while stage is not None:
            yield stage
            stage = stage.base


class _Build:
    """Reads the settings of a file in their order, as the builder does."""

    def __init__(self, file: ReadFile) -> None:
        self.file = file.path
        self.globals: dict[str, str] = {}
        self.stages: list[_Stage] = []
        for setting in file.settings:
            self.take(setting)

    def take(self, setting: Setting) -> None:
        """Adds one setting."""
        path = steps(setting.key)
        if path[0] == "arg":
            text = self.read(setting.value, self.globals)
            if text is not None:
                self.globals[path[-1]] = text
            return
        name = path[2:]
        if name[0] in {"platform"}:
            return
        if name[0] == "from":
            self.stages.append(self.stage(setting))
            return
        stage = self.stages[-1]
        if name[0] == "as":
            stage.name = setting.value
            return
        text = setting.value
        if name[0] in {"arg", "env"}:
            text = self.variable(stage, name, text)
        elif name[0] in {"user", "expose", "add", "copy"}:
            text = self.read(text, stage.known)
        stage.settings.append((name, self.value(setting, text)))

    def stage(self, setting: Setting) -> _Stage:
        written = setting.value or ""
        named = {one.name: one for one in self.stages if one.name}
        base = named.get(written.lower())
        text = self.read(written, self.globals) or written
        return _Stage(self.value(setting, text), base=base, known=dict(base.known if base else {}))

    def variable(self, stage: _Stage, name: list[str], text: str | None) -> str | None:
        """The value of ARG or ENV; an ARG without one takes the global default."""
        key = ".".join(name[1:])
        value = self.read(text, stage.known) if text is not None else self.globals.get(key)
        is_set_already = name[0] == "arg" and key in stage.known and text is None
        if value is not None and not is_set_already:
            stage.known[key] = value
        elif text is not None:
            stage.known.pop(key, None)
        return value

    def read(self, text: str | None, known: Mapping[str, str]) -> str | None:
        """The text with its variables replaced by what the file says of them."""
        return None if text is None else interpolated(text, known, is_closed=True)

    def value(self, setting: Setting, text: str | None, key: str = "", origin: Origin = "written") -> Value:
        return Value(key or setting.key, text, self.file, setting.line, setting.column, origin)

    def values(self) -> Iterator[Value]:
        """Of the last stage; base images, downloads and build arguments of all of them."""
        chain = [*self.stages[-1].chain()]
        yield from self.images()
        for stage in self.stages:
            is_final = any(stage is one for one in chain)
            verified = {name[1] for name, _ in stage.settings if name[0] == "add" and name[-1] == "checksum"}
            for name, value in stage.settings:
                yield from _of_stage(name, value, is_final, verified)
        for key in ("user", "healthcheck"):
            yield from self.last(key, chain)
        yield from self.passwords(chain)

    def passwords(self, chain: list[_Stage]) -> Iterator[Value]:
        """Whether a variable of the image has a published password; of one that is set again the last counts."""
        seen: set[str] = set()
        for stage in chain:
            for name, value in reversed(stage.settings):
                variable = ".".join(name[1:])
                if name[0] == "env" and is_judged(variable) and variable not in seen:
                    seen.add(variable)
                    text = published(variable, value.value, {}, chain[-1].image.value)
                    yield replace(value, key="published_password", value=text)

    def images(self) -> Iterator[Value]:
        """The images that are pulled, each once."""
        names = {stage.name for stage in self.stages}
        for number, stage in enumerate(self.stages):
            text = stage.image.value or ""
            if stage.base is None and text != "scratch":
                yield replace(stage.image, key="image", value=text)
                yield replace(stage.image, key="image.version", value=version(text))
            for name, value in stage.settings:
                source = (value.value or "$").lower()
                is_stage = source in names or (source.isdecimal() and int(source[:9]) < number)
                if name[0] == "copy" and name[-1] == "from" and not is_stage:
                    text = value.value or ""
                    yield replace(value, key="image.version", value=version(text) if text else None)

    def last(self, key: str, chain: list[_Stage]) -> Iterator[Value]:
        """The last USER or HEALTHCHECK on the way from the base image to the last stage."""
        for stage in chain:
            found = [value for name, value in stage.settings if name == [key]]
            if found:
                origin: Origin = "written" if stage is chain[0] else "inherited"
                yield replace(found[-1], key=key, value=_plain(key, found[-1].value), origin=origin)
                return
        base = chain[-1].image.value or ""
        if repository(base).lower() in ROOT_IMAGES:
            yield replace(chain[0].image, key=key, value=DEFAULTS[key].value, origin="default")


def _of_stage(name: list[str], value: Value, is_final: bool, verified: Collection[str]) -> Iterator[Value]:
    if name[0] == "run" and len(name) == 2:
        yield replace(value, key="run" if is_final else "builder.run")
    elif name[0] == "add" and "source" in name:
        yield replace(value, key="add.verified_source" if name[1] in verified else "add.source")
    elif name[0] == "expose" and is_final:
        target, slash, protocol = (value.value or "").partition("/")
        for port in each_port(target, protocol.lower() or "tcp"):
            shown = None if value.value is None or port == "?" else f"{port}{slash}{protocol}"
            yield replace(value, key="expose", value=shown)
    elif name[0] == "arg" or (name[0] == "env" and is_final):
        yield replace(value, key=".".join(name))


def _plain(key: str, text: str | None) -> str | None:
    """The user without its group and quotes, ``root`` for the number 0; ``none`` for a health check that is switched off."""
    if text is None:
        return None
    if key == "healthcheck":
        return "none" if text == "NONE" else text
    user = text.strip().strip("\"'").partition(":")[0].strip("\"'")
    return "root" if re.fullmatch(r"0+", user) else user
