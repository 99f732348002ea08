"""What models make of the words of searches: worked out once, before a search is answered."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from homebooru.db.engine import Sessions
from homebooru.db.queries.alike import spaces
from homebooru.db.tables import ReadTextRow
from homebooru.domain.query import parse
from homebooru.domain.query.tree import Near, leaves
from homebooru.ports import Embedder
from homebooru.services.alike.registry import check_fit


def read_words(sessions: Sessions, query: str, there: Sequence[Embedder]) -> None:
    """Have the words after `near:` described, so that a search for them can be answered.

    Raises QuerySyntaxError where the search makes no sense, ModelUnusable or a RemoteError where
    the model does not work.
    """
    texts = {leaf.text for leaf in leaves(parse(query).tree) if isinstance(leaf, Near)}
    if not texts:
        return
    with sessions.begin() as session:
        row = spaces.reading(session)
        name = None if row is None else row.name
        known = session.scalars(sa.select(ReadTextRow.text).where(ReadTextRow.space == name)).all()
    model = next((one for one in there if one.name == name), None)
    if name is None or model is None:
        return
    for text in sorted(texts - set(known)):
        vector = model.read(text)
        with sessions.begin() as session:
            if (row := spaces.find(session, name)) is None:
                return
            check_fit(row, [vector])
            new = insert(ReadTextRow).values(space=name, text=text, vector=vector)
            session.execute(new.on_conflict_do_nothing())
