"""Stage 7: findings to documents."""
