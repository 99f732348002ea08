import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.intake import (
    Change,
    Decision,
    Found,
    Known,
    Looks,
    Resident,
    Tally,
    Verb,
    compare,
    count_moved,
    decide,
    judge,
    look_alike,
    looks_of,
    same_pixels,
    shown,
    spelled,
)
from homebooru.domain.media import Facts, Stamp

OLD, NEW = Stamp(1, 1), Stamp(2, 2)
paths = st.binary(min_size=1, max_size=3)
stamps = st.sampled_from([OLD, NEW])
prints = st.sampled_from([b"", b"x"])


def looks(pixels=b"p", phash=0x0F0F0F0F0F0F0F0F, thumbhash=b"\x10\x20\x30\x40", **more):
    values = {"width": 10, "height": 20, "frames": 1, "duration": None} | more
    return Looks(pixel_digest=pixels, phash=phash, thumbhash=thumbhash, **values)


@given(
    known=st.dictionaries(paths, st.tuples(stamps, prints, st.booleans()), max_size=8),
    found=st.dictionaries(paths, st.tuples(stamps, prints), max_size=8),
)
def test_a_comparison_says_of_each_path_what_became_of_it(known, found):
    steps = list(
        compare(
            [Known(0, p, s, f, missing=m) for p, (s, f, m) in sorted(known.items())],
            [Found(p, s, f) for p, (s, f) in sorted(found.items())],
        )
    )

    expected = {}
    for path in known.keys() | found.keys():
        if path not in known:
            expected[path] = Change.NEW
        elif path not in found:
            if not known[path][2]:
                expected[path] = Change.GONE
        else:
            (stamp, sidecars, missing), (now, words) = known[path], found[path]
            if missing:
                expected[path] = Change.BACK if stamp == now else Change.NEW
            elif stamp != now:
                expected[path] = Change.CHANGED
            else:
                expected[path] = Change.SAME if sidecars == words else Change.WORDS
    told = {(step.known or step.found).path: step.change for step in steps}
    assert told == expected
    assert list(told) == sorted(told)


def test_of_several_known_at_one_path_the_first_counts():
    known = [Known(1, b"a", OLD), Known(2, b"a", NEW, missing=True), Known(3, b"b", OLD)]

    steps = list(compare(known, [Found(b"a", OLD)]))

    assert [(step.change, step.known.location_id) for step in steps] == [
        (Change.SAME, 1),
        (Change.GONE, 3),
    ]


@pytest.mark.parametrize(
    ("tally", "believed"),
    [
        (Tally(known=0, found=0), True),
        (Tally(known=1, found=0, gone=1), False),
        (Tally(known=100, found=0, gone=100), False),
        (Tally(known=100, found=50, gone=50), True),
        (Tally(known=100, found=49, gone=51), False),
        (Tally(known=100, found=100, gone=100, moved=100), True),
        (Tally(known=100, found=80, gone=100, moved=40), False),
        (Tally(known=3, found=1, gone=2), True),
        (Tally(known=4, found=1, gone=3), False),
    ],
)
def test_a_root_is_offline_when_too_much_is_gone_at_once(tally, believed):
    assert (judge(tally, confirmed=False) is None) is believed
    assert judge(tally, confirmed=True) is None


def test_gone_files_whose_stamps_turn_up_are_moved():
    assert count_moved([OLD, OLD, NEW], [OLD, Stamp(9, 9)]) == 1


def test_the_same_pixels_are_told_by_their_digest():
    assert same_pixels(looks(), looks(phash=1))
    assert not same_pixels(looks(), looks(b"q"))
    assert not same_pixels(looks(None), looks(None))
    assert not same_pixels(None, looks())


@pytest.mark.parametrize(
    "other",
    [
        looks(phash=0x0F0F0F0F0F0F0F0E),
        looks(phash=None),
        looks(width=11),
        looks(frames=2),
        looks(duration=5.0),
        looks(thumbhash=b"\x3f\x20\x30\x40"),
        looks(thumbhash=None),
        None,
    ],
)
def test_pictures_saved_anew_agree_in_everything_but_their_pixels(other):
    assert look_alike(looks(), looks(b"q"))
    assert not look_alike(looks(), other)


def test_a_flat_picture_is_like_no_other():
    assert not look_alike(looks(phash=0), looks(phash=0))
    assert not look_alike(looks(phash=-1), looks(phash=-1))
    assert look_alike(looks(phash=-0x0F0F0F0F0F0F0F0F), looks(phash=-0x0F0F0F0F0F0F0F0F))


def test_looks_are_those_of_the_facts():
    facts = Facts(mime="image/png", width=1, height=2, pixel_digest=b"p", phash=3, thumbhash=b"t")

    assert looks_of(facts) == Looks(
        width=1, height=2, frames=1, duration=None, pixel_digest=b"p", phash=3, thumbhash=b"t"
    )


ME = Resident(post_id=1, looks=looks(), present=True)
OTHER = Resident(post_id=2, looks=looks(b"q", phash=0x00FF00FF00FF00FF))
LITTER = Resident(post_id=3, present=True, is_litter=True)
NEAR = looks(b"r")


@pytest.mark.parametrize(
    ("owner", "residents", "seen", "decision"),
    [
        (None, [], None, Decision(Verb.CREATE)),
        (OTHER, [], None, Decision(Verb.ATTACH, 2)),
        (OTHER, [ME], OTHER.looks, Decision(Verb.ATTACH, 2)),
        (None, [ME], looks(), Decision(Verb.TAKE, 1)),
        (None, [OTHER, ME], looks(), Decision(Verb.TAKE, 1)),
        (None, [ME], NEAR, Decision(Verb.TAKE, 1, hasty=True)),
        (None, [ME], OTHER.looks, Decision(Verb.CREATE, 1)),
        (None, [ME], None, Decision(Verb.CREATE, 1)),
        (None, [OTHER], None, Decision(Verb.CREATE)),
        (None, [LITTER], looks(), Decision(Verb.REPLACE, 3)),
        (None, [LITTER, ME], looks(), Decision(Verb.TAKE, 1)),
    ],
)
def test_bytes_at_a_known_place_find_their_post(owner, residents, seen, decision):
    assert decide(owner, residents, seen) == decision


def test_a_picture_saved_anew_is_another_while_its_old_bytes_lie_elsewhere():
    kept = Resident(post_id=1, looks=looks(), present=True, elsewhere=True)

    assert decide(None, [kept], NEAR) == Decision(Verb.CREATE, 1)


def test_litter_that_lies_elsewhere_too_stays_what_it_is():
    twice = Resident(post_id=3, present=True, is_litter=True, elsewhere=True)

    assert decide(None, [twice], looks()) == Decision(Verb.CREATE)


@pytest.mark.parametrize(
    ("spoken", "decision"),
    [
        ((False, False), Decision(Verb.UNITE, 1, 5)),
        ((True, False), Decision(Verb.UNITE, 1, 5)),
        ((False, True), Decision(Verb.UNITE, 5, 1)),
        ((True, True), Decision(Verb.ATTACH, 5)),
    ],
)
def test_two_posts_that_became_one_picture_unite(spoken, decision):
    me = Resident(post_id=1, looks=looks(), present=True, spoken_of=spoken[0])
    owner = Resident(post_id=5, looks=looks(), spoken_of=spoken[1])

    assert decide(owner, [me], looks()) == decision


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        (b"a.jpg", ("", "a.jpg")),
        ("ä/b/ö.jpg".encode(), ("ä/b", "ö.jpg")),
        (b"x/latin-\xe9.jpg", ("x", "latin-é.jpg")),
        (b"a\nb.jpg", ("", "a\nb.jpg")),
    ],
)
def test_paths_are_shown_as_people_read_them(path, parts):
    assert shown(path) == parts


@pytest.mark.parametrize(
    ("path", "text"),
    [(b"a.jpg", "a.jpg"), (b"/a.jpg", "/a.jpg"), (b"deep/fol der/\xe4.jpg", "deep/fol der/ä.jpg")],
)
def test_paths_are_spelled_whole(path, text):
    assert spelled(path) == text
