"""PAM: the stack of each service, with what it includes. Source: pam.conf(5) of Linux-PAM 1.5."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.configurations import Configuration, ReadFile, Value
from hiscomply.hookspecs import Setting
from hiscomply.model import Text

MAX_DEPTH = 32
"""Includes within includes, as libpam itself allows."""
RULE = re.compile(
    r"-?(?P<type>\w++)\s++(?P<control>\[[^\]]*+\]|\S++)\s++(?P<module>\S++)\s*+(?P<rest>.*)", re.S
)
TYPES = ("auth", "account", "password", "session")


class Pam:
    """Each file in ``pam.d`` that no other one includes, and each service of ``pam.conf``.

    Values: ``<type>.modules`` (names without ``pam_`` paths and ``.so``, those that are not optional),
    ``<type>.<module>.options`` (all arguments, of each line).
    """

    name: ClassVar[str] = "pam"

    def wants(self, path: str, file_format: str) -> bool:
        """Files of the formats ``pam_service`` and ``pam_conf``."""
        return file_format in ("pam_service", "pam_conf")

    def configurations(
        self, files: Mapping[str, ReadFile], unread: Mapping[str, Text]
    ) -> Iterator[Configuration]:
        """One for each service."""
        included = {target for path, file in files.items() for target, _ in _targets(path, file.settings)}
        for path in (*files, *unread):
            if path in unread:
                yield Configuration(self.name, path, (), missing=(unread[path],))
            elif files[path].format == "pam_conf":
                yield from self._services(files[path])
            elif path not in included:
                stack = _Stack(files, unread)
                for kind in (*TYPES, None):
                    stack.file(path, kind, 0)
                yield Configuration(self.name, path, [*stack.values()], missing=tuple(stack.missing))

    def _services(self, file: ReadFile) -> Iterator[Configuration]:
        names = dict.fromkeys(one.key.removesuffix(".rule") for one in file.settings)
        for name in names:
            stack = _Stack({}, {})
            for setting in file.settings:
                if setting.key == f"{name}.rule":
                    stack.rule(setting, file.path, 0, None)
            line = next(one.line for one in file.settings if one.key == f"{name}.rule")
            yield Configuration(
                self.name, file.path, [*stack.values()], name, line, None, tuple(stack.missing)
            )


def _targets(path: str, settings: Sequence[Setting]) -> Iterator[tuple[str, str | None]]:
    """What the lines include, and of which type; None for all of them."""
    for setting in settings:
        rule = RULE.fullmatch(setting.value or "")
        if setting.key == "include":
            yield _beside(path, setting.value or ""), None
        elif rule and rule["control"] in ("include", "substack"):
            yield _beside(path, rule["module"]), rule["type"].lower()


def _beside(path: str, target: str) -> str:
    return (PurePosixPath(path).parent / PurePosixPath(target).name).as_posix()


@dataclass
class _Stack:
    files: Mapping[str, ReadFile]
    unread: Mapping[str, Text]
    rules: list[tuple[str, str, str, str, Setting, str]] = field(default_factory=list)
    missing: list[Text] = field(default_factory=list)

    def file(self, path: str, kind: str | None, depth: int) -> None:
        """Adds the lines of one type of a file; None adds nothing but looks for files that are not there."""
        if path in self.unread:
            self._lose(Text(f"{path}:{self.unread[path].zh}", f"{path}: {self.unread[path].en}"))
        elif path not in self.files or depth > MAX_DEPTH:
            self._lose(Text(f"引用的 {path} 不在检查范围内", f"what it includes, {path}, was not read"))
        else:
            for setting in self.files[path].settings if kind else ():
                if setting.key == "include":
                    self.file(_beside(path, setting.value or ""), kind, depth + 1)
                elif setting.section == kind:
                    self.rule(setting, path, depth, kind)

    def rule(self, setting: Setting, path: str, depth: int, kind: str | None) -> None:
        """Adds one line, or what it includes."""
        rule = RULE.fullmatch(setting.value or "")
        if rule is None:
            return
        if rule["control"] in ("include", "substack"):
            self.file(_beside(path, rule["module"]), kind or rule["type"].lower(), depth + 1)
            return
        module = PurePosixPath(rule["module"]).name.removesuffix(".so")
        self.rules.append((rule["type"].lower(), module, rule["control"], rule["rest"], setting, path))

    def values(self) -> Iterator[Value]:
        """The modules of each type, at the line of pam_unix if there is one; the arguments of each line."""
        for kind in TYPES:
            rules = [one for one in self.rules if one[0] == kind]
            if not rules:
                continue
            *_, setting, path = next((one for one in rules if one[1] == "pam_unix"), rules[0])
            modules = dict.fromkeys(one[1] for one in rules if one[2] != "optional")
            yield Value(
                f"{kind}.modules", " ".join(modules), path, setting.line, setting.column,
                is_certain=not self.missing,
            )  # fmt: skip
            for _, module, _, options, setting, path in rules:
                key = f"{kind}.{module}.options"
                yield Value(key, " ".join(options.split()), path, setting.line, setting.column)

    def _lose(self, reason: Text) -> None:
        if reason not in self.missing:
            self.missing.append(reason)
