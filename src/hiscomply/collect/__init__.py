"""Stage 2: run the collectors, guard the border."""
