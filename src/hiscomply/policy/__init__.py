"""Stage 4: policies to checked queries."""
