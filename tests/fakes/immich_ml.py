"""A made-up machine learning of Immich: it knows a model or two, and describes colours."""

from __future__ import annotations

import io
import json

import numpy as np
from PIL import Image, UnidentifiedImageError

from tests.fakes.clips import WIDTH, WORDS, direction
from tests.fakes.services import FakeService, Reply


class FakeImmichMl(FakeService):
    """Answers as the container does: the vector is JSON inside of JSON."""

    def __init__(self, *models):
        super().__init__()
        self.models = models or ("ViT-B-32__openai",)

    def answer(self, asked):
        if asked.path == "/ping":
            return Reply("pong", kind="text/plain")
        return self.predict(asked) if asked.path == "/predict" else Reply(status=404)

    def predict(self, asked):
        try:
            ((part, wish),) = json.loads(asked.form["entries"][0])["clip"].items()
            name = wish["modelName"]
        except (LookupError, ValueError, TypeError):
            return Reply({"detail": "Invalid request format."}, 422)
        text = asked.form.get("text")
        if "image" not in asked.files and text is None:
            return Reply({"detail": "Either image or text must be provided"}, 400)
        if name not in self.models:
            return Reply("Internal Server Error", 500, kind="text/plain")
        if part == "textual":
            return Reply({"clip": as_text(of_words(text[0]))})
        return self.seen(asked.files["image"])

    @staticmethod
    def seen(picture):
        try:
            with Image.open(io.BytesIO(picture)) as image:
                width, height = image.size
                colour = np.asarray(image.convert("RGB"), float).mean((0, 1)) / 255
        except UnidentifiedImageError:
            return Reply({"detail": "Invalid request format."}, 422)
        vector = np.full(WIDTH, 0.001)
        vector[:3] += np.maximum(colour - 0.5, 0)
        told = as_text(vector / np.linalg.norm(vector))
        return Reply({"clip": told, "imageHeight": height, "imageWidth": width})


def of_words(text):
    places = [WORDS.get(word) for word in text.lower().split()]
    return direction(*[place for place in places if place is not None] or [WIDTH - 1])


def as_text(vector):
    return json.dumps([float(number) for number in vector])
