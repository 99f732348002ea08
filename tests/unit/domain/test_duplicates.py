"""What follows from decisions, and what speaks for which of two files."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.duplicates.deciding import ONE_PICTURE, Choice, Settled
from homebooru.domain.duplicates.kinds import Kind
from homebooru.domain.duplicates.rules import RULES, advise
from homebooru.domain.duplicates.traits import FileTraits
from homebooru.domain.duplicates.weighing import Side, lean, weigh

POSTS = range(7)
PAIRS = list(combinations(POSTS, 2))
SIDES = st.builds(
    Side,
    post_id=st.integers(1, 9),
    width=st.sampled_from([400, 800, 801]),
    height=st.sampled_from([300, 600]),
    size=st.sampled_from([1000, 1200, 5000]),
    mime=st.sampled_from(["image/png", "image/jpeg", "image/webp"]),
    tags=st.integers(0, 9),
    is_known=st.booleans(),
    in_immich=st.booleans(),
    is_damaged=st.booleans(),
    name=st.sampled_from(["a.png", "b.png"]),
    traits=st.builds(
        FileTraits,
        has_exif=st.booleans(),
        camera=st.sampled_from([None, "Kamera 1", "Kamera 2"]),
        quality=st.sampled_from([None, 60, 90]),
    ),
)
TURNED = {Choice.ONE: Choice.OTHER, Choice.OTHER: Choice.ONE}


def reached(decided, post):
    """Walk from one picture to the same one until nothing new comes."""
    group = {post}
    while (
        more := {
            two
            for pair, choice in decided.items()
            if choice in ONE_PICTURE and set(pair) & group
            for two in pair
        }
        - group
    ):
        group |= more
    return group


@given(st.dictionaries(st.sampled_from(PAIRS), st.sampled_from(Choice)))
def test_what_follows_is_what_one_finds_by_walking_from_picture_to_picture(decided):
    settled = Settled(decided)
    for one, other in PAIRS:
        here, there = reached(decided, one), reached(decided, other)
        if other in here:
            assert settled.of(one, other) is Choice.BOTH
            continue
        said = {
            choice
            for (a, b), choice in decided.items()
            if (a in here and b in there) or (b in here and a in there)
        }
        assert settled.of(one, other) in (said or {None})


@given(SIDES, SIDES, st.sampled_from(Kind))
def test_whoever_stands_first_the_same_file_is_better(one, other, kind):
    assert lean(weigh(one, other, kind)) == -lean(weigh(other, one, kind))
    if one.post_id != other.post_id:
        turned = {name: TURNED[choice] for name, choice in advise(other, one, kind).items()}
        assert advise(one, other, kind) == turned


def test_rules_keep_out_of_variants_and_of_what_is_damaged():
    large = Side(post_id=1, width=800, height=600, size=9, mime="image/png")
    small = Side(post_id=2, width=400, height=300, size=9, mime="image/png")
    broken = Side(post_id=3, width=800, height=600, size=9, mime="image/png", is_damaged=True)
    assert advise(small, large, Kind.COPY) == {"larger": Choice.OTHER}
    assert not advise(small, large, Kind.RETOUCHED)
    assert not advise(small, broken, Kind.COPY)
    assert set(RULES) == {"pixels", "larger", "denser", "lossless"}


def test_what_the_heads_of_files_tell_has_its_weight():
    told = {"width": 800, "height": 600, "size": 9, "mime": "image/jpeg"}
    fine = FileTraits(has_exif=True, camera="Kamera 1", quality=92)
    one = Side(post_id=1, name="sea.jpg", folder="2024", traits=fine, **told)
    other = Side(post_id=2, name="copy.jpg", traits=FileTraits(quality=70), **told)
    said = {each.name: (each.weight, str(each.words)) for each in weigh(one, other, Kind.COPY)}
    assert said == {
        "quality": (3, "Less compressed: JPEG of quality 92 or so, not 70."),
        "exif": (2, "Tells how it was made (EXIF): Kamera 1."),
        "names": (0, "Called sea.jpg and copy.jpg."),
        "folders": (0, "In the folders 2024 and /."),
    }
    assert "quality" not in {each.name for each in weigh(one, other, Kind.PIXELS)}
