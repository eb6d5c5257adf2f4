"""The ``sql`` collector."""
