"""The product's words in both languages, and which variants of them its texts must not use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hiscomply.errors import PolicyError


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to say it that is not ours.

    Attributes:
        instead: the term to write.
    """

    language: str
    text: str
    instead: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term in both languages."""

    zh: str
    en: str
    variants: tuple[Variant, ...]


def load_glossary(file: Path) -> tuple[Term, ...]:
    """The terms in the order of the file.

    Raises:
        PolicyError, Problems: unreadable or malformed.
    """
    from pydantic import Field

    from hiscomply.policy.document import Model
    from hiscomply.yaml_source import load_yaml, validate

    class TermEntry(Model):
        zh: str
        en: str
        not_: dict[str, list[str]] = Field(default_factory=dict, alias="not")

    class GlossaryDocument(Model):
        terms: list[TermEntry]

    document = validate(GlossaryDocument, load_yaml(file, error_type=PolicyError), PolicyError)
    return tuple(
        Term(
            one.zh,
            one.en,
            tuple(
                Variant(language, text, one.zh if language == "zh" else one.en)
                for language, found in one.not_.items()
                for text in found
            ),
        )
        for one in document.terms
    )


def variants_in(text: str, language: str, glossary: Iterable[Term]) -> Iterator[Variant]:
    """The variants that a text uses; one that is part of the term itself, where that stands, is none."""
    lower = text.lower()
    for term in glossary:
        rest = lower.replace(term.zh if language == "zh" else term.en.lower(), "")
        yield from (one for one in term.variants if one.language == language and one.text in rest)
