import hashlib

import pytest

from homebooru.errors import ModelUnusable
from homebooru.inference.pins import SUMS, check_digest

WEIGHTS = b"weights"
THEIRS = hashlib.sha256(WEIGHTS).hexdigest()
OTHERS = hashlib.sha256(b"others").hexdigest()


@pytest.fixture(params=["", "visual"])
def network(request, tmp_path):
    """A tagger's weights, and those of CLIP, which lie one folder deeper."""
    file = tmp_path / "model" / request.param / "model.onnx"
    file.parent.mkdir(parents=True)
    file.write_bytes(WEIGHTS)
    return file


@pytest.fixture
def listed(network, tmp_path):
    def write(line):
        name = network.relative_to(tmp_path / "model")
        (tmp_path / "model" / SUMS).write_text(f"# of mine\n{line.format(name=name)}\n")

    return write


def test_without_a_list_what_the_owner_put_there_is_taken(network):
    check_digest(network)


@pytest.mark.parametrize(
    "line", [THEIRS + "  {name}", THEIRS.upper() + " *{name}", THEIRS + "  ./{name}"]
)
def test_weights_of_the_list_are_taken(network, listed, line):
    listed(line)
    check_digest(network)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (OTHERS + "  {name}", "is not the file of which"),
        (THEIRS + "  other.onnx", "is not named in"),
        (THEIRS[:-1] + "  {name}", "is not named in"),
    ],
)
def test_weights_that_the_list_does_not_tell_of_are_refused(network, listed, line, reason):
    listed(line)
    with pytest.raises(ModelUnusable, match=reason):
        check_digest(network)


def test_a_change_after_the_list_was_written_is_seen(network, listed):
    listed(THEIRS + "  {name}")
    network.write_bytes(WEIGHTS[:-1] + b"!")
    with pytest.raises(ModelUnusable, match="Download it again"):
        check_digest(network)
