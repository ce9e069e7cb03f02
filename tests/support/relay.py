"""A relay on loopback in front of PostgreSQL, to take the server away from one test and give it back."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

from sqlalchemy import make_url


class Relay:
    """Passes bytes on in both directions, until it is told to hold them or to cut."""

    def __init__(self, url: str) -> None:
        self._behind = make_url(url)
        self._flows = threading.Event()
        self._flows.set()
        self._open: set[socket.socket] = set()
        self._port = 0
        self.open_door()

    @property
    def url(self) -> str:
        """The database's, by way of the relay."""
        through = self._behind.set(host="127.0.0.1", port=self._port).difference_update_query(["host", "port"])
        return through.render_as_string(hide_password=False)

    def hang(self) -> None:
        """Connections stand, and nothing comes through: a server that was stopped."""
        self._flows.clear()

    def go_on(self) -> None:
        """What was held arrives, and all goes on."""
        self._flows.set()

    def cut(self) -> None:
        """Ends all connections: a server that was killed, or started again."""
        for end in [*self._open]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close_door(self) -> None:
        """New connections are refused: a server that is not there."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def open_door(self) -> None:
        """New connections are taken, always on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        """Ends all of it."""
        self._flows.set()
        self.close_door()
        self.cut()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = self._connect()
                self._open |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _connect(self) -> socket.socket:
        host = str(self._behind.query.get("host") or self._behind.host)
        port = self._behind.port or 5432
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{host}/.s.PGSQL.{port}")
        return far

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                self._flows.wait()
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        one.close()
        self._open.discard(one)


@contextmanager
def relay(url: str) -> Generator[Relay]:
    """A relay for as long as the block runs."""
    opened = Relay(url)
    try:
        yield opened
    finally:
        opened.close()
