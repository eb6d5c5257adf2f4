"""Linux-PAM: stacks of modules by service, pam.d(5) and pam.conf(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import Statement, statements
from hiscomply_files.names import posix

RULE = re.compile(
    r"(?P<rule>-?(?P<type>auth|account|password|session)\s++(?:\[[^\]]*+\]|[^\s\[]\S*+)\s++\S.*)", re.I | re.S
)
INCLUDE = re.compile(r"@include\s++(?P<target>\S++)\s*+$")
SERVICE = re.compile(r"(?P<service>\S++)\s++(?=\S)")
CODE = re.compile(r"[^#]*+")
NOT_A_RULE = Text(zh="不是“类型 控制 模块”的形式", en="not a type, a control and a module")


class PamService:
    """A file in ``pam.d``."""

    name: ClassVar[str] = "pam_service"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file in a folder ``pam.d``."""
        return posix(path).parent.name == "pam.d"

    def parse(self, text: str) -> Iterator[Setting]:
        """Each line of a stack as ``rule``, its type as section; ``@include`` as ``include``. All are effective."""
        for one in statements(text, code=CODE):
            include = INCLUDE.match(one.text)
            if include:
                yield Setting("include", include["target"], one.line, one.column)
            else:
                yield _rule("rule", one.text, one)


class PamConf:
    """``pam.conf``: the same with the name of the service in front."""

    name: ClassVar[str] = "pam_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``pam.conf``."""
        return posix(path).name == "pam.conf"

    def parse(self, text: str) -> Iterator[Setting]:
        """Each line as ``<service>.rule``, its type as section. All are effective."""
        for one in statements(text, code=CODE):
            service = SERVICE.match(one.text)
            if service is None:
                raise FormatError(NOT_A_RULE, one.line, one.column)
            yield _rule(f"{service['service'].lower()}.rule", one.text[service.end() :], one)


def _rule(key: str, text: str, place: Statement) -> Setting:
    rule = RULE.fullmatch(text.partition("#")[0].rstrip())
    if rule is None:
        raise FormatError(NOT_A_RULE, place.line, place.column)
    return Setting(key, rule["rule"], place.line, place.column, section=rule["type"].lower())
