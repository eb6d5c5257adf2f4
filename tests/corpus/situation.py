"""A situation of the corpus: a small tree of files in one text file, with the verdict in its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

VERDICTS = ("pass", "fail", "unknown", "not_applicable")
_HEADER = re.compile(r"-- (?P<path>\S.*) --")


@dataclass(frozen=True)
class Situation:
    """What a policy must say of a tree.

    Attributes:
        expected: places (``file:line``, or ``file`` alone) of the findings of a failing one.
        files: text by path.
    """

    policy: str
    name: str
    verdict: str
    expected: tuple[str, ...]
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        """Lays the tree out."""
        for path, text in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def read(file: Path) -> Situation:
    """The situation of ``<policy>/<situation>.<verdict>``."""
    name, _, verdict = file.name.rpartition(".")
    assert verdict in VERDICTS, f"{file}: the name must end in one of {VERDICTS}"
    expected: list[str] = []
    files: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in file.read_text(encoding="utf-8").split("\n"):
        header = _HEADER.fullmatch(line)
        if header:
            lines = files.setdefault(header["path"], [])
        elif lines is not None:
            lines.append(line)
        elif line.startswith("expect: "):
            expected.append(line.removeprefix("expect: ").strip())
        else:
            assert not line.strip() or line.startswith("#"), f"{file}: {line!r} stands before the first file"
    assert files, f"{file}: there is no file in it"
    assert bool(expected) == (verdict == "fail"), (
        f"{file}: `expect: file:line` is for what fails, and needed there"
    )
    texts = {path: "\n".join(text) for path, text in files.items()}
    return Situation(file.parent.name, name, verdict, tuple(expected), texts)
