"""Queries about models that describe what posts are about."""
