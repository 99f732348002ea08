"""What is wrong with a search, shown at its character."""

from __future__ import annotations

from dataclasses import dataclass

from homebooru.errors import QuerySyntaxError

SHOWN_AROUND = 60  # characters on each side


@dataclass(frozen=True, slots=True)
class Mistake:
    """The line of a search that went wrong, cut to what is near, and the column in it.

    `corrected` is the whole search as it may have been meant; `length` is how much is wrong.
    """

    message: str
    position: int
    line: str
    column: int
    length: int = 0
    corrected: str | None = None

    @property
    def before(self) -> str:
        return self.line[: self.column]

    @property
    def at(self) -> str:
        """The character itself; a space stands for the end of the line."""
        return self.line[self.column : self.column + 1] or " "

    @property
    def after(self) -> str:
        return self.line[self.column + 1 :]


def mistake_in(text: str, error: QuerySyntaxError) -> Mistake:
    """Return what to show of an error."""
    at = max(0, min(error.position, len(text)))
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0].replace("\t", " ")
    first = max(0, at - start - SHOWN_AROUND)
    return Mistake(
        message=str(error),
        position=at,
        line=line[first : at - start + SHOWN_AROUND],
        column=at - start - first,
        length=error.length,
        corrected=_corrected(text, error),
    )


def _corrected(text: str, error: QuerySyntaxError) -> str | None:
    if error.suggestion is None:
        return None
    return text[: error.position] + error.suggestion + text[error.position + error.length :]
