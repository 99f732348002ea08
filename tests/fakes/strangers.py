"""Servers that nobody vouches for, and a network in which names lead to them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

PUBLIC = "93.184.216.34"


def answer(body=b"", status="200 OK", **headers):
    """Return what a server sends: a whole answer."""
    lines = [
        f"HTTP/1.1 {status}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def redirect(target):
    return answer(status="302 Found", Location=target)


class FakeStranger:
    """A server that sends bytes as it is told, whatever it is asked; `asked` is what it heard.

    What it sends may be endless: then it ends when the other side has had enough. It may wait for
    `left`, which is set when the test is over.
    """

    def __init__(self, *answers, context=None):
        self.asked, self.left = [], threading.Event()
        self._answers, self._context = list(answers), context
        self._socket = self._line = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self.left.set()
        for each in (self._line, self._socket):  # whoever sends to nobody may wait for ever
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self):
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._line = connection.dup()
                with self._line, suppress(OSError), self._wrapped(connection) as wrapped:
                    self._answer(wrapped)

    def _wrapped(self, connection):
        if self._context is None:
            return connection
        return self._context.wrap_socket(connection, server_side=True)

    def _answer(self, connection):
        self.asked.append(connection.recv(65536).decode())
        told = self._answers[min(len(self.asked), len(self._answers)) - 1]
        for part in [told] if isinstance(told, bytes) else told():
            connection.sendall(part)


class FakeNetwork:
    """Names with public addresses, behind which one server on this machine stands.

    `names` has what each means, one look-up after another; `connected` which addresses were asked.
    """

    def __init__(self, server, **names):
        self.server, self.connected = server, []
        self.names = {name: list(found) for name, found in names.items()}

    def look_up(self, host, port):
        found = self.names.get(host, [[host]])
        return found.pop(0) if len(found) > 1 else found[0]

    def own_address(self, ip):
        return None

    def connect(self, ip, port, seconds):
        self.connected.append((ip, port))
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=seconds)
