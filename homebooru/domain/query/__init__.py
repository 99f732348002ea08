"""The query language: text to tree, and back."""

from homebooru.domain.query.parser import MAX_LIMIT, Query, parse
from homebooru.domain.query.writing import unparse

__all__ = ["MAX_LIMIT", "Query", "parse", "unparse"]
