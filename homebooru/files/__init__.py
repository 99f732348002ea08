"""The file system: scanning, reading, watching."""
