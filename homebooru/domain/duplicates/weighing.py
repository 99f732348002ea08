"""Two files of one picture side by side: what speaks for which, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homebooru.domain.duplicates.kinds import Kind
from homebooru.domain.duplicates.traits import FileTraits
from homebooru.phrases import Phrase, phrase

LOSSLESS = frozenset({"image/png", "image/bmp", "image/tiff"})
LOSSY = frozenset({"image/jpeg", "image/webp", "image/avif", "image/heic", "image/jxl"})
LARGER, DENSER = 1.05, 1.15
FINER, MUCH_FINER = 4, 10  # steps of JPEG quality
EARLIER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two files, and what is known of its post."""

    post_id: int
    width: int
    height: int
    size: int
    mime: str
    dated_at: datetime | None = None
    tags: int = 0
    addresses: int = 0
    likes: int = 0
    pools: int = 0
    albums: int = 0
    is_known: bool = False
    in_immich: bool = False
    is_damaged: bool = False
    name: str = ""
    folder: str = ""
    traits: FileTraits = FileTraits()

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def is_lossless(self) -> bool:
        return self.mime in LOSSLESS

    @property
    def format(self) -> str:
        return self.mime.partition("/")[2].upper()


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that speaks for the first file (weight above 0), the second, or only tells (0)."""

    name: str
    weight: int
    words: Phrase


def weigh(one: Side, other: Side, kind: Kind) -> tuple[Statement, ...]:
    """Return what there is to say of two files, the weightiest first."""
    said = [*_of_files(one, other, kind), *_of_making(one, other), *_of_posts(one, other)]
    return tuple(sorted(said, key=lambda each: -abs(each.weight)))


def lean(statements: Sequence[Statement]) -> int:
    """Return how much speaks for the first file, all in all."""
    return sum(each.weight for each in statements)


def _of_files(one: Side, other: Side, kind: Kind) -> Iterator[Statement]:
    if kind is Kind.PIXELS:
        yield Statement("pixels", 0, phrase("Both show exactly the same pixels."))
    if one.is_damaged != other.is_damaged:
        yield Statement(
            "damaged", -8 if one.is_damaged else 8, phrase("The other file is damaged.")
        )
    big, small = (one, other) if one.area >= other.area else (other, one)
    if big.area > LARGER * small.area and kind is not Kind.PART:
        weight = 6 if big.area >= 2 * small.area else 4
        yield Statement(
            "larger",
            weight if big is one else -weight,
            phrase(
                "Larger: {width} × {height} instead of {less} × {least} pixels.",
                width=big.width,
                height=big.height,
                less=small.width,
                least=small.height,
            ),
        )
    yield from _of_compression(one, other, kind)


def _of_compression(one: Side, other: Side, kind: Kind) -> Iterator[Statement]:
    if one.is_lossless != other.is_lossless and {one.mime, other.mime} & LOSSY:
        better = one if one.is_lossless else other
        worse = other if better is one else one
        if better.area >= worse.area / LARGER:
            yield Statement(
                "lossless",
                3 if better is one else -3,
                phrase(
                    "{better} keeps every pixel, {worse} only nearly.",
                    better=better.format,
                    worse=worse.format,
                ),
            )
        return
    if kind is not Kind.PIXELS and (finer := _finer(one, other)):
        yield finer
        return
    big, small = (one, other) if one.size >= other.size else (other, one)
    is_alike = one.mime == other.mime and (one.width, one.height) == (other.width, other.height)
    if not is_alike or big.size <= DENSER * small.size:
        return
    if kind is Kind.PIXELS:
        less = phrase("Takes less room for the same pixels.")
        yield Statement("smaller", 1 if small is one else -1, less)
    elif one.mime in LOSSY:
        times = round(big.size / small.size, 1)
        words = phrase("Less compressed: {times} times as many bytes.", times=times)
        yield Statement("denser", 3 if big is one else -3, words)


def _finer(one: Side, other: Side) -> Statement | None:
    """Tell which of two JPEGs was compressed less, where their heads say so."""
    mine, theirs = one.traits.quality, other.traits.quality
    if mine is None or theirs is None or abs(mine - theirs) < FINER:
        return None
    most, least = max(mine, theirs), min(mine, theirs)
    weight = 3 if most - least >= MUCH_FINER else 2
    words = phrase(
        "Less compressed: JPEG of quality {most} or so, not {least}.", most=most, least=least
    )
    return Statement("quality", weight if mine > theirs else -weight, words)


def _of_making(one: Side, other: Side) -> Iterator[Statement]:
    here, there = one.traits, other.traits
    if here.has_exif != there.has_exif:
        told = here if here.has_exif else there
        words = phrase("Tells how it was made (EXIF).")
        if told.camera:
            words = phrase("Tells how it was made (EXIF): {camera}.", camera=told.camera)
        yield Statement("exif", 2 if here.has_exif else -2, words)
    elif here.camera and there.camera and here.camera != there.camera:
        words = phrase("Taken by {camera} and by {other}.", camera=here.camera, other=there.camera)
        yield Statement("cameras", 0, words)
    if one.name != other.name:
        words = phrase("Called {name} and {other}.", name=one.name, other=other.name)
        yield Statement("names", 0, words)
    if one.folder != other.folder:
        words = phrase(
            "In the folders {folder} and {other}.",
            folder=one.folder or "/",
            other=other.folder or "/",
        )
        yield Statement("folders", 0, words)


def _of_posts(one: Side, other: Side) -> Iterator[Statement]:
    if one.dated_at and other.dated_at and abs(one.dated_at - other.dated_at) > EARLIER:
        first, then = sorted(each.date().isoformat() for each in (one.dated_at, other.dated_at))
        words = phrase("Older: of {first}, not of {then}.", first=first, then=then)
        yield Statement("older", 2 if one.dated_at < other.dated_at else -2, words)
    more = one.tags - other.tags
    if more:
        most, least = max(one.tags, other.tags), min(one.tags, other.tags)
        words = phrase("More tags: {most} instead of {least}.", most=most, least=least)
        weight = 2 if abs(more) >= 5 else 1
        yield Statement("tags", weight if more > 0 else -weight, words)
    for name, weight, mine, theirs, words in (
        ("known", 3, one.is_known, other.is_known, phrase("A booru knows this very file.")),
        ("immich", 2, one.in_immich, other.in_immich, phrase("Lies in Immich.")),
        ("sources", 1, one.addresses > 0, other.addresses > 0, phrase("Says where it is from.")),
        ("liked", 1, one.likes > 0, other.likes > 0, phrase("Is somebody's favourite.")),
        ("pools", 1, one.pools > 0, other.pools > 0, phrase("Is in a pool.")),
        ("albums", 1, one.albums > 0, other.albums > 0, phrase("Is in an album of Immich.")),
    ):
        if mine != theirs:
            yield Statement(name, weight if mine else -weight, words)
