"""The situations that ``generate.py`` can make: each is a whole project with its own answer key.

A duty that the institution owes once is met, missed or not known, never all three in one hospital. The main
hospital meets them all; of its small branch campuses one misses them (``neglected``), one does not say (``silent``),
and one has nothing wrong at all (``orderly``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator import planted
from generator.clock import Clock
from generator.plan import Plan
from generator.situations import neglected, silent
from generator.size import MAIN, SMALL, Size

Plant = Callable[[Plan, Clock], None]
LISTS_LOOKED_AT = "2026-06-30 07:20"
"""As it stands in the main hospital's project file."""


@dataclass(frozen=True)
class Situation:
    """What is made, how large, and what is wrong there.

    Attributes:
        config: folders of the checked-in configuration repository that belong to it; empty: all.
        facts: lines of the project file that say what this institution is; None: it does not say.
        lists_looked_at: when the folder of imported lists was, as the project file says.
        has_damaged_files: whether ``situations/damaged`` is put beside them.
    """

    name: str
    title_zh: str
    title_en: str
    size: Size
    plants: tuple[Plant, ...]
    config: tuple[str, ...] = ()
    has_damaged_files: bool = False
    facts: tuple[tuple[str, str | None], ...] = ()
    lists_looked_at: str = LISTS_LOOKED_AT


LARGE = (("persons_held", "12000000"), ("us_entity", "true"))
"""Facts that bring further duties: data of more than ten million persons, and a part that HIPAA covers."""
CLEAN_CONFIG = ("compose", "db", "host", "integration", "pacs", "ssh")
HOSPITAL = Situation(
    "hospital",
    "示例市第一人民医院(虚构)",
    "First People's Hospital of Example City (made up)",
    MAIN,
    planted.AREAS,
)
NEGLECTED = Situation(
    "neglected",
    "示例市第一人民医院南院区(虚构):该做的没有做",
    "First People's Hospital of Example City, south campus (made up): duties not done",
    SMALL,
    neglected.PLANTS,
    CLEAN_CONFIG,
    facts=LARGE,
)
SILENT = Situation(
    "silent",
    "示例市第一人民医院北院区(虚构):台账没有说",
    "First People's Hospital of Example City, north campus (made up): registers that do not say",
    SMALL,
    silent.PLANTS,
    CLEAN_CONFIG,
    has_damaged_files=True,
    facts=(("persons_held", None), ("us_entity", None)),
    lists_looked_at="2026-06-20 07:20",
)
ORDERLY = Situation(
    "orderly",
    "示例市第一人民医院东院区(虚构):样样合规",
    "First People's Hospital of Example City, east campus (made up): all in order",
    SMALL,
    (),
    CLEAN_CONFIG,
    facts=LARGE,
)
SITUATIONS = {one.name: one for one in (HOSPITAL, NEGLECTED, SILENT, ORDERLY)}
