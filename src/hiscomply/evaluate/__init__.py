"""Stage 5: queries over tables to verdict rows."""
