"""Reads a guide: its fenced blocks in order, files to write and consoles to replay."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<info>\S[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S)
_FILE = re.compile(r"\bfile=(?P<path>\S+)")
_EXPORT = re.compile(r"export (?P<name>\w+)=(?P<value>\S*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        line: of its opening fence in the guide, from 1.
    """

    info: str
    body: str
    line: int

    @property
    def path(self) -> str | None:
        """The file that it is the content of."""
        match = _FILE.search(self.info)
        return match["path"] if match else None

    def commands(self) -> list[tuple[str, str]]:
        """The commands of a console, each with what it is to answer."""
        pairs: list[tuple[str, str]] = []
        for line in self.body.splitlines():
            if line.startswith("$ "):
                pairs.append((line[2:], ""))
            else:
                assert pairs, f"line {self.line}: a console begins with a command"
                pairs[-1] = (pairs[-1][0], pairs[-1][1] + line + "\n")
        return pairs


def blocks(guide: Path) -> list[Block]:
    """Every fenced block of a guide."""
    text = guide.read_text(encoding="utf-8")
    return [
        Block(match["info"], match["body"], text[: match.start()].count("\n") + 1)
        for match in _BLOCK.finditer(text)
    ]


def is_answer(expected: str, actual: str) -> bool:
    """True if the answer is as shown; ``…`` stands for any text, over lines too."""
    pieces = [re.escape(piece) for piece in _tidy(expected).split("…")]
    return re.fullmatch(".*?".join(pieces), _tidy(actual), re.S) is not None


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


@dataclass(slots=True)
class Reader:
    """Somebody who follows a guide in an empty folder, word by word."""

    folder: Path
    environment: dict[str, str]
    last_code: int = 0
    done: list[str] = field(default_factory=list)

    def follow(self, block: Block) -> None:
        """Writes the file, or types the commands and compares the answers."""
        if block.path is not None:
            target = self.folder / block.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, encoding="utf-8")
        elif block.info == "console":
            for command, expected in block.commands():
                actual = self._type(command)
                self.done.append(command)
                assert is_answer(expected, actual), (
                    f"line {block.line}: $ {command}\n--- shown\n{expected}\n--- answered\n{actual}"
                )

    def _type(self, command: str) -> str:
        if match := _EXPORT.fullmatch(command):
            self.environment[match["name"]] = match["value"]
            return ""
        if command.startswith("cd "):
            self.folder = Path(os.path.normpath(self.folder / command[3:]))
            assert self.folder.is_dir()
            return ""
        ended = subprocess.run(
            ["bash", "-c", f"(exit {self.last_code})\n{command}"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        self.last_code = ended.returncode
        return ended.stdout
