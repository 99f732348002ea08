"""What a tagger's network makes of whole pictures: directions, not tags; only its process imports this."""

from __future__ import annotations

from collections.abc import Sequence

from homebooru.domain.taggers import Framing
from homebooru.errors import ModelUnusable
from homebooru.imaging.framing import framed
from homebooru.imaging.opening import open_picture
from homebooru.imaging.sniffing import Kind
from homebooru.inference.directions import directions, width_of
from homebooru.inference.network import Network
from homebooru.phrases import phrase

MEGAPIXELS = 10  # of a small copy, of which we know that it has fewer


def width_of_tagger(network: Network) -> int:
    """Return by how many numbers it describes; raises ModelUnusable where it does not."""
    return width_of(network.weights.network, network.shape_of(_output(network)))


def describe_by(network: Network, pictures: Sequence[bytes]) -> list[bytes]:
    """Describe pictures, which are JPEGs: they are framed as those that it is to name tags of."""
    file, output, width = network.weights.network, _output(network), width_of_tagger(network)
    found: list[bytes] = []
    for some in network.batches([_frame(picture, network.framing) for picture in pictures]):
        found += directions(file, network.run(output, some), len(some), width)
    return found


def _output(network: Network) -> str:
    output = network.weights.describes_by
    if output is None:  # its file was replaced meanwhile
        raise ModelUnusable(
            phrase("{file} does not describe pictures any more.", file=network.weights.network)
        )
    return output


def _frame(picture: bytes, framing: Framing) -> bytes:
    return framed(open_picture(Kind.JPEG, picture, megapixels=MEGAPIXELS), framing).tobytes()
