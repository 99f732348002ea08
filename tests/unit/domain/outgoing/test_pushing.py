"""Ours, theirs and what was agreed: against a plain rule for one tag, and in the long run."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.outgoing.facts import compare_facts
from homebooru.domain.outgoing.pushing import (
    NONE,
    Ledger,
    compare,
    deletable,
    is_under_way,
    sending,
)

TAGS = "abcde"
some = st.frozensets(st.sampled_from(TAGS))
NOW, THEN = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def one_tag(wanted, there, agreed, sent, out, *, again):
    """Tell of one tag whether it is added or removed, and whether it is ours or stays out."""
    was_ours = agreed or sent
    if there:
        return (False, was_ours and not wanted, was_ours, False)
    taken_out = (agreed and not sent) or out
    if wanted and taken_out and not again:
        return (False, False, False, True)
    return (wanted, False, False, False)


ledgers = st.builds(Ledger, agreed=some, pending=some, gone=some)


@given(some, some, ledgers, st.booleans())
def test_each_tag_is_judged_alone_by_a_plain_rule(wanted, there, last, again):
    found = compare(wanted, there, last, again=again)
    for tag in TAGS:
        known = (tag in one for one in (wanted, there, last.agreed, last.pending, last.gone))
        added, removed, ours, stays_out = one_tag(*known, again=again)
        assert (tag in found.add, tag in found.remove) == (added, removed)
        assert (tag in found.ledger.agreed, tag in found.ledger.gone) == (ours, stays_out)


@given(some, some, some, some)
def test_what_was_undone_stays_so_until_it_is_wanted_again(wanted, there, barred, kept):
    last = Ledger(agreed=there, barred=barred, kept=kept)
    found = compare(wanted, there, last)
    after = (there | found.add) - found.remove
    assert after - last.gone == ((wanted | kept) - barred) & (there | found.add)
    assert not barred & after
    assert compare(wanted, there, last, again=True) == compare(
        wanted, there, Ledger(agreed=there), again=True
    )


events = st.lists(
    st.tuples(st.sampled_from(["want", "leave", "put", "take"]), st.sampled_from(TAGS))
    | st.tuples(st.just("push"), st.sets(st.integers(0, 4))),
    max_size=30,
)


@given(some, events)
def test_in_the_long_run_others_tags_stay_and_ours_are_as_wanted(foreign, happened):
    """The server may lose any operation; whoever pushes stops anywhere between two."""
    there, wanted, ledger, theirs = set(foreign), set(), Ledger(), set(foreign)
    for what, of in [*happened, ("push", set())]:
        if what == "want":
            wanted.add(of)
        elif what == "leave":
            wanted.discard(of)
        elif what == "put" and of not in there:
            there.add(of)
            theirs.add(of)
        elif what == "take":
            there.discard(of)
            theirs.discard(of)
        elif what == "push":
            ledger = push(wanted, there, ledger, loses=of)
    ours = there - theirs
    assert theirs <= there
    assert ours <= wanted
    assert wanted - there <= ledger.gone


def push(wanted, there, ledger, *, loses):
    for number in range(12):
        found = compare(frozenset(wanted), frozenset(there), ledger)
        if not found:
            return found.ledger
        step = sending(found, NOW)
        ledger = step.ledger
        if number not in loses:
            there |= step.add
            there -= step.remove
        elif number == 4:
            return ledger
    raise AssertionError("it never ends")


def test_an_asset_bears_one_operation_at_a_time():
    found = compare(frozenset("ab"), frozenset("xy"), Ledger(agreed=frozenset("xy")))
    first = sending(found, NOW)
    assert (first.add, first.remove) == (frozenset("ab"), NONE)
    second = sending(compare(NONE, frozenset("xy"), Ledger(agreed=frozenset("xy"))), NOW)
    assert (second.add, len(second.remove)) == (NONE, 1)


def test_what_is_of_no_use_is_counted():
    found = compare(frozenset("ab"), NONE, Ledger())
    step = sending(found, NOW)
    for tries in (1, 2, 3):
        step = sending(compare(frozenset("ab"), NONE, step.ledger), NOW, before=found)
        assert step.ledger.tries == tries
    fewer = compare(frozenset("ab"), frozenset("a"), step.ledger)
    assert sending(fewer, NOW, before=found).ledger.tries == 0


def test_what_was_sent_is_waited_for_and_what_was_not_goes_out():
    sent = Ledger(pending=frozenset("a"), stamp=THEN)
    assert is_under_way(sent, frozenset("a"), THEN)
    assert not is_under_way(sent, NONE, THEN)
    assert not is_under_way(sent, frozenset("a"), NOW)
    untagging = Ledger(agreed=frozenset("a"), pending=frozenset("a"), stamp=THEN)
    assert is_under_way(untagging, NONE, THEN)
    assert not is_under_way(untagging, frozenset("a"), THEN)


def test_tags_are_deleted_from_the_leaves_on_and_never_above_those_of_others():
    ids = {value: UUID(int=n) for n, value in enumerate(("r", "r/A", "r/A/x", "r/B", "r/B/y"))}
    assert [value for value, _ in deletable(ids, ids)] == ["r/A/x", "r/B/y", "r/A", "r/B", "r"]
    there = ids | {"r/B/theirs": UUID(int=9)}
    assert [value for value, _ in deletable(ids, there)] == ["r/A/x", "r/B/y", "r/A"]
    assert deletable(ids, {"r": UUID(int=7)}) == []


THEIRS = {"favourite": False, "stars": 3, "description": "old"}


def test_facts_come_and_go_and_what_was_there_before_comes_back():
    wanted = {"stars": 5, "description": "new"}
    first = compare_facts(wanted, THEIRS, {})
    assert first.change == wanted
    after = THEIRS | wanted
    assert compare_facts(wanted, after, first.last).change == {}
    back = compare_facts({}, after, first.last)
    assert back.change == {"stars": 3, "description": "old"}
    assert compare_facts({}, THEIRS, back.last).last == {}


def test_facts_that_were_never_sent_are_sent_again():
    first = compare_facts({"stars": 5}, THEIRS, {})
    assert compare_facts({"stars": 5}, THEIRS, first.last) == first


def test_facts_that_somebody_changed_over_there_stay_until_we_want_something_else():
    sent = compare_facts({"stars": 5}, THEIRS, {}).last
    last = compare_facts({"stars": 5}, THEIRS | {"stars": 5}, sent).last
    changed = THEIRS | {"stars": 1}
    assert compare_facts({"stars": 5}, changed, last).change == {}
    assert compare_facts({}, changed, last).change == {}
    assert compare_facts({"stars": 4}, changed, last).change == {"stars": 4}


def test_a_fact_that_is_so_already_is_not_ours():
    assert compare_facts({"stars": 3}, THEIRS, {}).last == {}
