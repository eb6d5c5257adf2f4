"""Makes ``policy_maker`` and ``mutation`` importable, also when the suite runs from the built wheel."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "policy")]
