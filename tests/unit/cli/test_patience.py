import socket
import time

import pytest
from gunicorn.config import Config

from homebooru.cli.serve.patience import LARGEST_HEAD, SMALL_BODY, Visitor, missing

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\ncontent-LENGTH:  7 \r\n\r\nabcdefg"
LARGE = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (SMALL_BODY + 1)
ASKS = b"POST / HTTP/1.1\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n"


@pytest.mark.parametrize("whole", [GET, POST, LARGE, ASKS])
def test_a_request_is_there_when_its_last_byte_is_and_not_before(whole):
    assert [missing(whole[:end]) > 0 for end in range(len(whole))] == [True] * len(whole)
    assert missing(whole) == 0
    assert missing(whole + GET[:5]) == 0


def test_of_a_body_everything_that_lacks_is_waited_for_at_once():
    assert missing(POST[:-5]) == 5


def test_a_head_without_an_end_is_given_to_whoever_refuses_it():
    assert missing(b"x" * (LARGEST_HEAD - 1)) == 1
    assert missing(b"x" * LARGEST_HEAD) == 0


@pytest.fixture
def pair():
    """A visitor, and the other end; with those that are left to read their answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = socket.create_connection(listener.getsockname())
        ours, address = listener.accept()
        left = []
        visitor = Visitor(Config(), ours, address, listener.getsockname(), linger=left.append)
        with theirs, ours:
            yield visitor, theirs, left


def test_a_visitor_has_a_thread_when_the_request_is_there_or_they_are_gone(pair):
    visitor, theirs, _ = pair
    assert not visitor.has_arrived()
    theirs.sendall(POST[:-1])
    assert not visitor.has_arrived()
    theirs.sendall(POST[-1:])
    assert visitor.has_arrived()
    visitor.init()
    assert next(visitor.parser).body.read() == b"abcdefg"
    theirs.close()
    assert visitor.has_arrived()


def test_whoever_sends_too_slowly_is_not_waited_for(pair):
    visitor, theirs, _ = pair
    theirs.sendall(LARGE)
    assert visitor.has_arrived()
    visitor.init()
    body = next(visitor.parser).body
    visitor.since -= time.monotonic()
    with pytest.raises(TimeoutError):
        body.read(1)


def test_an_answer_is_left_to_be_read_and_nobody_waits_for_that(pair):
    visitor, theirs, left = pair
    theirs.sendall(GET)
    visitor.close(graceful=True)
    assert left == [visitor]
    assert not visitor.is_left()
    theirs.close()
    assert visitor.is_left()
