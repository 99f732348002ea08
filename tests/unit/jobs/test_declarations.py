import inspect
import re
from types import SimpleNamespace

import pytest

from homebooru.db.queue import Work
from homebooru.jobs import declarations
from homebooru.jobs.declarations import JOBS
from homebooru.jobs.declaring import job
from homebooru.settings import Settings


def test_every_job_is_named_like_its_function_by_a_verb_and_a_noun():
    for name, one in JOBS.items():
        assert name == one.name == one.body.__name__
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name)
        assert one.title


def test_every_function_that_looks_like_a_job_is_declared():
    functions = {
        name
        for name, one in vars(declarations).items()
        if inspect.isfunction(one) and one.__module__ == declarations.__name__
    }
    assert {name for name in functions if not name.startswith("_")} == set(JOBS)


def test_every_kind_of_work_has_the_job_that_does_it():
    assert {one.work for one in JOBS.values() if one.work} == set(Work)
    for work in Work:
        assert JOBS[work.value].work is work


def test_a_job_cannot_be_declared_twice():
    def prune_jobs(deps, progress, worker_id):
        """Have a name that is taken."""

    with pytest.raises(ValueError, match="prune_jobs is declared twice"):
        job("Again")(prune_jobs)


@pytest.mark.parametrize(
    ("given", "fixed"),
    [
        ({}, None),
        ({"given": frozenset({"monitor_enabled"})}, True),
        ({"given": frozenset({"monitor_enabled"}), "monitor_enabled": False}, False),
    ],
)
def test_the_monitor_is_fixed_where_its_setting_is_given(given, fixed):
    every = JOBS["request_scans"].every(SimpleNamespace(settings=Settings(**given)))
    assert (every.seconds, every.fixed) == (300, fixed)
