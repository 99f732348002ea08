"""The rule of effective tags against a slow oracle, and its laws."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homebooru.domain.claims import (
    About,
    Claim,
    PostVerdict,
    Suggestion,
    Verdict,
    effective,
)
from homebooru.domain.policy import STRANGER, VOICES, Kind, Policy, Voice
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary

law = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)  # whatever else the machine is busy with
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOURCES = ["danbooru", "e621", "saucenao", "xmp", "text", "camie", "wd", "stranger"]

tags = st.integers(1, 8)
sureness = st.sampled_from([0.0, 0.1, 0.2, 0.49, 0.5, 0.7, 0.8, 0.81, 1.0])


@st.composite
def claims(draw):
    tag_ids = tuple(sorted(draw(st.sets(tags, max_size=5))))
    size = len(tag_ids)
    return Claim(
        source=draw(st.sampled_from(SOURCES)),
        tag_ids=tag_ids,
        confidences=draw(st.none() | st.lists(sureness, min_size=size, max_size=size).map(tuple)),
        rating=draw(st.none() | st.sampled_from(Rating)),
        score=draw(st.none() | st.integers(-3, 3)),
        sources=tuple(draw(st.lists(st.sampled_from("abc"), max_size=2))),
        description=draw(st.none() | st.sampled_from(["one", "two"])),
    )


claim_lists = st.lists(claims(), max_size=5, unique_by=lambda claim: claim.source)
verdict_lists = st.lists(
    st.builds(
        Verdict, tags, st.booleans(), st.integers(0, 3).map(lambda m: NOON + timedelta(minutes=m))
    ),
    max_size=5,
    unique_by=lambda verdict: verdict.tag_id,
)
vocabularies = st.builds(
    Vocabulary,
    aliases=st.dictionaries(tags, tags, max_size=4),
    implications=st.dictionaries(tags, st.frozensets(tags, max_size=3), max_size=4),
    categories=st.dictionaries(tags, st.sampled_from(Category)),
)


@st.composite
def policies(draw):
    voices = {
        source: Voice(
            VOICES.get(source, STRANGER).kind, draw(st.sampled_from([0, 0.3, 0.5, 0.9])), 0.8
        )
        for source in SOURCES
    }
    own = st.tuples(st.sampled_from(["camie", "wd"]), st.sampled_from(Category))
    return Policy(
        voices=voices,
        own_thresholds=draw(st.dictionaries(own, st.sampled_from([0.1, 0.3, 0.9]), max_size=2)),
        models_join_boorus=draw(st.booleans()),
    )


def slow_meaning(tag, vocabulary):
    """Walk the aliases a hundred times; in a circle, take the lowest of all that were met."""
    last = [tag]
    for _ in range(100):
        last.append(vocabulary.aliases.get(last[-1], last[-1]))
    return min(last[-20:])


def slow_rule(claim_list, verdict_list, vocabulary, policy):
    """Ask of every tag whether it is in, by the letter of the rule, until nothing changes."""

    def mean(tag):
        return slow_meaning(tag, vocabulary)

    def word(tag):
        words = [v for v in verdict_list if mean(v.tag_id) == tag]
        newest = max(words, key=lambda v: (v.made_at, v.tag_id), default=None)
        return None if newest is None else newest.yes

    heard = [c for c in claim_list if policy.voice(c.source).trust > 0]
    booru_knows = any(policy.voice(c.source).kind is Kind.BOORU for c in heard)

    def accepts(claim, tag, sure):
        kind = policy.voice(claim.source).kind
        if kind is Kind.MODEL:
            silent = booru_knows and not policy.models_join_boorus
            category = vocabulary.categories.get(mean(tag), Category.GENERAL)
            return not silent and sure >= policy.threshold(claim.source, category)
        if kind is Kind.REVERSE:
            return not booru_knows and sure >= policy.voice(claim.source).likeness
        return True

    def claimed(tag):
        return any(
            mean(said) == tag and accepts(claim, said, sure)
            for claim in heard
            for said, sure in zip(
                claim.tag_ids, claim.confidences or [1.0] * len(claim.tag_ids), strict=True
            )
        )

    everything = {mean(tag) for tag in range(1, 9)}
    within = {t for t in everything if word(t) or (word(t) is None and claimed(t))}
    for _ in range(20):
        within |= {
            mean(implied)
            for tag, all_implied in vocabulary.implications.items()
            for implied in all_implied
            if mean(tag) in within and word(mean(implied)) is not False
        }
    return within


@law
@given(claim_lists, verdict_lists, vocabularies, policies())
def test_the_rule_is_what_its_letter_says(claim_list, verdict_list, vocabulary, policy):
    found = effective(claim_list, verdict_list, vocabulary, policy)
    assert found.tag_ids == slow_rule(claim_list, verdict_list, vocabulary, policy)


def said_by(claim):
    return zip(claim.tag_ids, claim.confidences or [1.0] * len(claim.tag_ids), strict=True)


@law
@given(claim_lists, verdict_lists, vocabularies, policies())
def test_a_post_is_as_sure_as_its_least_sure_tag(claim_list, verdict_list, vocabulary, policy):
    found = effective(claim_list, verdict_list, vocabulary, policy)
    voices = [
        (tag, sure) for c in claim_list if policy.trust(c.source) > 0 for tag, sure in said_by(c)
    ]
    voices += [(verdict.tag_id, 1.0) for verdict in verdict_list if verdict.yes]
    surest = [
        max(sures)
        for tag in found.tag_ids
        if (sures := [sure for said, sure in voices if slow_meaning(said, vocabulary) == tag])
    ]
    assert found.surety == (round(min(surest) * 10_000) if surest else None)


@law
@given(claim_lists, verdict_lists, vocabularies, policies())
def test_a_contradiction_is_what_its_letter_says(claim_list, verdict_list, vocabulary, policy):
    found = effective(claim_list, verdict_list, vocabulary, policy)
    heard = [claim for claim in claim_list if policy.trust(claim.source) > 0]
    decided = {slow_meaning(verdict.tag_id, vocabulary) for verdict in verdict_list}

    def kind(claim):
        return policy.voice(claim.source).kind

    def named(claim, category):
        meanings = {slow_meaning(tag, vocabulary) for tag in claim.tag_ids}
        return {tag for tag in meanings if vocabulary.category(tag) is category}

    def differ(one, other):
        related = any(
            not vocabulary.close([a]).isdisjoint(vocabulary.close([b])) for a in one for b in other
        )
        return bool(one) and bool(other) and not related and not decided & (one | other)

    tags = any(
        differ(named(one, category), named(other, category))
        for one, other in permutations([c for c in heard if kind(c) is Kind.BOORU], 2)
        for category in (Category.ARTIST, Category.COPYRIGHT, Category.CHARACTER)
    )
    model = any(
        sure >= policy.threshold(claim.source, vocabulary.category(slow_meaning(tag, vocabulary)))
        and sure >= policy.floors[vocabulary.category(slow_meaning(tag, vocabulary))]
        and slow_meaning(tag, vocabulary) not in found.tag_ids | decided
        for claim in heard
        if kind(claim) is Kind.MODEL
        for tag, sure in said_by(claim)
    )
    rated = [c for c in heard if c.rating and kind(c) in (Kind.BOORU, Kind.MODEL)]
    steps = "gsqe"
    ratings = any(
        abs(steps.index(a.rating) - steps.index(b.rating)) > 1 for a, b in permutations(rated, 2)
    )
    assert found.disagrees == (tags or model or ratings)


def test_a_persons_rating_settles_those_of_others():
    rated = [
        Claim(source="danbooru", rating=Rating.GENERAL),
        Claim(source="wd", rating=Rating.EXPLICIT),
    ]
    assert effective(rated, [], PLAIN, Policy()).disagrees
    settled = PostVerdict(About.RATING, "g")
    assert not effective(rated, [settled], PLAIN, Policy()).disagrees


@law
@given(claim_lists, verdict_lists, vocabularies, policies())
def test_a_persons_last_word_holds(claim_list, verdict_list, vocabulary, policy):
    found = effective(claim_list, verdict_list, vocabulary, policy)
    suggested = {suggestion.tag_id for suggestion in found.suggestions}
    for verdict in sorted(verdict_list, key=lambda v: (v.made_at, v.tag_id)):
        others = [v for v in verdict_list if v is not verdict]
        meaning = vocabulary.resolve(verdict.tag_id)
        is_last = all(
            (v.made_at, v.tag_id) < (verdict.made_at, verdict.tag_id)
            for v in others
            if vocabulary.resolve(v.tag_id) == meaning
        )
        if is_last:
            assert (meaning in found.tag_ids) is verdict.yes
            assert meaning not in suggested


@law
@given(claim_lists, verdict_lists, vocabularies, policies(), st.randoms())
def test_the_order_of_what_is_said_does_not_matter(
    claim_list, verdict_list, vocabulary, policy, random
):
    found = effective(claim_list, verdict_list, vocabulary, policy)
    random.shuffle(claim_list)
    random.shuffle(verdict_list)
    assert effective(claim_list, verdict_list, vocabulary, policy) == found


@law
@given(claim_lists, verdict_lists, vocabularies, policies())
def test_what_is_in_said_again_by_a_sidecar_changes_nothing(
    claim_list, verdict_list, vocabulary, policy
):
    found = effective(claim_list, verdict_list, vocabulary, policy)
    again = Claim(source="new", tag_ids=tuple(found.tag_ids))
    assert effective([*claim_list, again], verdict_list, vocabulary, policy).tag_ids == (
        found.tag_ids
    )


@law
@given(claim_lists, verdict_lists, vocabularies, policies())
def test_who_is_not_trusted_is_not_heard(claim_list, verdict_list, vocabulary, policy):
    heard = [claim for claim in claim_list if policy.trust(claim.source) > 0]
    assert effective(claim_list, verdict_list, vocabulary, policy) == effective(
        heard, verdict_list, vocabulary, policy
    )


@law
@given(claim_lists, verdict_lists, vocabularies, policies())
def test_a_tag_that_is_an_alias_is_never_in(claim_list, verdict_list, vocabulary, policy):
    found = effective(claim_list, verdict_list, vocabulary, policy)
    assert all(vocabulary.resolve(tag) == tag for tag in found.tag_ids)


MODEL = Claim(source="camie", tag_ids=(1, 2, 3), confidences=(0.6, 0.4, 0.1))
PLAIN = Vocabulary()


def test_a_model_is_believed_from_the_threshold_on_and_suggests_from_the_floor_on():
    found = effective([MODEL], [], PLAIN, Policy())
    assert found.tag_ids == {1}
    assert found.suggestions == (Suggestion(2, 0.4),)


def test_a_model_needs_to_be_surer_of_an_artist():
    artist = Vocabulary(categories={1: Category.ARTIST})
    assert effective([MODEL], [], artist, Policy()).tag_ids == frozenset()


def test_where_a_booru_knows_the_post_a_model_only_suggests():
    booru = Claim(source="danbooru", tag_ids=(9,), rating=None)
    model = Claim(source="camie", tag_ids=(1,), confidences=(0.9,), rating=Rating.EXPLICIT)
    found = effective([booru, model], [], PLAIN, Policy())
    assert found.tag_ids == {9}
    assert found.suggestions == (Suggestion(1, 0.9),)
    assert found.rating is None
    joined = effective([booru, model], [], PLAIN, Policy(models_join_boorus=True))
    assert joined.tag_ids == {1, 9}


def test_a_reverse_search_counts_from_its_likeness_on():
    near = Claim(source="saucenao", tag_ids=(1,), confidences=(0.9,), rating=Rating.GENERAL)
    far = Claim(source="saucenao", tag_ids=(1,), confidences=(0.5,), rating=Rating.GENERAL)
    assert effective([near], [], PLAIN, Policy()).tag_ids == {1}
    assert effective([near], [], PLAIN, Policy()).rating is Rating.GENERAL
    assert effective([far], [], PLAIN, Policy()).tag_ids == frozenset()
    assert effective([far], [], PLAIN, Policy()).rating is None


def test_a_reverse_search_that_is_not_sure_suggests_and_is_silent_where_a_booru_knows():
    doubtful = Claim(source="saucenao", tag_ids=(1,), confidences=(0.75,))
    sure = Claim(source="saucenao", tag_ids=(2,), confidences=(0.95,))
    booru = Claim(source="danbooru", tag_ids=(9,))
    assert effective([doubtful], [], PLAIN, Policy()).suggestions == (Suggestion(1, 0.75),)
    known = effective([sure, booru], [], PLAIN, Policy())
    assert (known.tag_ids, known.suggestions) == ({9}, ())


def test_implications_go_neither_into_nor_through_a_rejected_tag():
    chain = Vocabulary(implications={1: frozenset({2}), 2: frozenset({3})})
    claim = Claim(source="xmp", tag_ids=(1,))
    rejected = Verdict(2, yes=False, made_at=NOON)
    assert effective([claim], [], chain, Policy()).tag_ids == {1, 2, 3}
    assert effective([claim], [rejected], chain, Policy()).tag_ids == {1}


def test_the_most_trusted_voice_has_the_single_things_and_all_have_the_sources():
    booru = Claim(
        source="danbooru", rating=Rating.SENSITIVE, score=3, sources=("b",), parent="danbooru:4"
    )
    sidecar = Claim(
        source="xmp",
        rating=Rating.EXPLICIT,
        score=1,
        stars=4,
        description="mine",
        place="here",
        sources=("a", "b"),
        taken_at=NOON,
    )
    found = effective([sidecar, booru], [], PLAIN, Policy())
    assert (found.rating, found.rating_by, found.score) == (Rating.SENSITIVE, "danbooru", 3)
    assert (found.stars, found.description, found.place) == (4, "mine", "here")
    assert (found.sources, found.parent, found.taken_at) == (("b", "a"), "danbooru:4", NOON)


def test_a_persons_word_on_the_post_outranks_all():
    claim = Claim(source="danbooru", rating=Rating.GENERAL, parent="danbooru:4", sources=("a",))
    words = [
        PostVerdict(About.RATING, "e"),
        PostVerdict(About.PARENT, "post:7"),
        PostVerdict(About.SOURCE, "x\ny"),
    ]
    found = effective([claim], words, PLAIN, Policy())
    assert (found.rating, found.rating_by) == (Rating.EXPLICIT, "person")
    assert (found.parent, found.sources) == ("post:7", ("x", "y"))


def test_a_person_can_say_that_there_is_none():
    claim = Claim(source="danbooru", rating=Rating.GENERAL, parent="danbooru:4", sources=("a",))
    found = effective([claim], [PostVerdict(about, None) for about in About], PLAIN, Policy())
    assert (found.rating, found.rating_by) == (None, "person")
    assert (found.parent, found.sources) == (None, ())
