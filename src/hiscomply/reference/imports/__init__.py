"""Public formats of reference data, and our own, to rows. Pure but for reading the file that is imported."""
