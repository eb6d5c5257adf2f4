"""Makes the exports of a hospital that does not exist. Knows nothing of hiscomply."""
