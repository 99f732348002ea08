"""Makes a whole library of posts, batch by batch, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from homebooru.domain.claims import effective
from homebooru.domain.derived import Derived, derived, own_parent
from homebooru.domain.policy import Policy
from scripts.make_library.drawing import Drawer
from scripts.make_library.files import Batch, File, Files
from scripts.make_library.looks import make_looks
from scripts.make_library.saying import Speakers, Told
from scripts.make_library.taglist import TagList

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Wish:
    """What library is wanted: `mean` tags are drawn for a post."""

    tags: TagList
    posts: int
    seed: int = 1
    mean: float = 35.0


@dataclass(frozen=True, slots=True)
class MadePost:
    """A post with its file, what is told of it and what follows from that."""

    id: int
    file: File
    told: Told
    derived: Derived


def make_files(wish: Wish) -> Iterator[tuple[np.random.Generator, Batch]]:
    """Yield the files of a library in batches, each with the luck of what follows about them.

    Nothing of a batch depends on the ones before.
    """
    files = Files(wish.seed, wish.posts, make_looks(np.random.default_rng(wish.seed)))
    for start in range(0, wish.posts, BATCH):
        random = np.random.default_rng([wish.seed, start])
        yield random, files.make(random, start + 1, min(BATCH, wish.posts - start))


def make_posts(wish: Wish, policy: Policy) -> Iterator[list[MadePost]]:
    """Yield the posts of a library in batches, with everything that is told of them."""
    vocabulary = wish.tags.vocabulary()
    drawer, speakers = Drawer(wish.tags, wish.mean), Speakers(wish.tags, vocabulary)
    for random, batch in make_files(wish):
        truths = drawer.draw(random, len(batch.files))
        made = []
        for place, told in enumerate(speakers.speak(random, batch, truths)):
            file = batch.files[place]
            outcome = effective(told.claims, told.verdicts, vocabulary, policy)
            parent = own_parent(outcome.parent)
            row = derived(outcome, vocabulary, parent_id=parent, oldest=file.modified_at)
            made.append(MadePost(batch.first + place, file, told, row))
        yield made
