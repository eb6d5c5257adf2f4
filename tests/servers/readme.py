"""What a collector's README tells people to write: tests do exactly that."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType


def readme_of(collector: ModuleType) -> str:
    """The README of a collector's package."""
    return Path(str(collector.__file__)).with_name("README.md").read_text(encoding="utf-8")


def code_of(collector: ModuleType, begins: str, language: str = "") -> str:
    """The one block of code in that README which is of this language and begins with these words."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", readme_of(collector), re.DOTALL | re.MULTILINE)
    (code,) = [text for said, text in blocks if said == language and text.startswith(begins)]
    return str(code)
