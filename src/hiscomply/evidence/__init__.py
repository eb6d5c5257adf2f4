"""Stage 3: evidence kinds and the tables of a run."""
