"""What hiscomply costs beside its peers: ``python -m benchmarks`` prints one table."""
