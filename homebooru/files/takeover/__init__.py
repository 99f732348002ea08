"""Reads what other programs wrote down of pictures; nothing of theirs is ever written to."""
