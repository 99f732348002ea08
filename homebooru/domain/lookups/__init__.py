"""Asking others about pictures: what may come of it, and how long to wait after a failure."""
