"""What every reverse search must do, besides what every source must."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.fakes.services import HALF
from tests.integration.sources.contract import SourceContract


def drawn(first, second):
    """Return a picture as it is sent: two colours beside each other."""
    image = Image.new("RGB", (64, 48), first)
    image.paste(second, (32, 0, 64, 48))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


KNOWN, UNKNOWN = drawn("navy", "gold"), drawn("white", "green")


class ReverseContract(SourceContract):
    """A subclass says what its fake tells of the picture (`told`), and which class asks it."""

    def show(self, server, similarity=93, **told):
        server.remember(KNOWN, similarity, **(told or self.told))

    @pytest.fixture
    def source(self, client):
        return self.asks(client)

    def ask_known(self, source):
        return source.by_picture(KNOWN)

    def ask_unknown(self, source):
        return source.by_picture(UNKNOWN)

    def hits(self, finding):
        return [match.similarity for match in finding.matches] == [0.93]

    def misses(self, finding):
        return all(match.similarity < 0.7 for match in finding.matches) and not finding.refused

    def test_a_picture_that_it_does_not_take_is_neither_a_miss_nor_an_outage(self, source, server):
        finding = source.by_picture(b"no picture")
        assert finding.refused
        assert finding.matches == ()
        assert not self.misses(finding)

    def test_what_was_kept_of_an_answer_says_the_same_later(self, source, server):
        self.show(server)
        finding = self.ask_known(source)
        assert source.found(finding.answer) == finding

    def test_rows_that_make_no_sense_spoil_no_others(self, source, server):
        self.show(server)
        answer = self.ask_known(source).answer
        strange = {"results": [{"header": 3}, "row", *answer["results"]]}
        assert source.found(answer | strange).matches == self.ask_known(source).matches

    def test_half_an_answer_is_none(self, source, server):
        self.show(server)
        server.trouble(HALF)
        with pytest.raises(Exception, match="cut short"):
            self.ask_known(source)
