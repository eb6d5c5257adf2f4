"""Stage 1: settings, each with its origin."""
