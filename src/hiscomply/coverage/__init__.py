"""What the pack covers: clauses, their checks, the policies that judge them, and the evidence these read."""
