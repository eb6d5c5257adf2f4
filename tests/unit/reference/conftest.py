"""Makes ``public_feeds`` importable, also when the suite runs from the built wheel."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
