"""The pack's register of sources, and where those sources disagree."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from hiscomply import __version__
from hiscomply.errors import PolicyError
from hiscomply.frozen import dataclass
from hiscomply.model import Text
from hiscomply.policy.cache import read_cached, write_cached

SOURCES, CONFLICTS = "sources.yaml", "conflicts.yaml"


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source.

    Attributes:
        strength: the strongest class that a number from here may claim.
        since: when it came into force or was published, ISO; "" where that is not known.
        note: what to know before relying on it; None when there is nothing.
    """

    id: str
    title: Text
    status: Text
    strength: str
    since: str = ""
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A disagreement between sources; ``policies`` are ids or patterns."""

    id: str
    policies: tuple[str, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Register:
    """Sources by id, and conflicts in order. A pack without these files has an empty one."""

    sources: Mapping[str, SourceEntry] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()

    def title(self, source: str) -> Text:
        """The title of a source, its id where the register does not know it."""
        return self.sources[source].title if source in self.sources else Text(source, source)

    def conflicts_of(self, policy: str) -> tuple[Text, ...]:
        """What is disputed about a policy, in the order of the register."""
        return tuple(
            one.text
            for one in self.conflicts
            if any(
                policy.startswith(_start(pattern)) and fnmatchcase(policy, pattern)
                for pattern in one.policies
            )
        )


@cache
def _start(pattern: str) -> str:
    """What stands before the first wildcard; most patterns are settled by it."""
    return re.split(r"[*?[]", pattern, maxsplit=1)[0]


def load_register(pack: Path) -> Register:
    """The register that stands in the folder of a pack.

    Raises:
        PolicyError, Problems: a file is unreadable or malformed.
    """
    sources = _read(pack / SOURCES, "sources", _sources_model)
    conflicts = _read(pack / CONFLICTS, "conflicts", _conflicts_model)
    return Register(
        sources={
            name: SourceEntry(
                id=name,
                title=Text(**one["title"]),
                status=Text(**one["status"]),
                strength=one["strength"],
                since=one["since"],
                note=Text(**one["note"]) if one["note"] else None,
            )
            for name, one in sources.items()
        },
        conflicts=tuple(
            Conflict(name, tuple(one["policies"]), Text(**one["text"])) for name, one in conflicts.items()
        ),
    )


def _read(file: Path, key: str, model: Callable[[], type]) -> Mapping[str, Any]:
    """The checked entries of a file as plain data, none if there is no such file."""
    from hiscomply.text_source import read_text

    if not file.is_file():
        return {}
    text = read_text(file, str(file), PolicyError)
    digest = hashlib.sha256(f"{__version__}\0{text}".encode()).hexdigest()
    plain = read_cached(key, digest)
    if plain is None:
        from hiscomply.yaml_source import parse_yaml, validate

        plain = validate(model(), parse_yaml(text, str(file), PolicyError), PolicyError).model_dump()[key]
        write_cached(key, digest, plain)
    entries: Mapping[str, Any] = plain
    return entries


def _sources_model() -> type:
    """Built on call: pydantic is slow to import and a cached register does not need it."""
    from hiscomply.policy.document import BilingualText, Model, Strength

    class SourceDocument(Model):
        title: BilingualText
        status: BilingualText
        strength: Strength
        since: str = ""
        note: BilingualText | None = None

    class SourcesDocument(Model):
        sources: dict[str, SourceDocument]

    return SourcesDocument


def _conflicts_model() -> type:
    from hiscomply.policy.document import BilingualText, Model

    class ConflictDocument(Model):
        policies: list[str]
        text: BilingualText

    class ConflictsDocument(Model):
        conflicts: dict[str, ConflictDocument]

    return ConflictsDocument
