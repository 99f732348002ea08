"""The library: roots, scans, and what is read from files."""
