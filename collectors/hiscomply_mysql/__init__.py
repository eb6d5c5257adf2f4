"""The ``mysql`` collector."""
