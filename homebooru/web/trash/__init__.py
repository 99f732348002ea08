"""The trash: its page, and what programs may do with it."""
