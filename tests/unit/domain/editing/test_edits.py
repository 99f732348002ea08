"""What is written in the tag box, what it means, and what two texts differ by."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.editing.edits import MARKS, UNTOUCHED, Edit, difference
from homebooru.domain.editing.reading import NAMES, PREFIXES, RATINGS, read_edit, read_tag
from homebooru.domain.editing.writing import write_edit, write_tag
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category, tag_name
from homebooru.errors import InvalidTagName, QuerySyntaxError
from tests.trees import AWKWARD, scribbles


def is_name(text):
    try:
        return tag_name(text) == text
    except InvalidTagName:
        return False


awkward = st.builds("{}:{}".format, st.sampled_from(sorted(NAMES)), st.sampled_from(AWKWARD))
plain = st.text("aé3:\"'()\\._", min_size=1, max_size=6)
names = (plain | st.sampled_from(AWKWARD) | awkward).filter(is_name)
ids = st.integers(1, 2**31 - 1)
sources = st.text("aé:/\"'()\\ -", max_size=9).map(str.strip)


@st.composite
def edits(draw):
    tags = sorted(draw(st.frozensets(names, max_size=5)))
    kept = [name for name in tags if draw(st.booleans())]
    parent = draw(st.just(UNTOUCHED) | st.none() | ids)
    marks = draw(st.dictionaries(st.sampled_from(sorted(MARKS.values())), st.booleans()))
    return Edit(
        add=frozenset(kept),
        remove=frozenset(tags) - frozenset(kept),
        categories=frozenset(
            (name, draw(st.sampled_from(Category))) for name in kept if draw(st.booleans())
        ),
        rating=draw(st.just(UNTOUCHED) | st.none() | st.sampled_from(Rating)),
        parent=parent,
        not_parents=draw(st.frozensets(ids, max_size=2)) - {parent},
        marks=frozenset(mark for mark, is_set in marks.items() if is_set),
        hushed=frozenset(mark for mark, is_set in marks.items() if not is_set),
        sources=draw(
            st.just(UNTOUCHED)
            | st.lists(
                sources.filter(lambda text: text and text.lower() != "none"),
                unique=True,
                max_size=3,
            ).map(tuple)
        ),
    )


@settings(max_examples=100, deadline=None)
@given(edits())
def test_what_is_written_and_read_again_is_the_same(edit):
    assert read_edit(write_edit(edit)) == edit


@settings(max_examples=150, deadline=None)
@given(scribbles)
def test_any_text_is_an_edit_or_a_mistake_with_a_place(text):
    mistake = None
    try:
        edit = read_edit(text)
    except QuerySyntaxError as error:
        mistake = error
    else:
        assert read_edit(write_edit(edit)) == edit
    assert mistake is None or 0 <= mistake.position <= len(text)


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("", Edit()),
        (" Cat\n-dog  ", Edit(add=frozenset({"cat"}), remove=frozenset({"dog"}))),
        ("re:zero :3 tag:rating:s", Edit(add=frozenset({"re:zero", ":3", "rating:s"}))),
        ("rating:q", Edit(rating=Rating.QUESTIONABLE)),
        ("rating:none parent:none source:none", Edit(rating=None, parent=None, sources=())),
        ("parent:#7 -parent:8", Edit(parent=7, not_parents=frozenset({8}))),
        ('source:http://a/?b:c source:"a (b)"', Edit(sources=("http://a/?b:c", "a (b)"))),
    ],
)
def test_what_words_mean(text, edit):
    assert read_edit(text) == edit


@pytest.mark.parametrize(("prefix", "category"), PREFIXES.items())
def test_a_tag_may_be_written_with_its_category(prefix, category):
    edit = read_edit(f"{prefix.upper()}:Some_Body")
    assert edit == Edit(
        add=frozenset({"some_body"}), categories=frozenset({("some_body", category)})
    )
    assert read_tag(f"{prefix}:Some Body") == ("some_body", category)


@pytest.mark.parametrize("word", RATINGS)
def test_every_rating_has_its_words(word):
    assert read_edit(f"rating:{word}").rating == RATINGS[word]


@pytest.mark.parametrize(
    ("text", "position", "suggestion"),
    [
        ("a b,c", 2, "b c"),
        ("a rating:explict", 9, "explicit"),
        ("a width:500", 2, "tag:width:500"),
        ("a -pool:5", 3, "tag:pool:5"),
        ("a -rating:s", 2, None),
        ("a -artist:bob", 2, "-bob"),
        ("art:a ch:a", 6, None),
        ("a -a", 2, None),
        ("a - b", 3, None),
        ("a ~b", 2, None),
        ("rating:s rating:e", 9, None),
        ("parent:x", 7, None),
        ("parent:99999999999", 7, None),
        ("-parent:none", 0, "parent:none"),
        ("parent:1 -parent:1", 9, None),
        ("parent:1 parent:2", 9, None),
        ("source:", 7, "none"),
        ("source:none source:a", 12, None),
        ('source:"a', 7, '"a"'),
        ("artist:", 7, None),
        ("a\0", 1, None),
        ("a " * 1001, 2000, None),
        ("a" * 20_001, 20_000, None),
    ],
)
def test_a_mistake_is_told_where_it_stands(text, position, suggestion):
    with pytest.raises(QuerySyntaxError) as caught:
        read_edit(text)
    assert (caught.value.position, caught.value.suggestion) == (position, suggestion)


def test_a_single_tag_is_no_order_of_another_kind():
    assert read_tag("tag:rating:s") == ("rating:s", None)
    assert read_tag("re:zero") == ("re:zero", None)
    with pytest.raises(QuerySyntaxError):
        read_tag("rating:s")


def test_a_name_that_would_be_read_otherwise_is_written_as_a_tag():
    assert write_tag("rating:s") == "tag:rating:s"
    assert write_tag("artist:(x)") == 'tag:"artist:(x)"'
    assert write_tag("bob", Category.ARTIST) == "artist:bob"


@settings(max_examples=40, deadline=None)
@given(edits(), edits())
def test_the_difference_leads_from_what_was_seen_to_what_was_wished(seen, wished):
    found = difference(seen, wished)
    assert (seen.add - found.gone | found.add) - found.remove == wished.add
    assert not found.add & (found.gone | found.remove)
    assert difference(wished, wished) == Edit(
        remove=wished.remove,
        not_parents=wished.not_parents,
        marks=wished.marks,
        hushed=wished.hushed,
    )
