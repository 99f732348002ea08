"""Answers about edits: of one post, of many, and their history."""
