"""The order of questions, against choosing the best one again and again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.review.items import Key
from homebooru.domain.review.teaching import Open, most_teaching, uncertainty, worth

questions = st.lists(
    st.builds(
        Open,
        st.builds(Key, st.integers(1, 30), st.sampled_from("abc")),
        st.sampled_from(["cat", "dog", "artist"]),
        st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]),
        st.integers(1, 100),
        st.integers(0, 20),
    ),
    max_size=20,
    unique_by=lambda one: one.key,
)


def slowly(every, limit):
    left, chosen = list(every), []
    while left and len(chosen) < limit:
        before = [one.subject for one in chosen]
        best = min(
            left,
            key=lambda one: (
                -worth(one, before.count(one.subject)),
                one.key.post_id,
                one.key.about,
            ),
        )
        left.remove(best)
        chosen.append(best)
    return chosen


@settings(derandomize=True, deadline=None)
@given(questions, st.integers(0, 12))
def test_the_best_question_comes_next_given_those_before_it(every, limit):
    assert most_teaching(every, limit) == slowly(every, limit)


def test_what_is_open_is_asked_before_what_is_nearly_sure_and_not_one_tag_alone():
    assert uncertainty(0.5) == 1 > uncertainty(0.9) > uncertainty(1) == 0
    cats = [Open(Key(n, "1"), "cat", 0.5, 100, 0) for n in range(10)]
    dogs = [Open(Key(n, "2"), "dog", 0.5, 40, 0) for n in range(10)]
    assert {one.subject for one in most_teaching(cats + dogs, 4)} == {"cat", "dog"}
