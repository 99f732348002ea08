"""A way to a database's socket for programs that may not go there themselves."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, quote, urlsplit

NAME = ".s.PGSQL.5432"


@contextmanager
def relayed(url, folder):
    """Let a socket in `folder` lead to the database at `url`, and yield its address."""
    parts = urlsplit(url)
    there = f"{parse_qs(parts.query)['host'][0]}/{NAME}"

    class Relay(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.socket(socket.AF_UNIX) as database:
                database.connect(there)
                back = threading.Thread(target=pump, args=(database, self.request))
                back.start()
                pump(self.request, database)
                back.join()

    with socketserver.ThreadingUnixStreamServer(str(folder / NAME), Relay) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield parts._replace(query=f"host={quote(str(folder), safe='')}").geturl()
        finally:
            server.shutdown()


def pump(source, target):
    """Pass on what comes until nothing more does."""
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
