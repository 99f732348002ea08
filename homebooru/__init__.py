"""HomeBooru: a booru for your own pictures."""

__version__ = "0.1.0"
