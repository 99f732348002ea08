"""Posts that show the same picture: found, shown side by side, decided about and made one."""
