"""Waiting in tests: often asked, and never for ever."""

import time


def until(what, seconds=60.0, every=0.02):
    """Wait until `what()` is true, and return it."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(every)
    return found
