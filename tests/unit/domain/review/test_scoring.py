"""What is measured of models, against plain counting."""

import struct
from datetime import UTC, datetime, timedelta
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.claims import Claim, Verdict
from homebooru.domain.policy import Policy
from homebooru.domain.review.scoring import Curve, Measures, Score, bucket_of, settled
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary

law = settings(derandomize=True, deadline=None)
NOON = datetime(2026, 1, 1, tzinfo=UTC)
tags = st.integers(1, 6)
SURE = [0.05, 0.2, 0.29, 0.5, 0.57, 0.99, 1.0]

VOCABULARY = Vocabulary(
    aliases={6: 1},
    implications={2: frozenset({3})},
    categories={4: Category.ARTIST, 5: Category.CHARACTER},
)
POLICY = Policy()


@st.composite
def guesses(draw, source):
    said = sorted(draw(st.sets(tags, max_size=5)))
    sure = tuple(draw(st.sampled_from(SURE)) for _ in said)
    return Claim(source=source, tag_ids=tuple(said), confidences=sure)


posts = st.tuples(
    st.none() | guesses("camie"),
    st.none() | guesses("wd"),
    st.none() | st.sets(tags, max_size=4),  # what a booru lists
    st.dictionaries(tags, st.booleans(), max_size=3),
)


def claims_of(post):
    camie, wd, listed, _ = post
    booru = None if listed is None else Claim(source="danbooru", tag_ids=tuple(sorted(listed)))
    return [claim for claim in (camie, wd, booru, Claim(source="text", tag_ids=(5,))) if claim]


def words_of(post):
    return [
        Verdict(tag, yes, NOON + timedelta(minutes=n))
        for n, (tag, yes) in enumerate(post[3].items())
    ]


def mean(tag):
    return 1 if tag == 6 else tag


def truth(post, tag):
    """Ask a person, else the booru with what follows from its tags, else nobody."""
    words = [yes for said, yes in post[3].items() if mean(said) == tag]
    if words:
        return words[-1]
    if post[2] is None:
        return None
    listed = {mean(said) for said in post[2]}
    return tag in listed | ({3} if 2 in listed else set())


def told(every, source):
    """List what a model says of each post and tag, as (tag, sure, right)."""
    for post in every:
        claim = next((c for c in claims_of(post) if c.source == source), None)
        if claim is not None:
            best = {}
            for said, sure in zip(claim.tag_ids, claim.confidences, strict=True):
                best[mean(said)] = max(sure, best.get(mean(said), 0))
            for tag, sure in best.items():
                if truth(post, tag) is not None:
                    yield tag, sure, truth(post, tag)


def score_of(answers):
    answers = list(answers)
    return Score(sum(answers), len(answers) - sum(answers))


@law
@given(st.lists(posts, max_size=12))
def test_what_is_measured_is_what_counting_tells(every):
    measures = Measures()
    for post in every:
        measures.take(claims_of(post), words_of(post), VOCABULARY, POLICY)
    buckets, by_tag = measures.buckets(), measures.tags()
    for source in ("camie", "wd"):
        answers = list(told(every, source))
        for category in Category:
            for sure in SURE:
                found = buckets.get((source, category, round(100 * sure)), Score())
                assert found == score_of(
                    right
                    for tag, said, right in answers
                    if said == sure and VOCABULARY.category(tag) is category
                )
        for tag in range(1, 7):
            category = VOCABULARY.category(tag)
            mine = [(sure, right) for said, sure, right in answers if said == tag]
            floor, enough = POLICY.floors[category], POLICY.thresholds[category]
            every_, sure_ = by_tag.get((source, tag), (Score(), Score()))
            assert every_ == score_of(right for sure, right in mine if sure >= floor)
            assert sure_ == score_of(right for sure, right in mine if sure >= enough)


@law
@given(
    st.dictionaries(
        st.integers(0, 100), st.builds(Score, st.integers(0, 60), st.integers(0, 20)), max_size=8
    ),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_the_threshold_is_the_lowest_one_that_is_good_enough(buckets, wanted):
    def from_on(step):
        return sum((score for at, score in buckets.items() if at >= step), start=Score())

    found = Curve(buckets).threshold(wanted)
    assert Curve(buckets).from_on == [from_on(step) for step in range(101)]
    if from_on(0).samples < 50:
        assert found is None
        return
    good = [
        step for step in range(101) if from_on(step).samples and from_on(step).interval[0] >= wanted
    ]
    assert found == (min(good) / 100 if good else 1)


def test_the_interval_is_wilsons():
    low, high = Score(90, 10).interval
    assert isclose(low, 0.8256, abs_tol=1e-4)
    assert isclose(high, 0.9448, abs_tol=1e-4)
    assert Score(0, 0).interval == (0, 1)
    assert Score(5, 0).interval[1] == 1
    assert Score(5, 0).interval[0] == pytest.approx(0.5655, abs=1e-4)


def test_a_threshold_that_hardly_moves_stays():
    assert settled(None, 0.6) == 0.6
    assert settled(0.6, 0.61) == 0.6
    assert settled(0.6, 0.63) == 0.63
    assert settled(0.6, None) == 0.6
    assert settled(None, None) is None


@pytest.mark.parametrize("hundredth", range(101))
def test_what_was_stored_in_four_bytes_is_in_its_own_hundredth(hundredth):
    [stored] = struct.unpack("f", struct.pack("f", hundredth / 100))
    assert bucket_of(stored) == bucket_of(hundredth / 100) == hundredth
