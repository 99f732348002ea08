"""What tags mean, what follows from them, and how people change that."""

from homebooru.domain.vocabulary.meaning import Vocabulary

__all__ = ["Vocabulary"]
