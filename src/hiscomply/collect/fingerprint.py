"""What rows follow from besides content: the program, the kinds, the target's options."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from hiscomply import __version__
from hiscomply.kinds import Kind
from hiscomply.model import Target
from hiscomply.own_files import code_digest
from hiscomply.units import Keeping

_BORDER_MODULES = ("configurations.py", "frozen.py", "hookspecs.py", "kinds.py", "model.py", "units.py")
"""Beside this folder, what a row follows from."""


def fingerprint_of(collector: Keeping, target: Target, kinds: Mapping[str, Kind]) -> str | None:
    """All of it in a text; None where that cannot be said."""
    of_collector, of_border = (
        collector.fingerprint(),
        code_digest([Path(__file__).parent], _BORDER_MODULES),
    )
    if of_collector is None or of_border is None:
        return None
    shapes = [kinds.get(name) for name in sorted(target.kinds)]
    options = json.dumps(target.options, sort_keys=True, default=str)
    return "\n".join([__version__, sys.version, of_collector, of_border, repr(shapes), options])
