"""Keeping an installation well, as an admin sees it."""
