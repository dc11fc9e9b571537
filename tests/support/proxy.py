"""A door before a real server: while it is shut, whoever knocks is turned away and whoever is inside is thrown out."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Door:
    """Forwards TCP from a port of its own to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open = True
        self._guests: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    def shut(self) -> None:
        self._open = False
        for guest in tuple(self._guests):
            _hang_up(guest)

    def open(self) -> None:
        self._open = True

    def close(self) -> None:
        self.shut()
        _hang_up(self._listener)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                guest, _ = self._listener.accept()
            except OSError:
                return
            if not self._open:
                guest.close()
                continue
            inside = socket.create_connection(("127.0.0.1", self._server))
            self._guests |= {guest, inside}
            for one, other in ((guest, inside), (inside, guest)):
                self._threads.append(threading.Thread(target=self._carry, args=(one, other), daemon=True))
                self._threads[-1].start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while piece := one.recv(2**16):
                other.sendall(piece)
        except OSError:
            pass
        _hang_up(other)
        self._guests.discard(one)
        one.close()


def _hang_up(guest: socket.socket) -> None:
    try:
        guest.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is gone already


@contextmanager
def door(port: int) -> Iterator[Door]:
    """Yield an open door before the server on this port."""
    made = Door(port)
    try:
        yield made
    finally:
        made.close()
