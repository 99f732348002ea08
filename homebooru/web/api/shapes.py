"""What posts look like to programs, as JSON Schemas."""

from __future__ import annotations

from homebooru.domain.posts import IN_ORDER
from homebooru.domain.ratings import Rating
from homebooru.web.api.schemas import (
    ADDRESS,
    COUNT,
    FLAG,
    ID,
    MOMENT,
    NUMBER,
    SHARE,
    TAG,
    TEXT,
    Schema,
    answer,
    by_name,
    extended,
    listed,
    optional,
)

RATING: Schema = {"enum": [rating.value for rating in Rating]}
LOCATION = answer(
    "Location",
    kind=TEXT,
    root=TEXT,
    path=TEXT,
    size=COUNT,
    modified_at=MOMENT,
    missing_since=optional(MOMENT),
)
POST = answer(
    "Post",
    id=ID,
    md5=optional(TEXT),
    sha256=TEXT,
    rating=optional(RATING),
    tags=answer("TagsByCategory", **{category.label: listed(TEXT) for category in IN_ORDER}),
    locations=listed(LOCATION),
    sha1=optional(TEXT),
    mime=optional(TEXT),
    size=optional(COUNT),
    width=optional(COUNT),
    height=optional(COUNT),
    duration=optional(SHARE),
    frames=optional(COUNT),
    state=TEXT,
    score=optional(NUMBER),
    stars=optional(NUMBER),
    sources=listed(TEXT),
    description=optional(TEXT),
    parent=optional(ID),
    has_children=FLAG,
    dated_at=optional(MOMENT),
    created_at=MOMENT,
    missing_since=optional(MOMENT),
    trashed_at=optional(MOMENT),
    reviewed_at=optional(MOMENT),
    page_url=ADDRESS,
    file_url=ADDRESS,
    thumbnail_url=ADDRESS,
)
CLAIM = answer(
    "Claim",
    source=TEXT,
    rating=optional(RATING),
    tags=listed(answer("ClaimedTag", tag=TEXT, confidence=optional(SHARE))),
    md5=optional(TEXT),
    remote_ids=listed(TEXT),
    claimed_at=MOMENT,
)
VERDICT = answer("Verdict", tag=TEXT, yes=FLAG, by=optional(TEXT), made_at=MOMENT)
RECORD = answer(
    "Record",
    source=TEXT,
    outcome=optional(TEXT),
    remote_id=optional(TEXT),
    address=optional(TEXT),
    similarity=optional(SHARE),
    asked_at=optional(MOMENT),
    is_awaited=FLAG,
)
WHOLE_POST = extended(
    "PostWithWords",
    POST,
    claims=listed(CLAIM),
    verdicts=listed(VERDICT),
    records=listed(RECORD),
    tag_counts=by_name(COUNT),
    children=listed(ID),
    earlier=optional(ID),
    suggested=listed(TAG),
)
FOUND = answer(
    "FoundPosts",
    query=TEXT,
    count=COUNT,
    limit=COUNT,
    posts=listed(POST),
    related=listed(TAG),
    previous=optional(ADDRESS),
    next=optional(ADDRESS),
    unknown=listed(answer("UnknownTag", tag=TEXT, position=COUNT, nearest=listed(TEXT))),
    unknown_holders=listed(answer("UnknownHolder", term=TEXT, nearest=listed(TEXT))),
    nearest=optional(COUNT),
    undescribed=COUNT,
    drop=listed(answer("DropTerm", term=TEXT, count=COUNT)),
)
