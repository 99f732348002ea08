from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.claims import About, Claim, PostVerdict, Verdict
from homebooru.domain.outgoing.choosing import foremost, heard, trust, words
from homebooru.domain.outgoing.profile import Profile
from homebooru.domain.policy import Policy, tuned
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TREE, PLANT, ANNA, REM = 1, 2, 3, 4
VOCABULARY = Vocabulary(
    implications={TREE: frozenset({PLANT})}, categories={REM: Category.CHARACTER}
)
CAMIE = Claim(source="camie", tag_ids=(TREE, REM), confidences=(0.9, 0.95))
BOORU = Claim(source="danbooru", tag_ids=(ANNA,))
YES, NO = Verdict(TREE, True, NOW), Verdict(ANNA, False, NOW)
RATED = PostVerdict(About.RATING, "e", NOW)


def test_sources_are_heard_where_the_profile_has_them():
    assert heard([BOORU, CAMIE], Profile(), Policy(), VOCABULARY) == []
    assert heard([BOORU, CAMIE], Profile(boorus=True), Policy(), VOCABULARY) == [BOORU]


def test_models_are_heard_in_what_they_were_found_to_be_right_in():
    policy = tuned({"precisions": {"character": 0.95}, "followed": {"camie/character": 0.8}})
    (said,) = heard([BOORU, CAMIE], Profile(models=True), policy, VOCABULARY)
    assert (said.tag_ids, said.confidences) == ((REM,), (0.95,))
    unmeasured = tuned({"precisions": {"character": 0.95}})
    (said,) = heard([CAMIE], Profile(models=True), unmeasured, VOCABULARY)
    assert said.tag_ids == ()


def test_a_no_counts_though_a_yes_may_not_go_unreviewed():
    assert words([YES, NO, RATED], Profile()) == [NO]
    assert words([YES, NO, RATED], Profile(people=True)) == [YES, NO, RATED]


def test_what_follows_is_trusted_like_what_it_follows_from():
    trusted = trust([BOORU, CAMIE], [YES, NO], VOCABULARY, Policy())
    assert trusted[TREE] == trusted[PLANT] == 1.0
    assert trusted[ANNA] > trusted[REM]


@given(
    st.dictionaries(st.integers(1, 30), st.tuples(st.sampled_from((0.3, 0.9)), st.integers(0, 3))),
    st.integers(0, 12),
)
def test_the_most_trusted_go_first_then_the_rarest(tags, most):
    trusted = {tag: voice for tag, (voice, _) in tags.items()}
    counts = {tag: count for tag, (_, count) in tags.items()}
    chosen = foremost(tags, most, trusted, counts)
    assert chosen <= tags.keys()
    assert len(chosen) == min(len(tags), most or len(tags))
    for left in tags.keys() - chosen:
        for one in chosen:
            assert (trusted[one], -counts[one], -one) > (trusted[left], -counts[left], -left)
