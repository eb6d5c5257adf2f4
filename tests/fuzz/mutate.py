"""Random changes to a text: small ones that keep most of it, and large ones that are made to be slow."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.fuzz.seeds import ALPHABET

LIMIT = 64 * 1024
"""The longest input, in characters; beyond ASCII that is more bytes, never fewer."""
LARGE = 100
"""One input in so many is grown to the limit."""


def mutated(random: Random, text: str, others: Sequence[str]) -> str:
    """The text after one to six changes, at most ``LIMIT`` long."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        text = random.choice(_CHANGES)(random, text, others)
    if random.randrange(LARGE) == 0:
        text = _grown(random, text)
    return text[:LIMIT]


def _span(random: Random, text: str) -> tuple[int, int]:
    start = random.randint(0, len(text))
    return start, min(len(text), start + random.choice((0, 1, 1, 2, 5, 20, 100)))


def _insert(random: Random, text: str, others: Sequence[str]) -> str:
    start, _ = _span(random, text)
    return text[:start] + random.choice(ALPHABET) + text[start:]


def _replace(random: Random, text: str, others: Sequence[str]) -> str:
    start, end = _span(random, text)
    return text[:start] + random.choice(ALPHABET) + text[end:]


def _delete(random: Random, text: str, others: Sequence[str]) -> str:
    start, end = _span(random, text)
    return text[:start] + text[end:]


def _repeat(random: Random, text: str, others: Sequence[str]) -> str:
    start, end = _span(random, text)
    return text[:end] + text[start:end] * random.choice((1, 2, 50)) + text[end:]


def _flip(random: Random, text: str, others: Sequence[str]) -> str:
    if not text:
        return random.choice(ALPHABET)
    at = random.randrange(len(text))
    return text[:at] + chr(random.choice((random.randrange(128), random.randrange(0xD800)))) + text[at + 1 :]


def _splice(random: Random, text: str, others: Sequence[str]) -> str:
    other = random.choice(others)
    return text[: random.randint(0, len(text))] + other[random.randint(0, len(other)) :]


def _move_line(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.split("\n")
    line = lines.pop(random.randrange(len(lines)))
    lines.insert(random.randint(0, len(lines)), " " * random.choice((0, 0, 2, 8)) + line)
    return "\n".join(lines)


_CHANGES = (_insert, _insert, _replace, _replace, _delete, _repeat, _flip, _splice, _move_line)


def _grown(random: Random, text: str) -> str:
    """One piece over and over: a token, a line, the whole text; also opened and never closed, or nested."""
    start, end = _span(random, text)
    piece = random.choice(
        (
            random.choice(ALPHABET),
            random.choice(ALPHABET) + random.choice(ALPHABET),
            text[start:end] or " ",
            random.choice(text.split("\n")) + "\n",
            text or "\n",
        )
    )
    if random.randrange(4) == 0:  # each line deeper than the one before
        lines = (" " * depth + piece.replace("\n", "") for depth in range(360))
        return text[:start] + "\n".join(lines) + text[start:]
    return text[:start] + piece * (LIMIT // len(piece)) + text[start:]
