"""What lies beside pictures and tells more than words: answers of boorus, words about galleries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homebooru.domain.said import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What lies beside a picture that is taken over, not only read with it.

    `answer` is what a booru (`site`) told of the picture with the digest, `gallery` what is said of
    the gallery that the picture is from.
    """

    path: str
    digest: str
    written_at: datetime
    site: str | None = None
    answer: Mapping[str, Any] | None = None
    gallery: Said | None = None
