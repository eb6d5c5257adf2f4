"""The values that a finding's message shows: what makes it the same finding to its reader."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from hiscomply.model import Text

SEPARATOR: Final = "\x1f"
WITHHELD: Final = "withheld-[0-9]+"
"""What stands for secrets without a key is numbered in order of sight, which says nothing of a finding."""
_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_]\w*)\}")


@lru_cache(maxsize=4096)
def shown_names(message: Text) -> tuple[str, ...]:
    """The names that a message has places for, in either language, sorted."""
    return tuple(sorted({*_PLACEHOLDER.findall(message.zh), *_PLACEHOLDER.findall(message.en)}))


def values_digest(message: Text, values: Mapping[str, Any]) -> str:
    """16 hex digits over the shown values; the judging of findings makes the same in SQL."""
    shown = (_json(values[name]) if name in values else "" for name in shown_names(message))
    text = re.sub(WITHHELD, "withheld", SEPARATOR.join(shown))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
