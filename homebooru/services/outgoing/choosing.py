"""Chooses what of posts may go to other programs, by the household's profile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.deriving import rows
from homebooru.db.queries.deriving.claims import read_claims, read_verdicts
from homebooru.db.queries.policy import keep_setting, load_policy, setting
from homebooru.db.queries.tags import load_vocabulary, tag_words
from homebooru.domain.claims import About, PostVerdict, effective
from homebooru.domain.outgoing.choosing import foremost, heard, trust, words
from homebooru.domain.outgoing.naming import path_of, rating_path
from homebooru.domain.outgoing.profile import Profile, profile_settings, read_profile
from homebooru.domain.outgoing.sidecars import Wish, wish_of
from homebooru.domain.tags import Category
from homebooru.services.tags.deriving import tags_in

SETTING = "sidecars"


def load_profile(session: Session) -> Profile:
    """Return what may go into sidecars."""
    return read_profile(setting(session, SETTING) or {})


def current_profile(sessions: Sessions) -> Profile:
    """Return what may go into sidecars."""
    with sessions() as session:
        return load_profile(session)


def keep_profile(session: Session, profile: Profile) -> None:
    """Keep what may go into sidecars."""
    keep_setting(session, SETTING, profile_settings(profile))


def choose(session: Session, post_ids: Sequence[int], profile: Profile) -> dict[int, Wish]:
    """Return what is wanted in the sidecars of posts, or at Immich.

    Of a post that somebody reviewed everything is; else what the profile lets go unreviewed.
    """
    claims, verdicts = read_claims(session, post_ids), read_verdicts(session, post_ids)
    vocabulary = load_vocabulary(session, tags_in(claims, verdicts))
    policy = load_policy(session)
    held = rows.read_derived(session, post_ids)
    known = tag_words(session, sorted({tag for row in held.values() for tag in row.tag_ids}))
    wishes = {}
    for post, row in held.items():
        said, decided = claims.get(post, ()), verdicts.get(post, ())
        sure = effective(
            heard(said, profile, policy, vocabulary), words(decided, profile), vocabulary, policy
        )
        is_reviewed = row.reviewed_at is not None
        tags = set(row.tag_ids) if is_reviewed else sure.tag_ids.intersection(row.tag_ids)
        general = {tag for tag in tags if known[tag].category is Category.GENERAL}
        if 0 < profile.general < len(general):
            trusted = trust(said, decided, vocabulary, policy)
            counts = {tag: known[tag].posts for tag in general}
            tags = (tags - general) | foremost(general, profile.general, trusted, counts)
        named = sorted((known[tag].category, known[tag].name) for tag in tags)
        paths = [path_of(name, kind, profile) for kind, name in named if kind in profile.categories]
        rating = row.rating if is_reviewed else sure.rating
        if profile.ratings and rating:
            paths.append(rating_path(rating, profile))
        wishes[post] = wish_of(paths, _stars(decided, profile))
    return wishes


def _stars(words: Iterable[object], profile: Profile) -> int | None:
    """Return the stars that a person gave: what other programs say is theirs to keep."""
    for word in words if profile.stars else ():
        if isinstance(word, PostVerdict) and word.about is About.STARS and word.value:
            return int(word.value)
    return None
