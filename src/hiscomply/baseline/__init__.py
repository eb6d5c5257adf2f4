"""What was known before: read from an earlier run or report, or judged at an earlier revision, and held back."""
