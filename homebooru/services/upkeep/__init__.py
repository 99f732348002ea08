"""Keeping an installation well: backups."""
