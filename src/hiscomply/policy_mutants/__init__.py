"""Small wrong versions of a policy: its cases are proof only if they tell every one of them from the policy."""
