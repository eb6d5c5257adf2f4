"""Pieces of work that are measured, each function in a process of its own."""
