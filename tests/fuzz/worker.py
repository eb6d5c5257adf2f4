"""One format or software, so many inputs, in a process of its own with limits on memory and time.

    python -m tests.fuzz.worker format:ini 1000 SEED

It prints one JSON object. What it counts as a crash: any exception but FormatError (a software may raise none), an input
that needs more than a second of processor time, memory past the limit, a position that is not in the file.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from random import Random
from types import FrameType

from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import format_of, seeds, situations

from hiscomply.configurations import ReadFile, Software
from hiscomply.hookspecs import FileFormat, FormatError
from hiscomply.model import Text
from hiscomply_files.decode import decode, with_line_feeds
from hiscomply_files.effective_evidence import configuration_records
from hiscomply_files.evidence import setting_records
from hiscomply_files.formats import builtin_formats
from hiscomply_files.software import builtin_software

SECONDS = 1.0
MEGABYTES = 512
KEPT = 5
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class TooSlow(Exception):
    """An input used up its second."""


@dataclass
class Outcome:
    """What became of the inputs."""

    name: str
    inputs: int = 0
    refused: int = 0
    crashes: int = 0
    slowest_s: float = 0.0
    peak_mb: float = 0.0
    samples: list[dict[str, str]] = field(default_factory=list)


def targets() -> list[str]:
    """All that is fuzzed, as this program takes it."""
    formats = dict.fromkeys(f"format:{one.name}" for one in builtin_formats())
    return [*formats, *(f"software:{one.name}" for one in builtin_software()), "decode"]


def fuzz(name: str, inputs: int, seed: int) -> Outcome:
    """Runs the inputs; the same seed gives the same ones."""
    outcome = Outcome(name)
    trial = _trial(name)
    signal.signal(signal.SIGPROF, _stop)
    for what, run in trial(Random(f"{seed} {name}"), inputs):
        outcome.inputs += 1
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        started = time.process_time()
        try:
            run()
        except FormatError as error:
            outcome.refused += 1
            if name.startswith("software:") or not (error.reason.zh and error.reason.en):
                _keep(outcome, error, what)
        except (Exception, TooSlow) as error:  # noqa: BLE001 - this is what is looked for
            _keep(outcome, error, what)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        outcome.slowest_s = max(outcome.slowest_s, time.process_time() - started)
    outcome.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return outcome


def _keep(outcome: Outcome, error: BaseException, what: str) -> None:
    outcome.crashes += 1
    if len(outcome.samples) < KEPT:
        outcome.samples.append({"error": repr(error)[:300], "input": what})


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


Trial = Callable[[Random, int], Iterator[tuple[str, Callable[[], None]]]]


def _trial(name: str) -> Trial:
    kind, _, which = name.partition(":")
    if kind == "format":
        formats = [one for one in builtin_formats() if one.name == which]
        return lambda random, count: _parsing(formats, random, count)
    if kind == "software":
        software = next(one for one in builtin_software() if one.name == which)
        return lambda random, count: _understanding(software, random, count)
    return _decoding


def _parsing(
    formats: list[FileFormat], random: Random, count: int
) -> Iterator[tuple[str, Callable[[], None]]]:
    texts = seeds()[formats[0].name]
    for number in range(count):
        text = mutated(random, random.choice(texts), texts)
        one = formats[number % len(formats)]
        yield text, lambda one=one, text=text: _parse(one, text)  # type: ignore[misc]


def _parse(one: FileFormat, text: str) -> None:
    lines = len(text.splitlines()) + 1
    settings = list(one.parse(text))
    for setting in settings:
        assert 1 <= setting.line <= lines, f"line {setting.line} of {lines}"
        assert setting.column >= 1, f"column {setting.column}"
    if len(settings) < 2000:
        for _ in setting_records("x", one.name, settings, observed_at=NOW, digest=_digest, asset_id=None):
            pass


def _digest(text: str) -> str:
    return "hmac-sha256:0"


Tree = dict[str, tuple[FileFormat, str]]


def _understanding(
    software: Software, random: Random, count: int
) -> Iterator[tuple[str, Callable[[], None]]]:
    trees = [tree for tree in (_wanted(software, one.files) for one in situations()) if tree]
    trees = trees or list(_alone(software))
    if not trees:
        raise SystemExit(f"software {software.name}: neither the corpus nor a test has a file that it wants")
    others = [text for tree in trees for _, text in tree.values()]
    for _ in range(count):
        tree = dict(random.choice(trees))
        path = random.choice(sorted(tree))
        one, text = tree[path]
        tree[path] = one, mutated(random, text, others)
        shown = "\n".join(f"-- {name} --\n{text}" for name, (_, text) in tree.items())
        yield shown, lambda tree=tree: _understand(software, tree)  # type: ignore[misc]


def _wanted(software: Software, files: dict[str, str]) -> Tree:
    formats = ((path, format_of(path, text), text) for path, text in files.items())
    return {
        path: (one, text) for path, one, text in formats if one is not None and software.wants(path, one.name)
    }


def _alone(software: Software) -> Iterator[Tree]:
    """A tree of one file for each text of a format that the software wants wherever it stands."""
    for one in builtin_formats():
        path = f"etc/{one.name}"
        if software.wants(path, one.name):
            yield from ({path: (one, text)} for text in seeds()[one.name])


def _understand(software: Software, tree: Tree) -> None:
    read: dict[str, ReadFile] = {}
    unread: dict[str, Text] = {}
    for path, (one, text) in tree.items():
        try:
            read[path] = ReadFile(path, one.name, list(one.parse(text)))
        except FormatError as error:
            unread[path] = error.reason
    try:
        for configuration in software.configurations(read, unread):
            for _ in configuration_records(configuration, observed_at=NOW, digest=_digest):
                pass
    except FormatError as error:
        raise AssertionError("a software raises no FormatError") from error


def _decoding(random: Random, count: int) -> Iterator[tuple[str, Callable[[], None]]]:
    texts = [text for some in seeds().values() for text in some]
    for _ in range(count):
        content = bytearray(
            mutated(random, random.choice(texts), texts).encode(
                random.choice(("utf-8", "utf-16", "gb18030", "utf-16-le")), "replace"
            )
        )
        for _ in range(random.randrange(4) if content else 0):
            content[random.randrange(len(content))] = random.randrange(256)
        yield repr(bytes(content[:2000])), lambda content=content: _decode(bytes(content))  # type: ignore[misc]


def _decode(content: bytes) -> None:
    text = decode(content)
    assert text is None or "\r" not in with_line_feeds(text, "yaml")


if __name__ == "__main__":
    limit = MEGABYTES << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    print(json.dumps(asdict(fuzz(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
