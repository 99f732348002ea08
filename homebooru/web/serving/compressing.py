"""Text goes out compressed; pictures, films and archives are so already and go as they are."""

from __future__ import annotations

from flask import Flask
from flask_compress import Compress

TEXTS = (
    "text/html",
    "text/css",
    "text/plain",
    "text/javascript",
    "application/json",
    "image/svg+xml",
)
QUALITY = 4  # of 11 and of 9; what is above takes many times longer than it saves on the way


def compress(app: Flask) -> None:
    """Compress what every view answers; to be installed before whatever else changes answers."""
    app.config["COMPRESS_MIMETYPES"] = list(TEXTS)
    app.config["COMPRESS_ALGORITHM"] = ["br", "zstd", "gzip"]
    app.config["COMPRESS_BR_LEVEL"] = app.config["COMPRESS_LEVEL"] = QUALITY
    Compress(app)
