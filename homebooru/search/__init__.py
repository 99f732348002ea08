"""Answers searches."""
