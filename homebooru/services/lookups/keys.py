"""Keys that people entered, sealed so that the database alone does not tell them."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes


class KeyRing:
    """Seals keys with a secret of this installation, each for the source that it is for."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def seal(self, source: str, key: str) -> bytes:
        """Return a key as it is kept."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, key.encode(), source.encode())

    def open(self, source: str, sealed: bytes) -> str | None:
        """Return a key that was kept, None where it was sealed with another secret."""
        nonce, content = sealed[:NONCE], sealed[NONCE:]
        try:
            return self._cipher.decrypt(nonce, content, source.encode()).decode()
        except InvalidTag:
            return None
