"""Editing: what a person wants changed of a post, how they write it, and what they once said."""
