"""Stage 6: verdicts to findings."""
