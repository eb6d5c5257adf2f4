"""Which of the two languages to speak."""

from __future__ import annotations

import os
from collections.abc import Mapping

LANGUAGES = ("zh", "en")


def language_of(asked: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """``zh`` or ``en``: what was asked for, else what the locale says, else Chinese only where it says so."""
    if asked in LANGUAGES:
        return asked
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return "zh" if locale.lower().startswith("zh") else "en"


def counted(number: int, one: str, many: str) -> str:
    """A number in an English sentence, with what follows it."""
    return f"{number} {one if number == 1 else many}"
