"""fstab(5): one file system a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply_files.formats.lines import matched_lines
from hiscomply_files.names import posix

LINE = re.compile(
    r"\s*+(?P<device>\S++)\s++(?P<point>\S++)\s++(?P<type>\S++)(?:\s++(?P<options>\S++)(?:\s++\d++){0,2})?\s*+(?:#.*)?$"
)
NOT_A_MOUNT = Text(
    zh="不是“设备 挂载点 类型 选项”的形式", en="not a device, a mount point, a type and options"
)
ESCAPE = re.compile(r"\\(\d{3})")


class Fstab:
    """``fstab``."""

    name: ClassVar[str] = "fstab"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for a file named ``fstab``."""
        return posix(path).name == "fstab"

    def parse(self, text: str) -> Iterator[Setting]:
        """Keys ``device``, ``type`` and ``options``, the mount point as section; all are effective."""
        for number, match in matched_lines(text, LINE, NOT_A_MOUNT):
            point = ESCAPE.sub(lambda found: chr(int(found[1], 8) % 256), match["point"])
            for key in ("device", "type", "options"):
                if match[key] is not None:
                    yield Setting(key, match[key], number, match.start(key) + 1, section=point)
