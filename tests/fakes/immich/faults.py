"""How the server can go wrong beyond what spoils single requests."""

from __future__ import annotations

import re
import time

from tests.fakes.services import Reply


class Faults:
    """All of them off until a test, or a person, turns them on."""

    def __init__(self):
        self.drops_every = 0  # one new tag in so many is put nowhere
        self.wipes = False  # metadata extraction finds no tags at all
        self.delays = {}  # seconds by a pattern of "METHOD /path"; "" for all others
        self.lost = 0  # sidecars that could not be written
        self.forced = 0  # wishes to delete for good
        self._rules = []
        self._dropped = 0
        self._before = []
        self._after = []

    def drops(self):
        """Tell whether this tag is to be dropped."""
        self._dropped += 1
        return bool(self.drops_every) and self._dropped % self.drops_every == 0

    def fail(self, pattern, trouble, *, times=None, every=1):
        """Spoil requests whose "METHOD /path" matches, so many of them or for good.

        The trouble is a Reply, which nothing is done for, or HANG, CUT, HALF after it was done.
        """
        self._rules.append([re.compile(pattern), trouble, times, every, 0])

    def heal(self):
        self._rules.clear()

    def before(self, pattern, act, *, times=1):
        """Let something happen on the server before such a request is answered."""
        self._before.append([re.compile(pattern), act, times])

    def hold_back(self, pattern, act, *, times=1):
        """Let an answer that is made already be sent only after something happened."""
        self._after.append([re.compile(pattern), act, times])

    def happen(self, said):
        _run(self._before, said)

    def be_late(self, said):
        _run(self._after, said)

    def trouble(self, said):
        for rule in self._rules:
            pattern, trouble, times, every, _ = rule
            if times == 0 or not pattern.search(said):
                continue
            rule[4] += 1
            if rule[4] % every == 0:
                rule[2] = None if times is None else times - 1
                return trouble
        return None

    def wait(self, said):
        for pattern, seconds in self.delays.items():
            if re.search(pattern, said):
                time.sleep(seconds)
                return


def _run(rules, said):
    """Do what is to be done for a request; who asks for the same meanwhile is not kept waiting."""
    for rule in rules:
        if rule[2] and rule[0].search(said):
            rule[2] -= 1
            rule[1]()


def busy():
    return Reply({"message": "Conflict"}, 409)


def broken():
    return Reply({"message": "Internal server error"}, 500)
