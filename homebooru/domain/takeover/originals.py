"""Pictures that another program has, and that can be fetched from it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A picture over there: by its number, its digest in hexadecimal, and what it is called."""

    number: int
    sha256: str
    size: int
    extension: str

    @property
    def name(self) -> str:
        """Return the name that its file gets here."""
        return self.sha256 + self.extension


@dataclass(slots=True)
class Fetched:
    """How many pictures came, how many were there from another time, and why others did not come."""

    new: int = 0
    before: int = 0
    failed: dict[str, str] = field(default_factory=dict)
