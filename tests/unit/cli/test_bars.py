import io
from datetime import UTC, datetime

import pytest

from homebooru.cli.bars import Bar, BarProgress, job_text
from homebooru.domain.jobs import JobState, JobView, Wish, known_total


class Terminal(io.StringIO):
    def isatty(self):
        return True


def view(**more):
    now = datetime.now(UTC)
    values = {
        "id": 1,
        "name": "index_files",
        "title": "Reading files",
        "state": JobState.RUNNING,
        "wish": Wish.GO,
        "reason": None,
        "done": 20,
        "total": 100,
        "rate": 0.5,
        "current": "a.png",
        "errors": 0,
        "recent_errors": (),
        "report": None,
        "started_at": now,
        "updated_at": now,
        "finished_at": None,
    }
    return JobView(**(values | more))


def test_a_file_name_cannot_speak_to_the_terminal():
    stream = Terminal()
    progress = BarProgress("Reading", Bar(stream))
    progress.advance(current="a\x1b[2J\nb.png")
    progress.report_error("a\x1b[2J\nb.png", "Broken.")

    assert stream.getvalue().endswith(
        "Reading: 1  a\\x1b[2J\\nb.png\r\x1b[Ka\\x1b[2J\\nb.png: Broken.\n"
    )


def test_a_terminal_gets_a_bar_that_makes_way_for_words():
    stream = Terminal()
    bar = Bar(stream)
    bar.show("Reading: 1 of 2", fraction=0.5)
    bar.say("Done.")
    first, last = stream.getvalue().split("\r\x1b[K")[1:]
    assert first == "[############............]  50% Reading: 1 of 2"
    assert last == "Done.\n"


def test_a_file_gets_plain_lines_and_not_too_many():
    stream = io.StringIO()
    progress = BarProgress("Reading", Bar(stream))
    progress.expect(3)
    for number in range(3):
        progress.advance(current=f"{number}.png")
    progress.report_error("b.png", "It is empty.")
    progress.finish()
    assert stream.getvalue() == "Reading: 0 of 3\nb.png: It is empty.\n"
    assert progress.errors == 1
    assert progress.goes_on()


def test_a_total_that_proves_too_small_is_none():
    assert known_total(96, 96) == 96
    assert known_total(97, 96) is None


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "Reading files: 20 of 100, 2 min 40 s left  a.png"),
        ({"rate": 100.0}, "Reading files: 20 of 100, 1 s left  a.png"),
        ({"rate": 0.01, "current": None}, "Reading files: 20 of 100, 2 h 13 min left"),
        ({"total": None, "current": None}, "Reading files: 20"),
        ({"rate": None, "current": None}, "Reading files: 20 of 100"),
        ({"done": 1, "current": None}, "Reading files: 1 of 100"),
    ],
)
def test_a_job_is_told_with_the_time_it_takes(more, text):
    assert job_text(view(**more)) == text


def test_a_job_knows_its_fraction_only_with_a_total():
    assert view().fraction == 0.2
    assert view(done=120).fraction == 1
    assert view(total=None).fraction is None
