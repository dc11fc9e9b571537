"""Lines out of a stream of bytes, each as soon as it is whole, none larger than a cap."""

from collections.abc import Iterator


class Lines:
    """Splits at line feeds; a carriage return before one is taken off. What no line feed ended is not a line yet.

    A line of more than `most` bytes is left out, and counted in `too_large`; what comes behind it goes on.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._begun: list[bytes] = []
        self._size = 0
        self.too_large = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the lines that these bytes end."""
        *ended, begun = data.split(b"\n")
        for part in ended:
            self._take(part)
            whole, size = self._begun, self._size
            self._begun, self._size = [], 0
            if size > self._most:
                self.too_large += 1
            else:
                yield b"".join(whole).removesuffix(b"\r")
        self._take(begun)

    def _take(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._most:
            self._begun.clear()
        elif part:
            self._begun.append(part)
