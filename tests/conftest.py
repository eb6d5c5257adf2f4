"""What holds for all tests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# What the helpers assert is told in full as well.
pytest.register_assert_rewrite("tests.servers.audits", "tests.servers.beside")

# How long an example takes is up to what the machine does besides, and what is drawn is the same in each run.
settings.register_profile(
    "any machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")
