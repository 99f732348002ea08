"""What a tagger's network makes of whole pictures: directions, not tags; only its process imports this."""

from __future__ import annotations

from collections.abc import Sequence

from homebooru.domain.taggers import Framing
from homebooru.imaging.framing import framed
from homebooru.imaging.opening import open_picture
from homebooru.imaging.sniffing import Kind
from homebooru.inference.directions import directions
from homebooru.inference.network import Network

MEGAPIXELS = 10  # of a small copy, of which we know that it has fewer


def describe_by(network: Network, pictures: Sequence[bytes]) -> list[bytes]:
    """Describe pictures, which are JPEGs: they are framed as those that it is to name tags of."""
    weights = network.weights
    width, output = weights.width(), weights.describes_by
    assert output is not None  # else there is no width
    found: list[bytes] = []
    for some in network.batches([_frame(picture, network.framing) for picture in pictures]):
        found += directions(weights.network, network.run(output, some), len(some), width)
    return found


def _frame(picture: bytes, framing: Framing) -> bytes:
    return framed(open_picture(Kind.JPEG, picture, megapixels=MEGAPIXELS), framing).tobytes()
