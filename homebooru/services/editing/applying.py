"""Applies an edit to posts, inside somebody's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homebooru.db.queries import tags
from homebooru.db.queries.deriving import rows, verdicts
from homebooru.db.queries.deriving.claims import read_claims
from homebooru.db.queries.policy import load_policy
from homebooru.domain.claims import About, Claim, Verdict, effective
from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.meaning import TagEdit, other_wishes, tag_edit, tag_wishes
from homebooru.domain.editing.words import Hand, Held, Wishes, as_verdicts, changes_of
from homebooru.domain.policy import PERSON, Policy
from homebooru.domain.vocabulary import Vocabulary
from homebooru.services.tags.categories import Mention, settle_tags
from homebooru.services.tags.deciding import carry_out, hold

Posts = Mapping[int, Held]


def apply_edit(session: Session, edit: Edit, post_ids: Iterable[int], by: Hand) -> dict[int, int]:
    """Make an edit of posts; return the lines of the history, by changed post.

    New tags are made. Posts that are gone are passed over, and none becomes its own parent.
    Raises InvalidInput where the edit contradicts itself.
    """
    held = hold(session, post_ids)
    ids = _settle(session, edit, by)
    said = {about for words in held.values() for about in words if not isinstance(about, About)}
    vocabulary = tags.load_vocabulary(session, said.union(ids.values()))
    rule = _rule(session, tag_edit(edit, ids, vocabulary), held, vocabulary)
    parents = rows.read_parents(session, list(held)) if edit.not_parents else {}
    at = verdicts.clock(session)
    changes = {
        post: changes_of(_wishes(rule, edit, post, words, parents.get(post)), words, by, at)
        for post, words in held.items()
    }
    return carry_out(session, changes, by, at)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the wishes for a post follow from; `claims` are there where they matter."""

    edit: TagEdit
    vocabulary: Vocabulary
    policy: Policy
    claims: Mapping[int, Iterable[Claim]]

    def without(self, post_id: int, held: Held, tags: frozenset[int]) -> frozenset[int]:
        """Return a post's effective tags as if nobody had said a word on some of them."""
        words = (
            word
            for word in as_verdicts(held)
            if not (isinstance(word, Verdict) and self.vocabulary.resolve(word.tag_id) in tags)
        )
        claims = self.claims.get(post_id, ())
        return effective(claims, words, self.vocabulary, self.policy).tag_ids


def _settle(session: Session, edit: Edit, by: Hand) -> dict[str, int]:
    """Return the ids of the tags that are spoken of; those to be added are made.

    Whoever writes a tag with a category moves it there, which is noted as an act of theirs.
    """
    categories = dict(edit.categories)
    mentions = [
        Mention(name, categories.get(name), PERSON) for name in edit.add | categories.keys()
    ]
    made = settle_tags(session, mentions, by) if mentions else {}
    known = edit.tags - made.keys()
    return made | (tags.find_tags(session, known) if known else {})


def _rule(session: Session, edit: TagEdit, held: Posts, vocabulary: Vocabulary) -> _Rule:
    """Read what wishes depend on; claims are read only where a rejected tag is added again."""
    rejected = [post for post, words in held.items() if _is_rejected(edit, words, vocabulary)]
    if not rejected:
        return _Rule(edit, vocabulary, Policy(), {})
    claims = read_claims(session, rejected)
    spoken = {tag for of_post in claims.values() for claim in of_post for tag in claim.tag_ids}
    spoken |= {*edit.add, *edit.remove, *edit.withdraw}
    spoken |= {about for words in held.values() for about in words if not isinstance(about, About)}
    return _Rule(edit, tags.load_vocabulary(session, spoken), load_policy(session), claims)


def _is_rejected(edit: TagEdit, held: Held, vocabulary: Vocabulary) -> bool:
    """Tell whether somebody said no to a tag that is to be added."""
    return any(
        word.value is False and vocabulary.resolve(about) in edit.add
        for about, word in held.items()
        if not isinstance(about, About)
    )


def _wishes(rule: _Rule, edit: Edit, post_id: int, held: Held, parent_id: int | None) -> Wishes:
    def believed(tags: frozenset[int]) -> frozenset[int]:
        return rule.without(post_id, held, tags)

    others = dict(other_wishes(edit, parent_id))
    if edit.parent == post_id:
        del others[About.PARENT]
    return {**tag_wishes(rule.edit, held, rule.vocabulary, believed), **others}
