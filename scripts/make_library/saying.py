"""What three sources and a person say of made-up posts: a booru, a text file, and a model that errs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from homebooru.domain.claims import YES, About, Claim, PostVerdict
from homebooru.domain.derived import OWN
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.domain.vocabulary import Vocabulary
from scripts.make_library.files import Batch
from scripts.make_library.taglist import TagList

BOORU, TEXT, MODEL = "danbooru", "text", "wd"
KNOWN, WRITTEN, GUESSED = 0.6, 0.3, 0.9
"""How many posts each of them speaks of. The booru is always right, the text says little."""
MISSED, MISTAKEN = 0.15, 2.5
"""The model's errors: the share of true tags it passes over, and how many false ones it adds
to a post on average. It is surer of true ones than of false ones, and knows but three categories."""
MODELS_WORDS = frozenset({Category.GENERAL, Category.COPYRIGHT, Category.CHARACTER})
TRUE_SHAPE, FALSE_SHAPE = (8.0, 2.0), (2.0, 4.0)
"""How sure the model is, as shapes of beta distributions."""
RATINGS = (Rating.GENERAL, Rating.SENSITIVE, Rating.QUESTIONABLE, Rating.EXPLICIT)
RATED = (0.35, 0.45, 0.12, 0.08)
WITH_PARENT = 0.06
WRITTEN_TAGS = 6


@dataclass(frozen=True, slots=True)
class Told:
    """All that is said of a post, and what lies beside its file, in its own words."""

    claims: tuple[Claim, ...]
    verdicts: tuple[PostVerdict, ...]
    written: Said | None


class Speakers:
    """Whoever says something of a post, given what is truly on it."""

    def __init__(self, tags: TagList, vocabulary: Vocabulary) -> None:
        self._tags = tags
        self._model_knows = {
            tag for tag, category in vocabulary.categories.items() if category in MODELS_WORDS
        }
        self._old_words = {meaning: word for word, meaning in tags.aliases}

    def speak(
        self, random: np.random.Generator, batch: Batch, truths: Sequence[set[int]]
    ) -> Iterator[Told]:
        """Yield what is told of each post of a batch."""
        chances = random.random((len(truths), 4))
        ratings = random.choice(len(RATINGS), len(truths), p=RATED)
        scores = np.floor(random.exponential(12, len(truths))).astype(int) - 1
        for place, (true, (known, written, guessed, child)) in enumerate(
            zip(truths, chances.tolist(), strict=True)
        ):
            rating, post_id = RATINGS[ratings[place]], batch.first + place
            claims, said = [], None
            if known < KNOWN:
                claims.append(self._booru(batch, place, true, rating, int(scores[place])))
            if written < WRITTEN:
                claim, said = self._text(random, true)
                claims.append(claim)
            if guessed < GUESSED:
                other = truths[int(random.integers(len(truths)))]
                claims.append(self._model(random, true, other, rating))
            parent = int(random.integers(max(1, post_id - 50), post_id)) if post_id > 1 else None
            is_child = parent is not None and child < WITH_PARENT
            words = [PostVerdict(About.PARENT, f"{OWN}{parent}")] if is_child else []
            if trashed_at := batch.files[place].trashed_at:
                words.append(PostVerdict(About.TRASH, YES, trashed_at))
            yield Told(tuple(claims), tuple(words), said)

    def _booru(self, batch: Batch, place: int, true: set[int], rating: Rating, score: int) -> Claim:
        number = 3 * (batch.first + place) + 100_000
        return Claim(
            source=BOORU,
            tag_ids=tuple(sorted(true)),
            rating=rating,
            sources=(f"https://gallery.example/works/{number}",),
            md5=batch.files[place].digests.md5.hex(),
            remote_ids=(f"{BOORU}:{number}",),
            score=score,
        )

    def _text(self, random: np.random.Generator, true: set[int]) -> tuple[Claim, Said]:
        """Say a few of the tags, in old words where there are any."""
        ranked = sorted(true)[: 2 * WRITTEN_TAGS]
        some = random.permutation(ranked)[:WRITTEN_TAGS].tolist() if ranked else []
        said = sorted({self._old_words.get(tag, tag) for tag in some})
        names = sorted(self._tags.words[tag - 1].name for tag in said)
        return Claim(source=TEXT, tag_ids=tuple(said)), Said(tags=tuple(map(SaidTag, names)))

    def _model(
        self, random: np.random.Generator, true: set[int], other: set[int], rating: Rating
    ) -> Claim:
        """Pass over some tags, and take others for some of another picture's."""
        could = sorted(true & self._model_knows)
        seen = [
            tag
            for tag, luck in zip(could, random.random(len(could)), strict=True)
            if luck >= MISSED
        ]
        wrong = sorted((other - true) & self._model_knows)
        count = min(len(wrong), int(random.poisson(MISTAKEN)))
        fancied = random.permutation(wrong)[:count].tolist() if count else []
        sure = dict(zip(seen, random.beta(*TRUE_SHAPE, len(seen)).round(4).tolist(), strict=True))
        sure |= zip(fancied, random.beta(*FALSE_SHAPE, count).round(4).tolist(), strict=True)
        tags = tuple(sorted(sure))
        return Claim(
            source=MODEL,
            tag_ids=tags,
            confidences=tuple(sure[tag] for tag in tags),
            rating=rating,
        )
