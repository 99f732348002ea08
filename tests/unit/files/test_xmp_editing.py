"""XMP edited in place: what is ours comes and goes, and nothing else is touched."""

import json
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.fields import path_in_tags_list, said_by_fields
from homebooru.domain.outgoing.sidecars import (
    NOTHING,
    List,
    Owned,
    Wish,
    owned_from_json,
    owned_to_json,
    wish_of,
)
from homebooru.domain.said import Said
from homebooru.errors import Unreadable
from homebooru.files.xmp.editing import BLANK_PACKET, edit_xmp
from homebooru.files.xmp.reading import MAX_BYTES, read_xmp
from tests.sidecars import BY_HAND, DIGIKAM, IMMICH, LIGHTROOM, SIDECARS

REM = ("booru", "Character", "Rem (Re:Zero)")
FATE = ("booru", "Copyright", "fate/stay_night")
CAT = ("booru", "General", "猫 & <|> 'q' \"z\"")
SOLO = ("booru", "General", "solo")
FIVE = wish_of([REM, FATE, CAT], stars=5)
EACH = pytest.mark.parametrize("data", SIDECARS.values(), ids=SIDECARS)

paths = st.lists(
    st.sampled_from(
        [REM, FATE, CAT, SOLO, ("Anna",), ("People", "Anna"), ("Holiday", "Sea"), ("1e5",)]
    ),
    max_size=5,
)
wishes = st.builds(wish_of, paths, st.none() | st.integers(1, 5))


@EACH
def test_what_was_written_is_read_and_taken_back_to_the_byte(data):
    edited, owned = edit_xmp(data, FIVE)

    fields, before = read_xmp(edited), read_xmp(data)
    assert set(fields.paths) == {*before.paths, REM, FATE, CAT, *read_copies(owned)}
    assert set(fields.words) == {*before.words, REM[-1], FATE[-1], CAT[-1]}
    assert edit_xmp(edited, FIVE, owned) == (edited, owned)
    assert edit_xmp(edited, Wish(), owned) == (data, NOTHING)


@EACH
def test_what_we_wrote_is_no_news(data):
    edited, _ = edit_xmp(data, FIVE)

    assert said_by_fields(read_xmp(edited)) == said_by_fields(read_xmp(data))


def read_copies(owned):
    return [path_in_tags_list(text) for text in owned.copies]


@pytest.mark.parametrize(
    ("data", "copies"),
    [
        (LIGHTROOM, ("Animals/Cat & dog",)),  # of its flat words only where it has no hierarchies
        (SIDECARS["one_line"], ("solo",)),
        (SIDECARS["latin"], ("Käse",)),
        (DIGIKAM, ()),
        (IMMICH, ()),
        (BLANK_PACKET, ()),
    ],
)
def test_a_list_of_ours_does_not_hide_those_of_others_from_whoever_reads_but_one(data, copies):
    edited, owned = edit_xmp(data, wish_of([REM]))

    assert owned.copies == copies
    assert b"ownedTags" in edited
    theirs, now = edit_xmp(edited, wish_of([REM, ("Animals", "Cat & dog"), ("solo",)]), owned)
    assert edit_xmp(theirs, Wish(), now) == (data, NOTHING)


def test_what_others_add_to_their_list_is_copied_and_a_copy_taken_out_is_not():
    edited, owned = edit_xmp(LIGHTROOM, wish_of([REM]))
    theirs = edited.replace(
        b"<rdf:li>Animals|Cat &amp; dog</rdf:li>",
        b"<rdf:li>Animals|Cat &amp; dog</rdf:li><rdf:li>Sky</rdf:li>",
    )
    more, now = edit_xmp(theirs, wish_of([REM]), owned)
    assert now.copies == ("Animals/Cat & dog", "Sky")

    at = more.index(b"<rdf:li>Sky</rdf:li>", more.index(b"TagsList"))
    taken = more[:at] + more[at + len(b"<rdf:li>Sky</rdf:li>") :]
    less, now = edit_xmp(taken, wish_of([REM]), now)
    assert less == taken
    assert edit_xmp(less, wish_of([REM]), now) == (less, now)


def test_a_new_packet_holds_ours_alone():
    edited, owned = edit_xmp(b"", FIVE)

    assert said_by_fields(read_xmp(edited)) == Said()
    assert edit_xmp(edited, Wish(), owned) == (BLANK_PACKET, NOTHING)
    assert edit_xmp(b"", Wish()) == (b"", NOTHING)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SIDECARS)), st.lists(wishes, min_size=1, max_size=4))
def test_whatever_is_wished_in_turn_only_the_last_wish_shows(name, turns):
    data, owned = SIDECARS[name], NOTHING
    for wish in turns:
        data, owned = edit_xmp(data, wish, owned)

    before, after = read_xmp(SIDECARS[name]), read_xmp(data)
    alone, _ = edit_xmp(SIDECARS[name], turns[-1])
    assert set(after.paths) == set(read_xmp(alone).paths) >= set(before.paths)
    assert said_by_fields(after).tags == said_by_fields(read_xmp(alone)).tags
    assert set(after.words) == set(read_xmp(alone).words) >= set(before.words)
    assert said_by_fields(after).stars == said_by_fields(before).stars
    assert edit_xmp(data, turns[-1], owned) == (data, owned)
    assert owned_from_json(json.loads(json.dumps(owned_to_json(owned)))) == owned
    assert edit_xmp(data, Wish(), owned)[0] == SIDECARS[name]


def test_what_others_wrote_alike_is_theirs():
    wish = wish_of([("People", "Anna")])

    edited, owned = edit_xmp(DIGIKAM, wish)

    assert owned.entries == {List.HIERARCHIES: ("People|Anna",)}
    assert edit_xmp(edited, Wish(), owned) == (DIGIKAM, NOTHING)


def test_what_others_take_out_stays_out_until_it_is_wanted_again():
    edited, owned = edit_xmp(DIGIKAM, wish_of([REM, SOLO]))
    theirs = edited.replace(b"<rdf:li>booru/General/solo</rdf:li>", b"", 1)

    again, now = edit_xmp(theirs, wish_of([REM, SOLO]), owned)

    assert now.gone == {List.TAGS: ("booru/General/solo",)}
    assert ("booru/General/solo") not in read_xmp(again).owned
    assert edit_xmp(again, wish_of([REM, SOLO]), now) == (again, now)
    wanted, mine = edit_xmp(again, replace(wish_of([REM, SOLO]), again=True), now)
    assert (mine.gone, SOLO in read_xmp(wanted).paths) == ({}, True)


def test_what_others_put_back_is_theirs_from_then_on():
    edited, owned = edit_xmp(IMMICH, wish_of([SOLO]))
    gone, without = edit_xmp(
        edited.replace(b"   <rdf:li>booru/General/solo</rdf:li>", b"", 1), wish_of([SOLO]), owned
    )
    theirs = gone.replace(
        b"Holiday/Sea</rdf:li>", b"Holiday/Sea</rdf:li><rdf:li>booru/General/solo</rdf:li>"
    )

    kept, now = edit_xmp(theirs, Wish(), without)

    assert b"booru/General/solo" in kept
    assert not now


def test_stars_that_others_changed_stay_until_others_are_wanted():
    edited, owned = edit_xmp(LIGHTROOM, Wish(stars=5))
    theirs = edited.replace(b'xmp:Rating="5"', b'xmp:Rating="1"')

    kept, now = edit_xmp(theirs, Wish(stars=5), owned)
    assert (read_xmp(kept).stars, now) == (1, Owned(gone_stars=5))
    assert edit_xmp(kept, Wish(stars=5), now) == (kept, now)

    four, mine = edit_xmp(kept, Wish(stars=4), now)
    assert mine == Owned(stars=4, former_stars="1")
    assert b'xmp:Rating="4"' in four
    assert read_xmp(edit_xmp(four, Wish(), mine)[0]).stars == 1


def test_where_another_program_lost_our_marks_we_remember():
    edited, owned = edit_xmp(LIGHTROOM, FIVE)
    begin, end = edited.index(b"<hb:ownedTags"), edited.index(b"</hb:ownedTags>")
    others = edited
    for mark in (
        b"ownedTags",
        b"ownedHierarchies",
        b"ownedSubjects",
        b"copiedTags",
        b"ownedRating",
        b"formerRating",
    ):
        begin, end = others.index(b"<hb:" + mark), others.index(b"</hb:" + mark + b">")
        others = others[:begin] + others[end + len(mark) + 6 :]

    marked, now = edit_xmp(others, FIVE, owned)

    assert now == owned
    assert said_by_fields(read_xmp(marked)) == said_by_fields(read_xmp(LIGHTROOM))


@pytest.mark.parametrize(
    "data",
    [
        b"no xml",
        LIGHTROOM[:-20],
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + LIGHTROOM,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + LIGHTROOM,
        b'<?xml version="1.0" encoding="rot13"?>' + LIGHTROOM,
        b'<?xml version="1.0" encoding="utf-7"?>' + LIGHTROOM,
        b"<a>no rdf</a>",
        b" " * (MAX_BYTES + 1),
        LIGHTROOM.replace(b"A cat", b"\xff\xfe\xff"),
        BLANK_PACKET.replace(b" </rdf:RDF>", b"&unknown; </rdf:RDF>"),
    ],
)
def test_what_cannot_be_kept_as_it_is_is_refused(data):
    with pytest.raises(Unreadable):
        edit_xmp(data, FIVE)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([LIGHTROOM, BY_HAND, IMMICH]), st.data())
def test_damaged_sidecars_are_refused_or_kept(sample, data):
    at = data.draw(st.integers(0, len(sample) - 1))
    damaged = sample[:at] + data.draw(st.binary(max_size=3)) + sample[at + 1 :]
    try:
        edited, owned = edit_xmp(damaged, FIVE)
    except Unreadable:
        return
    assert edit_xmp(edited, Wish(), owned)[0] == damaged


def test_deep_and_wide_packets_take_no_longer_than_they_are():
    deep = BLANK_PACKET.replace(b" </rdf:RDF>", b"<a>" * 20_000 + b"</a>" * 20_000 + b"</rdf:RDF>")
    wide = BLANK_PACKET.replace(
        b" </rdf:RDF>",
        b"<rdf:Description %b/></rdf:RDF>" % b" ".join(b'a%d=">"' % n for n in range(20_000)),
    )
    for packet in (deep, wide):
        edited, owned = edit_xmp(packet, FIVE)
        assert edit_xmp(edited, Wish(), owned)[0] == packet


OURS = {"XMP-digiKam:TagsList", "XMP-lr:HierarchicalSubject", "XMP-dc:Subject", "XMP-xmp:Rating"}


def test_exiftool_reads_what_we_wrote_and_all_that_was_there(tmp_path):
    for name, data in SIDECARS.items():
        (tmp_path / f"{name}.before.xmp").write_bytes(data)
        (tmp_path / f"{name}.after.xmp").write_bytes(edit_xmp(data, FIVE)[0])
        back = edit_xmp(edit_xmp(data, FIVE)[0], Wish())[0]
        (tmp_path / f"{name}.back.xmp").write_bytes(back)

    read = exiftool(tmp_path)

    for name in SIDECARS:
        before, after = read[f"{name}.before.xmp"], read[f"{name}.after.xmp"]
        assert read[f"{name}.back.xmp"] == before
        assert without_ours(after) == without_ours(before)
        tags = ["booru/Character/Rem (Re:Zero)", "booru/Copyright/fate|stay_night"]
        assert after["XMP-digiKam:TagsList"][-3:-1] == tags
        assert after["XMP-lr:HierarchicalSubject"][-2] == "booru|Copyright|fate/stay_night"
        assert after["XMP-dc:Subject"][-1] == CAT[-1]
        assert after["XMP-xmp:Rating"] == 5


def exiftool(folder):
    told = subprocess.run(
        ["exiftool", "-json", "-struct", "-G1", "-XMP:all", "-a", str(folder)],
        capture_output=True,
        check=True,
    )
    return {one.pop("SourceFile").rpartition("/")[2]: one for one in json.loads(told.stdout)}


def without_ours(read):
    return {
        name: value
        for name, value in read.items()
        if name not in OURS and "homebooru" not in name.lower() and not name.startswith("XMP-hb")
    }
