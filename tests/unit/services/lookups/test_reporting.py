from homebooru.domain.lookups.outcomes import Outcome
from homebooru.services.lookups.reporting import Report


def test_nobody_asked_is_nothing_to_tell():
    assert Report().told() is None


def test_a_report_tells_how_much_each_knew_of_what_it_answered():
    report = Report()
    report.count("danbooru", [1, 2, 3], [Outcome.HIT, Outcome.HIDDEN, Outcome.MISS])
    report.count("e621", [1, 2], [Outcome.MISS, Outcome.CHANGED])
    told = str(report.told())
    assert told.startswith("Pictures asked about: 3, ")
    assert "danbooru knew 2 of 3 (67 %)." in told
    assert told.endswith("e621 knew 0 of 1 (0 %).")
