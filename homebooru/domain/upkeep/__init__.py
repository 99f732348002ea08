"""What keeps an installation well: backups, and what may go."""
