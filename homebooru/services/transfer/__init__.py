"""Carrying a library elsewhere, and taking up another one, in the open format of exports."""
