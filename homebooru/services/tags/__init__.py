"""Claims, verdicts, and the tags that follow."""
