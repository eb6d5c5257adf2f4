"""``hiscomply explain``: where a finding stands, what is in effect there, which rule it breaks, and what would pass."""
