"""Policy-as-code compliance checks for hospital IT operations."""

__version__ = "0.1.0"
