"""Immich's machine learning, asked over HTTP."""

import io
import json
from datetime import timedelta
from functools import partial

import numpy as np
import pytest
from PIL import Image

from homebooru.errors import RemoteChanged, RemoteError, RemoteUnavailable
from homebooru.http.client import JsonClient
from homebooru.http.fetching import Limits, Service
from homebooru.services.lookups.turns import Turns
from homebooru.sources.immich_ml import ImmichMl
from tests.fakes.clips import WIDTH, direction
from tests.fakes.immich_ml import FakeImmichMl
from tests.fakes.services import CUT, HANG, Reply, down, page

MODEL = "ViT-B-32__openai"


@pytest.fixture
def server():
    with FakeImmichMl(MODEL) as server:
        yield server


def speaking(server, sessions, model=MODEL):
    service = Service(name="immich_ml", label="Immich", url=server.url, pace=timedelta(0))
    limits = Limits(read=1.0, whole=2.0)
    return ImmichMl(model, partial(JsonClient, service, Turns(sessions), limits))


def jpeg(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def test_pictures_and_words_are_described_as_the_service_wants_to_be_asked(server, sessions):
    model = speaking(server, sessions, f"immich-app/{MODEL}")

    (red,) = model.see([jpeg("red")])
    word = model.read("red & blue")

    assert model.dimensions() == WIDTH
    assert np.frombuffer(red, "<f2").astype(float) == pytest.approx(direction(0), abs=0.02)
    assert np.frombuffer(word, "<f2").astype(float) == pytest.approx(direction(0, 2), abs=0.001)
    seeing, reading, _ = server.asked
    assert json.loads(seeing.form["entries"][0]) == {"clip": {"visual": {"modelName": MODEL}}}
    assert set(seeing.files) == {"image"}
    assert json.loads(reading.form["entries"][0]) == {
        "clip": {"textual": {"modelName": MODEL, "options": {"language": "en"}}}
    }
    assert reading.form["text"] == ["red & blue"]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (down(500), RemoteUnavailable),
        (page(200), RemoteUnavailable),
        (HANG, RemoteUnavailable),
        (CUT, RemoteUnavailable),
        (Reply({"detail": "Invalid request format."}, 422), RemoteError),
        (Reply({"clip": "[]"}), RemoteChanged),
        (Reply({"clip": "no numbers"}), RemoteChanged),
        (Reply({"something": 1}), RemoteChanged),
    ],
)
def test_whatever_goes_wrong_is_a_failure_of_the_service(server, sessions, trouble, kind):
    model = speaking(server, sessions)
    server.trouble(trouble)

    with pytest.raises(kind, match="Immich"):
        model.read("red")


def test_a_model_that_the_service_cannot_load_is_told(server, sessions):
    with pytest.raises(RemoteUnavailable, match="500"):
        speaking(server, sessions, "unknown").dimensions()
