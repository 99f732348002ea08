"""Processes that are killed as they begin a step of their work."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal


def dies(work, *arguments):
    """Do some work in a process of its own; tell whether that was killed."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([work.__module__])
    child = processes.Process(target=work, args=arguments)
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


def make_mortal(patched, last, acts):
    """Let this process be killed as it begins its last step, counted over some acts."""
    steps = itertools.count()

    def mortal(act):
        def step(*arguments, **more):
            if next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*arguments, **more)

        return step

    for place, name in acts:
        patched.setattr(place, name, mortal(getattr(place, name)))
