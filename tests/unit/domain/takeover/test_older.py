"""What a person did, found from what they left and what others had told."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.tags import Category, SaidTag
from homebooru.domain.takeover.older import BOORUS, Acts, OldPicture, acts_of, tagger_words
from tests.takeovers import row_of, words_of

NAMES = st.frozensets(st.sampled_from("abcdefghij"), max_size=6)
ANSWERS = st.dictionaries(st.sampled_from(BOORUS), NAMES, min_size=1).map(
    lambda told: {
        site: row_of(site, "0" * 32, general=" ".join(sorted(names)))
        for site, names in told.items()
    }
)


def picture(answers, tags):
    return OldPicture(
        path="a.png", written_at=datetime.now(UTC), answers=answers, tags=frozenset(tags)
    )


@given(ANSWERS)
def test_nobody_did_anything_where_tags_are_what_was_fetched(answers):
    assert acts_of(picture(answers, words_of(answers))) == Acts()


@given(NAMES, NAMES)
def test_nobody_did_anything_where_rebuilding_overlooked_a_source(danbooru, e621):
    answers = {
        "danbooru": row_of("danbooru", "0" * 32, general=" ".join(danbooru)),
        "e621": row_of("e621", "0" * 32, general=" ".join(e621)),
    }
    assert acts_of(picture(answers, danbooru)) == Acts()


@given(ANSWERS, NAMES, NAMES)
def test_an_edit_of_what_was_fetched_is_found(answers, added, removed):
    """With one source there is one way to have written the tags down, so it is found exactly."""
    site, row = next(iter(answers.items()))
    told = frozenset(words_of({site: row}))
    left = told - removed | added
    if left:
        assert acts_of(picture({site: row}, left)) == Acts(left - told, told - left)


def test_names_are_ours_and_what_can_be_no_tag_is_left_out():
    answers = {"gelbooru": row_of("gelbooru", "0" * 32, general="don't")}
    kept = picture(answers, {"don't", "-no", "A_B", "rating:safe"})
    acts = acts_of(kept)
    assert (acts.added, acts.removed) == ({"a_b"}, frozenset())
    assert acts.rating is not None


def test_a_model_is_believed_as_far_as_it_said_it_was_sure():
    tags, sure, _ = tagger_words({"tags": {"general": {"cat": 0.7, "dog": 0.9}}})
    assert dict(zip(tags, sure, strict=True)) == {
        SaidTag("cat", Category.GENERAL): 0.7,
        SaidTag("dog", Category.GENERAL): 0.9,
    }
    assert tagger_words({"tags": {"general": ["cat"]}, "rating": "rating_explicit"})[1] is None
    assert tagger_words({"tags": "cat dog"})[0] == (SaidTag("cat"), SaidTag("dog"))
