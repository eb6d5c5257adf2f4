"""Rules of the Linux audit system as auditctl(8) takes them, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import statements
from hiscomply_files.names import posix

CONTROLS = {
    "-b": "backlog",
    "-c": "continue",
    "-e": "enabled",
    "-f": "failure",
    "-i": "ignore_errors",
    "-r": "rate",
}
RULES = {"-w": "watch", "-W": "unwatch", "-a": "add", "-A": "add", "-d": "delete", "-D": "delete_all"}
NOT_A_RULE = Text(zh="不是 auditctl 的规则", en="not a rule for auditctl")


class AuditRules:
    """``audit.rules`` and the files in ``rules.d`` below ``audit``."""

    name: ClassVar[str] = "audit_rules"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``audit.rules``, and for ``*.rules`` in ``audit/rules.d`` (udev has a ``rules.d`` too)."""
        file = posix(path)
        in_folder = file.parent.name == "rules.d" and file.parent.parent.name != "udev"
        return file.name == "audit.rules" or (in_folder and file.suffix == ".rules" and _is_audit(file, head))

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys ``watch`` (``-w``), ``add`` (``-a``), ``delete_all`` (``-D``), ``enabled`` (``-e``) and so on, the
        rest of the line as value. All are effective: they are carried out in order."""
        for one in statements(text):
            option, _, rest = one.text.partition(" ")
            if option.startswith("--") and option not in CONTROLS:
                yield Setting(option.lstrip("-"), rest.strip() or None, one.line, one.column)
                continue
            key = CONTROLS.get(option) or RULES.get(option)
            if key is None:
                raise FormatError(NOT_A_RULE, one.line, one.column)
            yield Setting(key, rest.strip() or None, one.line, one.column)


def _is_audit(file: PurePosixPath, head: bytes) -> bool:
    return file.parent.parent.name in ("audit", "audit.d") or head.lstrip().startswith(b"-")
